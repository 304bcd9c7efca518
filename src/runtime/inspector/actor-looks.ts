/** One actor at an instant, the packets at every place, the timers. */
import type { AnyMachineSnapshot, StateValue } from 'xstate';
import type { EpochId, Location } from '../../machines/action.ts';
import type { EpochContext } from '../../machines/epoch-parts.ts';
import { sizeOf } from '../../machines/fifo.ts';
import type { NetContext } from '../../machines/net-parts.ts';
import type { NodeContext } from '../../machines/node-context.ts';
import { edgeEnds } from '../../actors/tree.ts';
import { type Slots, termHolds } from '../../machines/salvo.ts';
import type { InConditionSpec, InPortSpec, NodeSpec } from '../../machines/spec.ts';
import { NetrunError } from '../../errors.ts';
import { atomsOf } from '../explain/missing-packets.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { timersOf } from '../replay/run-state.ts';
import type {
  ActorView,
  ConditionState,
  PlaceView,
  PlacesView,
  TimersView,
} from './instant-view.ts';
import { type NetGraph, atomText, chartAt } from './net-graph.ts';
import type { Asked } from './protocol.ts';
import type { Instant } from './time-travel.ts';
import type { WatchedRun } from './watched-run.ts';
import { type Redaction, previewOf } from './value-text.ts';

function conditionStates(
  conditions: readonly InConditionSpec[],
  ports: readonly InPortSpec[],
  counts: readonly number[],
): readonly ConditionState[] {
  const slots: Slots = ports.map((port) => port.slots);
  return conditions.map(({ name, term }) => ({
    name,
    holds: termHolds(term, counts, slots),
    atoms: atomsOf(term).map((atom) => ({
      text: atomText(atom, ports),
      holds: termHolds(atom, counts, slots),
      port: ports[atom.port]?.name ?? '',
      count: counts[atom.port] ?? 0,
      slots: slots[atom.port] ?? null,
    })),
  }));
}

export class ActorLooks {
  readonly #run: WatchedRun;
  readonly #net: NetGraph;
  readonly #redaction: Redaction;

  constructor(run: WatchedRun, net: NetGraph, redaction: Redaction) {
    this.#run = run;
    this.#net = net;
    this.#redaction = redaction;
  }

  /** `nodeOf` tells the node of an epoch, also of one that is not live. Throws `ACTOR_NOT_FOUND`. */
  actor(
    { at, kernel }: Instant,
    { address, chars }: Asked<'actor'>,
    nodeOf: (epoch: EpochId) => string | undefined,
  ): ActorView {
    const epochNode = address.startsWith('epoch:')
      ? nodeOf(address.slice('epoch:'.length) as EpochId)
      : undefined;
    const chart = this.chart(address, epochNode);
    const snapshot = kernel.actor(address)?.getSnapshot() as AnyMachineSnapshot | undefined;
    const context: unknown = snapshot?.context ?? {};
    return {
      at,
      address,
      isLive: snapshot !== undefined,
      chart,
      value: (snapshot?.value ?? {}) as StateValue,
      context: previewOf(context, this.#redaction, chars),
      conditions: snapshot === undefined ? [] : this.#conditions(address, epochNode, context),
    };
  }

  /** Throws `ACTOR_NOT_FOUND`. */
  chart(address: string, epochNode: string | undefined): number {
    const { nodes } = this.#net.graph;
    const chart = address.startsWith('epoch:')
      ? nodes.find(({ name }) => name === epochNode)?.epochChart
      : chartAt(this.#net, address);
    if (chart !== undefined && chart !== null) return chart;
    throw new NetrunError('ACTOR_NOT_FOUND', `there is no actor ${address}`, {
      hint: 'Addresses are net, node:A, node:A/in:x, node:A/out:y, epoch:e12.',
    });
  }

  #conditions(
    address: string,
    epochNode: string | undefined,
    context: unknown,
  ): readonly ConditionState[] {
    if (epochNode !== undefined) {
      const spec = this.#spec(epochNode);
      const { buckets } = context as EpochContext;
      const counts = buckets.map((bucket) => sizeOf(bucket));
      return spec === undefined ? [] : conditionStates(spec.outConditions, spec.outPorts, counts);
    }
    if (!address.startsWith('node:') || address.includes('/')) return [];
    const spec = this.#spec(address.slice('node:'.length));
    const { counts } = context as NodeContext;
    return spec === undefined ? [] : conditionStates(spec.inConditions, spec.inPorts, counts);
  }

  #spec(node: string): NodeSpec | undefined {
    return this.#run.spec.nodes.find(({ name }) => name === node);
  }

  places(instant: Instant, asked: Asked<'places'>): PlacesView {
    const found = this.#placed(instant, asked);
    const items = found
      .slice(asked.offset, asked.offset + asked.limit)
      .map((place) => placeView(instant.kernel, place, asked));
    return { at: instant.at, places: { items, offset: asked.offset, total: found.length } };
  }

  /** Places that have packets: edges by the port they end in, ports, then epochs; the outside last. */
  #placed({ kernel }: Instant, { node, place }: Asked<'places'>): readonly Location[] {
    if (place !== undefined) return [place];
    const { spec } = this.#run;
    const places: Location[] = [
      ...edgeEnds(spec).map((edge) => edge.place),
      ...spec.nodes.flatMap(({ name, inPorts }) =>
        inPorts.map((port): Location => ({ type: 'InputPort', node: name, port: port.name })),
      ),
    ];
    const all = [...places, ...epochPlaces(kernel, spec.nodes), { type: 'OutsideNet' } as const];
    const mine = node === undefined ? all : all.filter((each) => concerns(each, node, kernel));
    return mine.filter((each) => kernel.countAt(each) > 0);
  }

  timers({ kernel, at }: Instant, { offset, limit }: Asked<'timers'>): TimersView {
    const net = kernel.actor('net')?.getSnapshot() as AnyMachineSnapshot;
    const timers = timersOf(kernel, this.#run.spec);
    const items = timers.slice(offset, offset + limit);
    const { now } = net.context as NetContext;
    return { at, now, timers: { items, offset, total: timers.length } };
  }
}

function* epochPlaces(kernel: Kernel, nodes: readonly NodeSpec[]): IterableIterator<Location> {
  const ports = new Map(nodes.map(({ name, outPorts }) => [name, outPorts]));
  for (const epoch of kernel.epochs()) {
    yield { type: 'Node', epoch };
    for (const { name } of ports.get(kernel.epoch(epoch).node) ?? [])
      yield { type: 'OutputPort', epoch, port: name };
  }
}

function concerns(place: Location, node: string, kernel: Kernel): boolean {
  switch (place.type) {
    case 'OutsideNet':
      return false;
    case 'Edge':
      return place.from.startsWith(`${node}.`) || place.to.startsWith(`${node}.`);
    case 'InputPort':
      return place.node === node;
    default:
      return kernel.epoch(place.epoch).node === node;
  }
}

function placeView(
  kernel: Kernel,
  place: Location,
  { packetOffset, packetLimit }: Asked<'places'>,
): PlaceView {
  const total = kernel.countAt(place);
  const items = kernel.packetsAt(place).slice(packetOffset, packetOffset + packetLimit);
  return { place, count: total, packets: { items, offset: packetOffset, total } };
}
