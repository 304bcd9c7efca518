/** The state of a kernel as plain JSON in one normal form: the same state gives the same text, whatever the engine. */
import type { AnyMachineSnapshot } from 'xstate';
import type { ActorSystem } from '../../actors/engine.ts';
import { NetrunError } from '../../errors.ts';
import type { PacketId } from '../../machines/action.ts';
import {
  epochAddress,
  inputAddress,
  netAddress,
  nodeAddress,
  outputAddress,
} from '../../machines/protocol.ts';
import type { NetSpec } from '../../machines/spec.ts';
import type { WorklistSnapshot } from './worklist.ts';

export interface ActorSnapshot {
  readonly address: string;
  /** The statechart's. */
  readonly value: unknown;
  readonly context: unknown;
}

/** Everything that a kernel can be made from again, with the spec it is of. */
export interface KernelSnapshot {
  readonly version: 3;
  /** Stands for the spec. */
  readonly spec: string;
  /** The net, then each node with its input ports and its output ports, then the live epochs in order of their ids. */
  readonly actors: readonly ActorSnapshot[];
  /** What the next run of the flow begins with, by index of node and edge. */
  readonly worklist: WorklistSnapshot;
  /** Live packets that are copies, each with the packet it was copied from. */
  readonly copies: readonly (readonly [copy: PacketId, of: PacketId])[];
}

/** What somebody gave, in a message. */
export const shown = (what: unknown): string => {
  const text = String(what);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

export function invalidSnapshot(place: string, what: string): NetrunError {
  return new NetrunError('SNAPSHOT_INVALID', `no snapshot of this net: ${shown(place)}: ${what}`, {
    hint: 'Give what snapshot() of a kernel of the same graph gave, unchanged.',
  });
}

/** The actors that are there from the start on, parents first, in order of declaration. */
function staticAddresses(spec: NetSpec): string[] {
  const addresses = [netAddress];
  for (const { name, inPorts, outPorts } of spec.nodes) {
    addresses.push(nodeAddress(name));
    for (const port of inPorts) addresses.push(inputAddress(name, port.name));
    for (const port of outPorts) addresses.push(outputAddress(name, port.name));
  }
  return addresses;
}

export function actorSnapshots(spec: NetSpec, system: ActorSystem): ActorSnapshot[] {
  const addresses = staticAddresses(spec);
  for (const epoch of system.epochs()) addresses.push(epochAddress(epoch));
  return addresses.map((address) => {
    const snapshot = system.ref(address)?.getSnapshot() as AnyMachineSnapshot;
    const context = plainContext(snapshot.context);
    return { address, value: plainValue(snapshot.value), context };
  });
}

/** Regions in the order of their declaration. */
const regions = ['lifecycle', 'activity', 'mode', 'intake', 'gate', 'service'];

/** A value whose regions are in order: engines may have them in the order they were last entered. */
function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1) return value;
  return Object.fromEntries(entries.sort(([a], [b]) => regions.indexOf(a) - regions.indexOf(b)));
}

function isFifo(value: object): value is { items: unknown[]; head: number; tail: number } {
  return 'items' in value && 'head' in value && 'tail' in value && Array.isArray(value.items);
}

/** Queues become plain windows from 0; everything else is copied as it is. */
function plainContext(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainContext);
  if (isFifo(value)) {
    const items = value.items.slice(value.head, value.tail).map(plainContext);
    return { items, head: 0, tail: items.length };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, plainContext(field)]),
  );
}
