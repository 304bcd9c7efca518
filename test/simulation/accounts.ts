/** What must hold at the end of every simulated run, read from its history and from its actors. */
import { expect } from 'vitest';
import type { EpochId, KernelEvent, Location, PacketId } from '../../src/machines/action.ts';
import type { EpochContext } from '../../src/machines/epoch-parts.ts';
import { emptyFifo, toArray } from '../../src/machines/fifo.ts';
import type { InputPortContext } from '../../src/machines/input-port.machine.ts';
import type { NetContext } from '../../src/machines/net-parts.ts';
import { epochAddress, inputAddress, packetId } from '../../src/machines/protocol.ts';
import { itemIn } from '../../src/machines/rows.ts';
import type { EventRecord } from '../../src/runtime/history/record.ts';
import type { Net } from '../../src/runtime/net.ts';
import type { Simulated } from './simulation.ts';

interface EpochStory {
  readonly id: EpochId;
  readonly node: string;
  salvo: readonly (readonly [port: string, packet: PacketId])[];
  starts: number;
  attempts: number;
  failures: number;
  violations: number;
  readonly ends: string[];
  /** Number of the action that ended it. */
  endedBy: string | null;
}

interface Story {
  readonly places: Map<PacketId, Location>;
  readonly ended: Set<PacketId>;
  created: number;
  consumed: number;
  destroyed: number;
  readonly epochs: Map<EpochId, EpochStory>;
  readonly armed: Set<string>;
}

const outside: Location = { type: 'OutsideNet' };

function packetEvent(story: Story, event: KernelEvent): void {
  switch (event.event) {
    case 'PacketCreated':
      expect(story.places.has(event.packet), `${event.packet} made twice`).toBe(false);
      story.created += 1;
      story.places.set(
        event.packet,
        event.epoch === undefined ? outside : { type: 'Node', epoch: event.epoch },
      );
      break;
    case 'PacketMoved':
      expect(story.places.has(event.packet), `${event.packet} moves but is nowhere`).toBe(true);
      story.places.set(event.packet, event.to);
      break;
    case 'PacketConsumed':
    case 'PacketDestroyed':
      expect(story.places.get(event.packet), `where ${event.packet} ends`).toEqual(event.from);
      story.places.delete(event.packet);
      story.ended.add(event.packet);
      story[event.event === 'PacketConsumed' ? 'consumed' : 'destroyed'] += 1;
      break;
    default:
  }
}

function epochEvent(story: Story, event: KernelEvent, action: string): void {
  if (event.event === 'EpochCreated') {
    story.epochs.set(event.epoch, {
      id: event.epoch,
      node: event.node,
      salvo: [],
      starts: 0,
      attempts: 0,
      failures: 0,
      violations: 0,
      ends: [],
      endedBy: null,
    });
    return;
  }
  if (event.event === 'DagViolation') {
    known(story, event.epochs[1]).violations += 1;
    return;
  }
  if (!('epoch' in event) || event.epoch === undefined || event.event === 'LateResult') return;
  const epoch = known(story, event.epoch);
  if (epoch.endedBy !== null) expect(action, `${event.event} after the end`).toBe(epoch.endedBy);
  switch (event.event) {
    case 'InputSalvoTriggered':
      epoch.salvo = event.packets;
      break;
    case 'EpochStarted':
      epoch.starts += 1;
      epoch.attempts += 1;
      break;
    case 'AttemptStarted':
      epoch.attempts += 1;
      break;
    case 'EpochFailed':
      epoch.failures += 1;
      if (event.final) end(epoch, 'failed', action);
      break;
    case 'EpochFinished':
      end(epoch, 'finished', action);
      break;
    case 'EpochTimedOut':
      end(epoch, 'timedOut', action);
      break;
    case 'EpochCancelled':
      end(epoch, 'cancelled', action);
      break;
    default:
  }
}

