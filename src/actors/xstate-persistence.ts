/**
 * Actors in the form in which XState keeps what is to be restored.
 *
 * Everything that is known here of that form is in this file: the fields of a machine's persisted
 * snapshot, and the record of children, each with its own snapshot and its logic itself as `src`.
 */
import type { AnyStateMachine, Snapshot } from 'xstate';
import { portMachine } from '../machines/input-port.machine.ts';
import { outputPortMachine } from '../machines/output-port.machine.ts';
import { epochAddress, inputAddress, netAddress, outputAddress } from '../machines/protocol.ts';
import type { ActorState, SystemSnapshot } from './engine.ts';
import type { NodePlan } from './tree.ts';

interface PersistedChild {
  readonly snapshot: Snapshot<unknown>;
  readonly src: AnyStateMachine;
  readonly systemId: string;
}

type Children = Record<string, PersistedChild>;

function stateAt(snapshot: SystemSnapshot, address: string): ActorState {
  const state = snapshot.actors.get(address);
  if (state === undefined) throw new Error(`the snapshot has nothing of ${address}`);
  return state;
}

function persisted(state: ActorState, children: Children = {}): Snapshot<unknown> {
  return {
    status: 'active',
    output: undefined,
    error: undefined,
    value: state.value,
    context: state.context,
    historyValue: {},
    children,
  } as Snapshot<unknown>;
}

function persistedNode(
  { machine, address, input }: NodePlan,
  snapshot: SystemSnapshot,
): PersistedChild {
  const children: Children = {};
  const add = (child: string, src: AnyStateMachine): void => {
    const state = persisted(stateAt(snapshot, child));
    children[child] = { snapshot: state, src, systemId: child };
  };
  for (const port of input.inputs) {
    add(inputAddress(input.name, port.port), portMachine(port) as AnyStateMachine);
  }
  for (const { port } of input.outputs) {
    add(outputAddress(input.name, port), outputPortMachine as AnyStateMachine);
  }
  return {
    snapshot: persisted(stateAt(snapshot, address), children),
    src: machine as AnyStateMachine,
    systemId: address,
  };
}

/** The net's, with those of its nodes and their ports in it. */
export function persistedNet(
  plan: readonly NodePlan[],
  snapshot: SystemSnapshot,
): Snapshot<unknown> {
  const children: Children = {};
  for (const node of plan) children[node.address] = persistedNode(node, snapshot);
  return persisted(stateAt(snapshot, netAddress), children);
}

/** An epoch's, which is in nobody's record of children. */
export function persistedEpoch(snapshot: SystemSnapshot, epoch: number): Snapshot<unknown> {
  return persisted(stateAt(snapshot, epochAddress(epoch)));
}
