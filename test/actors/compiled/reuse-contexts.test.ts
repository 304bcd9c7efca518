/** Contexts that are changed in place: nobody who holds a snapshot sees it. */
import { describe, expect, it } from 'vitest';
import { assign, emit, raise, setup } from 'xstate';
import { compileMachine, createActor } from '../../../src/actors/compiled/compile-machine.ts';

interface Counts {
  readonly count: number;
  readonly doubled: number;
  readonly name: string;
}

const machine = setup({
  types: {
    context: {} as Counts,
    events: {} as { type: 'add' } | { type: 'add.both' } | { type: 'fail' } | { type: 'tell' },
    emitted: {} as { type: 'told'; count: number; doubled: number },
  },
  actions: {
    add: assign({ count: ({ context }) => context.count + 1 }),
    double: assign({ doubled: ({ context }) => context.count * 2 }),
    addBoth: assign(({ context }) => ({
      count: context.count + 1,
      doubled: context.count * 2 + 2,
    })),
    tell: emit(({ context }) => ({
      type: 'told' as const,
      count: context.count,
      doubled: context.doubled,
    })),
    fail: () => {
      throw new Error('as asked');
    },
  },
}).createMachine({
  context: () => ({ count: 0, doubled: 0, name: 'counts' }),
  on: {
    add: { actions: ['add', 'double'] },
    'add.both': { actions: ['addBoth', raise({ type: 'tell' })] },
    tell: { actions: 'tell' },
    fail: { actions: ['add', 'fail'] },
  },
});

describe.each([
  ['generated code', true],
  ['tables', false],
])('a machine that reuses its contexts, run from %s', (_, codegen) => {
  const started = () =>
    createActor(compileMachine(machine, { codegen, reuseContexts: true })).start();

  it('leaves the snapshots that somebody holds as they were', () => {
    const actor = started();
    const seen = [actor.getSnapshot()];
    for (let at = 0; at < 12; at++) {
      actor.send({ type: at % 3 === 2 ? 'add.both' : 'add' });
      if (at % 2 === 0) seen.push(actor.getSnapshot());
    }
    expect(seen.map(({ context }) => context.count)).toEqual([0, 1, 3, 5, 7, 9, 11]);
    for (const { context } of seen) {
      expect(context).toEqual({ count: context.count, doubled: context.count * 2, name: 'counts' });
    }
    expect(actor.getSnapshot()).toBe(actor.getSnapshot());
    expect(actor.getPersistedSnapshot()).toMatchObject({ context: { count: 12, doubled: 24 } });
  });

  it('shows observers and listeners every context in turn', () => {
    const actor = started();
    const told: unknown[] = [];
    const shown: number[] = [];
    actor.on('told', (event) => told.push(event));
    actor.subscribe((snapshot) => shown.push(snapshot.context.count));
    for (let at = 0; at < 7; at++) actor.send({ type: 'add.both' });
    expect(shown).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(told).toEqual(shown.map((count) => ({ type: 'told', count, doubled: count * 2 })));
  });

  it('goes on from a snapshot without changing it', () => {
    const actor = started();
    for (let at = 0; at < 6; at++) actor.send({ type: 'add' });
    const snapshot = JSON.parse(JSON.stringify(actor.getPersistedSnapshot())) as never;
    const kept = JSON.stringify(snapshot);
    const other = createActor(compileMachine(machine, { codegen, reuseContexts: true }), {
      snapshot,
    });
    other.start();
    for (let at = 0; at < 6; at++) other.send({ type: 'add' });
    expect(other.getSnapshot().context.count).toBe(12);
    expect(JSON.stringify(snapshot)).toBe(kept);
  });

  it('ends with the error of an action, and with the contexts of earlier snapshots untouched', () => {
    const actor = started();
    for (let at = 0; at < 6; at++) actor.send({ type: 'add' });
    const before = actor.getSnapshot();
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.send({ type: 'fail' });
    expect(errors).toEqual([new Error('as asked')]);
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', error: new Error('as asked') });
    expect(before.context.count).toBe(6);
  });
});
