/** The machines of a net by the addresses that coverage knows them by: epochs of one node share one. */
import type { AnyStateMachine } from 'xstate';
import { planTree } from '../../actors/tree.ts';
import { portMachine } from '../../machines/input-port.machine.ts';
import { createNetMachine } from '../../machines/net.machine.ts';
import { outputPortMachine } from '../../machines/output-port.machine.ts';
import { inputAddress, netAddress, outputAddress } from '../../machines/protocol.ts';
import type { NetSpec, NodeSpec } from '../../machines/spec.ts';

export const machineKinds = ['net', 'node', 'input port', 'output port', 'epoch'] as const;
export type MachineKind = (typeof machineKinds)[number];

/** What an actor is, and of which node; `port` is its index within the node's ports of its direction. */
export interface Subject {
  readonly address: string;
  readonly kind: MachineKind;
  /** Null: the net. */
  readonly node: NodeSpec | null;
  readonly port: number;
  /** `in x`, `out y`; empty where it is no port. */
  readonly portName: string;
}

export interface SubjectMachine extends Subject {
  readonly machine: AnyStateMachine;
}

/** The address of the epochs of the node with this address, all of them together. */
export const epochsOf = (node: string): string => `${node}/epoch`;

/** Everything in a net that runs a machine: the net, then each node with its ports and its epochs. */
export function netMachines(spec: NetSpec): readonly SubjectMachine[] {
  const found: SubjectMachine[] = [
    {
      address: netAddress,
      kind: 'net',
      node: null,
      port: -1,
      portName: '',
      machine: createNetMachine(spec) as AnyStateMachine,
    },
  ];
  for (const { spec: node, address, machine, epochMachine, input } of planTree(spec)) {
    const base = { node, port: -1, portName: '' };
    found.push({ ...base, address, kind: 'node', machine: machine as AnyStateMachine });
    for (const [port, given] of input.inputs.entries()) {
      found.push({
        address: inputAddress(node.name, given.port),
        kind: 'input port',
        node,
        port,
        portName: `in ${given.port}`,
        machine: portMachine(given) as AnyStateMachine,
      });
    }
    for (const [port, given] of input.outputs.entries()) {
      found.push({
        address: outputAddress(node.name, given.port),
        kind: 'output port',
        node,
        port,
        portName: `out ${given.port}`,
        machine: outputPortMachine as AnyStateMachine,
      });
    }
    found.push({
      ...base,
      address: epochsOf(address),
      kind: 'epoch',
      machine: epochMachine as AnyStateMachine,
    });
  }
  return found;
}