function known(story: Story, id: EpochId): EpochStory {
  const epoch = story.epochs.get(id);
  if (epoch === undefined) throw new Error(`${id} was never opened`);
  return epoch;
}

function end(epoch: EpochStory, state: string, action: string): void {
  epoch.ends.push(state);
  epoch.endedBy = action;
}

function read(net: Net): Story {
  const story: Story = {
    places: new Map(),
    ended: new Set(),
    created: 0,
    consumed: 0,
    destroyed: 0,
    epochs: new Map(),
    armed: new Set(),
  };
  for (const record of net.history.events()) {
    const event = record as unknown as KernelEvent;
    packetEvent(story, event);
    epochEvent(story, event, record.action_id);
    timerEvent(story, record);
  }
  return story;
}

function timerEvent(story: Story, record: EventRecord): void {
  const key = record['key'] as string;
  if (record.event === 'TimerSet') {
    expect(story.armed.has(key), `${key} armed twice`).toBe(false);
    story.armed.add(key);
  } else if (record.event === 'TimerCleared') {
    expect(story.armed.delete(key), `${key} cleared but not armed`).toBe(true);
  }
}

/** The packets that the actors hold, by place. */
function held(net: Net): Map<PacketId, string> {
  const found = new Map<PacketId, string>();
  const add = (packets: readonly number[], place: Location) => {
    for (const packet of packets) {
      expect(found.has(packetId(packet)), `${packetId(packet)} in two places`).toBe(false);
      found.set(packetId(packet), JSON.stringify(place));
    }
  };
  const contextAt = (address: string): unknown => {
    return (net.actor(address).getSnapshot() as { readonly context: unknown }).context;
  };
  add(toArray((contextAt('net') as NetContext).outside), outside);
  for (const { name, inPorts } of net.graph.nodes) {
    for (const port of inPorts) {
      const context = contextAt(inputAddress(name, port.name)) as InputPortContext;
      add(toArray(context.queue), context.here);
      for (const [slot, edge] of context.edges.entries()) {
        add(toArray(itemIn(context.queues, slot) ?? emptyFifo), edge.place);
      }
    }
  }
  for (const id of net.startableEpochs()) {
    const context = contextAt(epochAddress(Number(id.slice(1)))) as EpochContext;
    add(toArray(context.inside), context.here);
  }
  return found;
}

function expectPackets({ net }: Simulated, story: Story): void {
  const { packets } = net.status().counts;
  const { created, consumed, destroyed, places } = story;
  expect(packets).toEqual({ created, consumed, destroyed });
  expect(created).toBe(consumed + destroyed + places.size);
  const told = [...places].map(([packet, place]): [PacketId, string] => [
    packet,
    JSON.stringify(place),
  ]);
  expect(held(net)).toEqual(new Map(told));
  for (const [packet, place] of places) expect(net.packet(packet).location).toEqual(place);
  for (const packet of story.ended) expect(() => net.packet(packet)).toThrow('no live packet');
  expect(net.values.size).toBe(places.size);
  for (const packet of places.keys()) expect(net.values.has(packet)).toBe(true);
}

function expectEpochs({ net }: Simulated, story: Story): void {
  const open = [...story.epochs.values()].filter(({ ends }) => ends.length === 0);
  for (const epoch of story.epochs.values()) {
    expect(epoch.starts, `starts of ${epoch.id}`).toBeLessThanOrEqual(1);
    if (epoch.starts > 0) expect(epoch.ends, `ends of ${epoch.id}`).toHaveLength(1);
    else expect(epoch.ends.length, `ends of ${epoch.id}`).toBeLessThanOrEqual(1);
  }
  const startable = net.startableEpochs();
  expect(startable).toEqual(open.map(({ id }) => id));
  for (const id of startable) expect(net.epoch(id).state).toBe('startable');
}

