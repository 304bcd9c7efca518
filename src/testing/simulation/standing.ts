/** Holds what there is to be seen of a net against everything that its history has told. */
import { isDeepStrictEqual } from 'node:util';
import type { EpochId, Location, PacketId } from '../../machines/action.ts';
import type { EpochContext } from '../../machines/epoch-parts.ts';
import { emptyFifo, toArray } from '../../machines/fifo.ts';
import type { InputPortContext } from '../../machines/input-port.machine.ts';
import type { NetContext } from '../../machines/net-parts.ts';
import { epochAddress, inputAddress, packetId } from '../../machines/protocol.ts';
import { itemIn } from '../../machines/rows.ts';
import type { EpochCounts } from '../../runtime/drive/tally.ts';
import type { SeenNet } from '../../runtime/seen-net.ts';
import type { Graph } from '../../dsl/graph.ts';
import { type EpochStory, type FlowStory, placeText } from './flow-story.ts';
import { type Guarantee, hold } from './guarantee.ts';

/** A net as `Net` is, whose graph is known. */
export type StandingNet = SeenNet & { readonly graph: Graph };

const outside: Location = { type: 'OutsideNet' };

function same(found: unknown, told: unknown, guarantee: Guarantee, what: string): void {
  hold(
    isDeepStrictEqual(found, told),
    guarantee,
    () => `${what}: ${JSON.stringify(found)}, and the history tells ${JSON.stringify(told)}`,
  );
}

/** The packets that actors hold, by place; those in running epochs are left out. */
function held(net: StandingNet): Map<PacketId, string> {
  const found = new Map<PacketId, string>();
  const add = (packets: readonly number[], place: Location): void => {
    for (const packet of packets.map(packetId)) {
      const other = found.get(packet);
      hold(other === undefined, 'G1', () => `${packet} is at ${placeText(place)} and at ${other}`);
      found.set(packet, placeText(place));
    }
  };
  const contextAt = (address: string): unknown =>
    (net.actor(address).getSnapshot() as { readonly context: unknown }).context;
  add(toArray((contextAt('net') as NetContext).outside), outside);
  for (const { name, inPorts } of net.graph.nodes) {
    for (const port of inPorts) {
      const context = contextAt(inputAddress(name, port.name)) as InputPortContext;
      add(toArray(context.queue), context.here);
      for (const [slot, edge] of context.edges.entries())
        add(toArray(itemIn(context.queues, slot) ?? emptyFifo), edge.place);
    }
  }
  for (const id of net.startableEpochs()) {
    const context = contextAt(epochAddress(Number(id.slice(1)))) as EpochContext;
    add(toArray(context.inside), context.here);
  }
  return found;
}

function isRefused(look: () => unknown): boolean {
  try {
    look();
    return false;
  } catch {
    return true;
  }
}

function assertPackets(net: StandingNet, story: FlowStory): void {
  const { packets, places, ended } = story;
  same(net.status().counts.packets, packets, 'G6', 'packets counted');
  const running = new Set(story.open().flatMap(({ id, starts }) => (starts > 0 ? [id] : [])));
  const told = [...places].filter(([, place]) => !('epoch' in place && running.has(place.epoch)));
  const names = told.map(([packet, place]): [PacketId, string] => [packet, placeText(place)]);
  const sorted = (entries: Iterable<[PacketId, string]>): [PacketId, string][] =>
    [...entries].sort(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));
  same(sorted(held(net)), sorted(names), 'G1', 'packets that the actors hold');
  for (const [packet, place] of places)
    same(net.packet(packet).location, place, 'G1', `where ${packet} is`);
  for (const packet of ended)
    hold(
      isRefused(() => net.packet(packet)),
      'G7',
      () => `${packet} has ended, and is kept`,
    );
  for (const packet of places.keys())
    hold(net.values.has(packet), 'G6', () => `the value of ${packet} is gone`);
  hold(net.values.size === places.size, 'G7', () => 'values are kept whose packets have ended');
}

