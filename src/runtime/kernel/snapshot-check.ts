/**
 * Whether something is a snapshot of a kernel of this spec, and what a kernel is made from again.
 *
 * Runs no code that the snapshot names, and looks nothing up in objects by names that it gives.
 *  S1  Every actor of the spec is there, in order, and nothing else but live epochs of its nodes.
 *  S2  What does not change in the life of a net is as the spec says.
 *  S3  The parts agree (snapshot-agreement.ts).
 */
import type { z } from 'zod';
import type { ActorState, SystemSnapshot } from '../../actors/engine.ts';
import { nodeInputs } from '../../actors/tree.ts';
import type { PacketId } from '../../machines/action.ts';
import {
  epochAddress,
  epochId,
  inputAddress,
  netAddress,
  nodeAddress,
  outputAddress,
} from '../../machines/protocol.ts';
import { rowsOf } from '../../machines/rows.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { invalidSnapshot, shown } from './kernel-snapshot.ts';
import { packetsByPlace } from './snapshot-agreement.ts';
import { type EpochState, type ReadActors, actorSchemas, frameSchema } from './snapshot-schemas.ts';
import type { WorklistSnapshot } from './worklist.ts';

/** What a kernel is made from again. */
export interface RestoredState {
  readonly system: SystemSnapshot;
  readonly worklist: WorklistSnapshot;
  /** By copy: the packet it was copied from. */
  readonly copies: readonly (readonly [copy: number, of: PacketId])[];
}

function parsed<T>(schema: z.ZodType<T>, given: unknown, place: string): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = [place, ...(issue?.path ?? [])].filter((part) => part !== '').map(shown);
  throw invalidSnapshot(path.join('.') || 'snapshot', shown(issue?.message ?? 'has another form'));
}

function assertSame(given: unknown, expected: unknown, place: string): void {
  if (JSON.stringify(given) === JSON.stringify(expected)) return;
  throw invalidSnapshot(place, 'the graph has something else here');
}

function versionOf(given: unknown): unknown {
  return typeof given === 'object' && given !== null && 'version' in given
    ? given.version
    : undefined;
}

/** Goes through the actors in their order. */
class ActorReader {
  readonly #given: readonly unknown[];
  #next = 0;

  constructor(given: readonly unknown[]) {
    this.#given = given;
  }

  get left(): number {
    return this.#given.length - this.#next;
  }

  read<T extends { readonly address: string }>(schema: z.ZodType<T>, address: string): T {
    const at = this.#next++;
    const given = this.#given[at];
    const place = `actors.${at}`;
    if (at >= this.#given.length) throw invalidSnapshot(address, 'is missing');
    const named =
      typeof given === 'object' && given !== null && 'address' in given ? given.address : undefined;
    if (named !== address) {
      throw invalidSnapshot(place, `${shown(named)} where ${shown(address)} should be`);
    }
    return parsed(schema, given, place);
  }

  /** The next epoch, whose address is that of its context. */
  epoch(): EpochState {
    const place = `actors.${this.#next}`;
    const epoch = parsed(actorSchemas.epoch, this.#given[this.#next++], place);
    const { id, name, here } = epoch.context;
    assertSame(
      [epoch.address, name, here.type === 'Node' ? here.epoch : ''],
      [epochAddress(id), epochId(id), epochId(id)],
      place,
    );
    return epoch;
  }
}

function readActors(spec: NetSpec, given: readonly unknown[]): ReadActors {
  const reader = new ActorReader(given);
  const net = reader.read(actorSchemas.net, netAddress);
  const nodes = nodeInputs(spec).map(({ name, index, inputs, outputs }) => {
    const address = nodeAddress(name);
    const node = reader.read(actorSchemas.node, address);
    assertSame([node.context.name, node.context.index], [name, index], address);
    return {
      node,
      inputs: inputs.map((port) => {
        const at = inputAddress(name, port.port);
        const state = reader.read(actorSchemas.inputPort, at);
        const { context } = state;
        assertSame(
          [
            context.name,
            context.index,
            context.slots,
            context.here,
            context.edges,
            context.queues.map((row) => row.length),
          ],
          [
            `${name}.${port.port}`,
            port.index,
            port.slots,
            { type: 'InputPort', node: name, port: port.port },
            port.edges,
            rowsOf(port.edges.length, 0).map((row) => row.length),
          ],
          at,
        );
        return state;
      }),
      outputs: outputs.map((port) => {
        const at = outputAddress(name, port.port);
        const state = reader.read(actorSchemas.outputPort, at);
        const { name: called, fanout, destinations } = state.context;
        assertSame(
          [called, fanout, destinations],
          [`${name}.${port.port}`, port.fanout, port.destinations],
          at,
        );
        return state;
      }),
    };
  });
  return { net, nodes, epochs: readEpochs(spec, reader) };
}

function readEpochs(spec: NetSpec, reader: ActorReader): ReadActors['epochs'] {
  const indexes = new Map(spec.nodes.map(({ name }, index) => [name, index]));
  const epochs: { epoch: EpochState; node: number }[] = [];
  let last = 0;
  while (reader.left > 0) {
    const epoch = reader.epoch();
    const { id, node: name, buckets, sent } = epoch.context;
    const node = indexes.get(name);
    const shape = spec.nodes[node ?? -1];
    if (node === undefined || shape === undefined) {
      throw invalidSnapshot(epoch.address, `there is no node ${shown(name)}`);
    }
    if (id <= last) throw invalidSnapshot(epoch.address, 'epochs come in order of their ids');
    last = id;
    assertSame(
      [buckets.length, sent.length],
      [shape.outPorts.length, shape.outConditions.length],
      epoch.address,
    );
    epochs.push({ epoch, node });
  }
  return epochs;
}

function actorsByAddress({ net, nodes, epochs }: ReadActors): Map<string, ActorState> {
  const actors = new Map<string, ActorState>();
  const add = ({ address, value, context }: ActorState & { readonly address: string }): void => {
    actors.set(address, { value, context });
  };
  add(net);
  for (const { node, inputs, outputs } of nodes) {
    add(node);
    inputs.forEach(add);
    outputs.forEach(add);
  }
  for (const { epoch } of epochs) add(epoch);
  return actors;
}

/** Reads a snapshot, of which nothing is shared with what comes back. `fingerprint`: the spec's. Throws `SNAPSHOT_INVALID`. */
export function readSnapshot(spec: NetSpec, fingerprint: string, given: unknown): RestoredState {
  const version = versionOf(given);
  if (version !== 3) {
    throw invalidSnapshot('version', `is ${shown(version)}, and this version of netrun reads 3`);
  }
  const { spec: of, actors, worklist, copies } = parsed(frameSchema, given, '');
  if (of !== fingerprint) throw invalidSnapshot('spec', 'it is of another graph');
  const read = readActors(spec, actors);
  const places = packetsByPlace(spec, read, worklist);
  const numbered = copies.map(([copy, origin], at) => {
    const packet = Number(copy.slice(1));
    if (!places.has(packet)) throw invalidSnapshot(`copies.${at}`, `${copy} is nowhere`);
    return [packet, origin] as const;
  });
  return {
    system: {
      actors: actorsByAddress(read),
      epochs: read.epochs.map(({ epoch, node }) => ({ id: epoch.context.id, node })),
    },
    worklist,
    copies: numbered,
  };
}