function expectCounts({ net }: Simulated, story: Story): void {
  const count = (state: string, node?: string) =>
    [...story.epochs.values()].filter(
      (epoch) => epoch.ends[0] === state && (node === undefined || epoch.node === node),
    ).length;
  const of = (node?: string) => {
    const mine = [...story.epochs.values()].filter(
      (epoch) => node === undefined || epoch.node === node,
    );
    return {
      opened: mine.length,
      started: mine.filter(({ starts }) => starts > 0).length,
      finished: count('finished', node),
      failed: count('failed', node),
      timedOut: count('timedOut', node),
      cancelled: count('cancelled', node),
      retried: mine.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0),
      startable: mine.filter(({ ends }) => ends.length === 0).length,
      running: 0,
    };
  };
  const status = net.status();
  expect(status.counts.epochs).toEqual(of());
  for (const [node, counts] of status.counts.nodes) expect(counts).toEqual(of(node));
  const inside = [...story.places.values()].filter(({ type }) => type !== 'OutsideNet').length;
  expect(status).toMatchObject({ running: 0, startable: of().startable, packetsInside: inside });
}

function expectDeadLetters({ net, values }: Simulated, story: Story): void {
  const keeping = new Map(
    net.graph.nodes.map(({ name, options }) => [name, options.deadLetterQueue !== false]),
  );
  const letters = new Map(net.deadLetters.all().map((letter) => [letter.epoch, letter]));
  expect(letters.size).toBe(net.deadLetters.all().length);
  for (const letter of letters.values()) {
    const epoch = known(story, letter.epoch as EpochId);
    expect(keeping.get(epoch.node)).toBe(true);
    const violated = letter.outcome === 'violation';
    expect(epoch.ends).toEqual([violated ? 'cancelled' : letter.outcome]);
    const timeouts = letter.outcome === 'timedOut' ? 1 : 0;
    expect(letter.errors).toHaveLength(epoch.failures + timeouts + epoch.violations);
    for (const error of letter.errors) {
      expect(error.message).not.toBe('');
      expect(error.stack).not.toBe('');
      expect(error.at).toBeLessThanOrEqual(letter.at);
    }
    expect(letter.packets.map(({ port, packet }) => [port, packet])).toEqual(epoch.salvo);
    for (const { packet, value, lazy } of letter.packets) {
      const seen = values.get(packet);
      if (!lazy) expect(value, `the value of ${packet}`).toBeTypeOf('object');
      if (!lazy && seen !== undefined) expect(value).toEqual(seen);
    }
  }
}

/** Epochs whose failure must have left a letter: as many as there were, less those taken by hand. */
function expectNoLetterMissing({ net, letters }: Simulated, story: Story): void {
  const keeps = (node: string) =>
    net.graph.nodes.find(({ name }) => name === node)?.options.deadLetterQueue !== false;
  const failed = [...story.epochs.values()].filter(
    ({ ends, node, violations }) =>
      keeps(node) && (['failed', 'timedOut'].includes(ends[0] ?? '') || violations > 0),
  );
  const present = new Set([...net.deadLetters.all().map(({ epoch }) => epoch), ...letters]);
  expect(failed.map(({ id }) => id).filter((id) => !present.has(id))).toEqual([]);
}

function expectNoTimers({ net, alarms }: Simulated, story: Story): void {
  expect([...story.armed], 'timers that are armed').toEqual([]);
  expect(net.status().timers).toBe(0);
  expect(alarms).toBe(0);
}

/** Throws where anything of a run that has ended does not add up. */
export function expectAccounts(simulated: Simulated): void {
  const story = read(simulated.net);
  expectPackets(simulated, story);
  expectEpochs(simulated, story);
  expectCounts(simulated, story);
  expectDeadLetters(simulated, story);
  expectNoLetterMissing(simulated, story);
  expectNoTimers(simulated, story);
  const { state, waitingInputs } = simulated.net.status();
  // A net with a value that waits for a slot is not blocked.
  expect(state).toBe(simulated.stopped ? 'stopped' : waitingInputs > 0 ? 'running' : 'blocked');
}