function assertEpochs(net: StandingNet, story: FlowStory): void {
  const open = story.open();
  const startable = open.filter(({ starts }) => starts === 0).map(({ id }) => id);
  same(net.startableEpochs(), startable, 'G8', 'epochs that wait to be started');
  for (const { id, ends, starts } of story.epochs.values()) {
    if (ends.length === 0) {
      const state = starts === 0 ? 'startable' : 'running';
      same(net.epoch(id).state, state, 'G8', `the state of ${id}`);
    } else
      hold(
        isRefused(() => net.epoch(id)),
        'G7',
        () => `${id} has ended, and is kept`,
      );
  }
}

function countsOf(epochs: readonly EpochStory[]): EpochCounts {
  const ended = (state: EpochStory['ends'][number]): number =>
    epochs.filter(({ ends }) => ends[0] === state).length;
  const open = epochs.filter(({ ends }) => ends.length === 0);
  return {
    opened: epochs.length,
    started: epochs.filter(({ starts }) => starts > 0).length,
    finished: ended('finished'),
    failed: ended('failed'),
    timedOut: ended('timedOut'),
    cancelled: ended('cancelled'),
    retried: epochs.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0),
    startable: open.filter(({ starts }) => starts === 0).length,
    running: open.filter(({ starts }) => starts > 0).length,
  };
}

function assertCounts(net: StandingNet, story: FlowStory): void {
  const epochs = [...story.epochs.values()];
  const { counts, running, startable, timers, packetsInside } = net.status();
  const all = countsOf(epochs);
  same(counts.epochs, all, 'G6', 'epochs counted');
  for (const [node, found] of counts.nodes) {
    const own = countsOf(epochs.filter((epoch) => epoch.node === node));
    same(found, own, 'G6', `epochs counted of ${node}`);
  }
  same({ running, startable }, { running: all.running, startable: all.startable }, 'G6', 'epochs');
  same(timers, story.armed.size, 'G6', 'timers that are armed');
  if (running > 0) return;
  const inside = [...story.places.values()].filter(({ type }) => type !== 'OutsideNet').length;
  same(packetsInside, inside, 'G1', 'packets inside the net');
}

function assertLetters(net: StandingNet, story: FlowStory): void {
  const keeps = new Map(
    net.graph.nodes.map(({ name, options }) => [
      name,
      (options.deadLetterQueue ?? net.graph.settings.defaults?.deadLetterQueue) !== false,
    ]),
  );
  const letters = net.deadLetters.all();
  for (const letter of letters) {
    const epoch = story.epochs.get(letter.epoch as EpochId);
    hold(epoch !== undefined, 'G6', () => `dead letter ${letter.id} is of no epoch`);
    const isViolation = letter.outcome === 'violation';
    same([isViolation ? 'cancelled' : letter.outcome], epoch.ends, 'G8', `letter ${letter.id}`);
    const timeouts = letter.outcome === 'timedOut' ? 1 : 0;
    const errors = epoch.failures + timeouts + epoch.violations;
    same(letter.errors.length, errors, 'G6', `errors of letter ${letter.id}`);
    const packets = letter.packets.map(({ port, packet }) => [port, packet]);
    same(packets, epoch.salvo, 'G6', `packets of letter ${letter.id}`);
  }
  const lettered = new Set(letters.map(({ epoch }) => epoch));
  hold(lettered.size === letters.length, 'G6', () => 'an epoch has several dead letters');
  const missing = [...story.epochs.values()].filter(
    ({ id, node, ends, violations }) =>
      keeps.get(node) === true &&
      (ends[0] === 'failed' || ends[0] === 'timedOut' || violations > 0) &&
      !lettered.has(id),
  );
  hold(
    missing.length <= story.marks,
    'G6',
    () => `no dead letter is left of ${missing.map(({ id }) => id).join(', ')}`,
  );
}

/** Throws GuaranteeBroken where anything of a net that stands still is not as its history tells. */
export function assertStanding(net: StandingNet, story: FlowStory): void {
  assertPackets(net, story);
  assertEpochs(net, story);
  assertCounts(net, story);
  assertLetters(net, story);
}
