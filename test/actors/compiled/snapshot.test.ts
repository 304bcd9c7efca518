/** Snapshots, as those who know XState's own handle them: spread, compared, looked through, given to its functions. */
import {
  type AnyActorRef,
  type AnyMachineSnapshot,
  assign,
  createActor as createXstateActor,
  createMachine,
  getMicrosteps,
  getNextTransitions,
  isMachineSnapshot,
  spawnChild,
  stopChild,
} from 'xstate';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Make, ways } from './ways.ts';

interface Family {
  readonly children: Readonly<Record<string, AnyActorRef | undefined>>;
}

const child = createMachine({ id: 'child' });
const machine = createMachine({
  id: 'm',
  context: { n: 0 },
  entry: [spawnChild(child, { id: 'b' }), spawnChild(child, { id: 'a' })],
  initial: 'off',
  meta: { of: 'm' },
  on: {
    add: { actions: spawnChild(child, { id: ({ event }) => (event as { id?: string }).id ?? '' }) },
    drop: { actions: stopChild('b') },
  },
  states: {
    off: { tags: 'dark', on: { flip: { target: 'on', actions: assign({ n: 1 }) } } },
    on: { always: 'lit' },
    lit: {},
  },
});

function snapshotOf(make: Make): AnyMachineSnapshot {
  const actor = make(machine);
  actor.start();
  return actor.getSnapshot() as AnyMachineSnapshot;
}

describe.each(ways)('%s', (_name, make) => {
  test('has of its own what a snapshot of XState has, in its order', () => {
    const expected = Object.keys(createXstateActor(machine).getSnapshot());
    const snapshot = snapshotOf(make);
    expect(Object.keys(snapshot)).toEqual(expected);
    expect(isMachineSnapshot(snapshot)).toBe(true);
  });

  test('a spread one answers as it did', () => {
    const spread = { ...snapshotOf(make) } as unknown as AnyMachineSnapshot;
    expect(spread.value).toBe('off');
    expect(spread.matches('off')).toBe(true);
    expect(spread.hasTag('dark')).toBe(true);
    expect(spread.can({ type: 'flip' })).toBe(true);
    expect(spread.can({ type: 'other' })).toBe(false);
    expect(spread.getMeta()).toEqual({ m: { of: 'm' } });
    expect(Object.keys(spread.children as object)).toEqual(['b', 'a']);
    expect(JSON.parse(JSON.stringify(spread))).toEqual(
      JSON.parse(JSON.stringify(snapshotOf(make))),
    );
  });

  test("is taken by XState's functions for snapshots", () => {
    const snapshot = snapshotOf(make);
    const microsteps = getMicrosteps(machine, snapshot as never, { type: 'flip' });
    expect(microsteps.map(([{ value, context }]) => [value, context])).toEqual([
      ['on', { n: 1 }],
      ['lit', { n: 1 }],
    ]);
    const next: readonly { readonly eventType: string }[] = getNextTransitions(snapshot);
    const types = next.map(({ eventType }) => eventType);
    expect(types).toEqual(['flip', 'add', 'drop']);
  });

  test('its children can be looked up, looked through and shown, whatever became of them', () => {
    const actor = make(machine);
    actor.start();
    const { children: before } = actor.getSnapshot() as Family;
    for (let at = 0; at < 40; at++) actor.send({ type: 'add', id: `c${at}` } as never);
    actor.send({ type: 'drop' });
    const { children } = actor.getSnapshot() as Family;
    expect(children['c7']?.id).toBe('c7');
    expect(children['b']).toBeUndefined();
    expect('b' in children).toBe(false);
    expect('toString' in children).toBe(true);
    expect(Object.keys(children)).toHaveLength(41);
    expect(Object.keys(children).slice(0, 3)).toEqual(['a', 'c0', 'c1']);
    expect(Object.getPrototypeOf(children)).toBe(Object.prototype);
    expect(inspect(before, { depth: 0 })).toMatch(/b: .*\n?.*a: /s);
    expect(Object.entries(before).map(([id, ref]) => [id, ref?.id])).toEqual([
      ['b', 'b'],
      ['a', 'a'],
    ]);
    expect(before).toEqual({ b: before['b'], a: before['a'] });
  });
});
