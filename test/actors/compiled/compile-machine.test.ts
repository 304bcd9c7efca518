/** What `compileMachine` takes and refuses, and that its code and its tables do the same. */
import {
  type AnyStateMachine,
  assign,
  createActor as createXStateActor,
  createMachine,
  enqueueActions,
  fromTransition,
  sendParent,
  setup,
} from 'xstate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CompileError, compileMachine, createActor } from '../../../src/compiled.ts';

function refusal(machine: AnyStateMachine): CompileError {
  try {
    compileMachine(machine);
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

/** A counter whose context gains and loses keys in every way that an assignment allows. */
const growing = createMachine({
  id: 'growing',
  context: { n: 0 } as Record<string, unknown>,
  on: {
    inc: { actions: assign({ n: ({ context }) => Number(context['n']) + 1 }) },
    add: {
      actions: assign(({ event }) => ({ [(event as unknown as { key: string }).key]: true })),
    },
    both: {
      actions: [
        assign(({ event }) => ({ [(event as unknown as { key: string }).key]: 1 })),
        assign({ n: ({ context }) => Object.keys(context).length }),
      ],
    },
    none: { actions: assign(() => undefined as never) },
  },
});

describe('compileMachine', () => {
  it('refuses everything that it does not take at once, by name and place', () => {
    const action = Object.assign(() => undefined, { type: 'my.action', resolve: () => [] });
    const unknownGuard = (): boolean => true;
    const guard = Object.assign(unknownGuard, { check: () => true });
    const machine = createMachine({
      id: 'odd',
      initial: 'a',
      states: {
        a: { entry: action, on: { go: { guard: guard as never, target: 'b' } } },
        b: { exit: 'text', always: { guard: 'loop', target: 'a' } },
      },
    }).provide({ actions: { text: 'no function' as never }, guards: { loop: 'loop' } });
    const error = refusal(machine);
    expect(error.code).toBe('COMPILE_UNSUPPORTED');
    expect(error.hint).toContain('XState');
    expect(error.unsupported).toEqual([
      { place: '#odd.a', what: "a guard of an unknown kind, 'unknownGuard'" },
      { place: '#odd.a', what: "an action of an unknown kind, 'my.action'" },
      { place: '#odd.b', what: "action 'text' is implemented by no function" },
      { place: '#odd.b', what: "guard 'loop' refers to itself" },
    ]);
    for (const { place, what } of error.unsupported) {
      expect(error.message).toContain(`${place}: ${what}`);
    }
  });

  it('refuses history states that lead back to themselves, in which XState would never end', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: {},
        e: {
          initial: 'f',
          states: {
            f: {},
            self: { type: 'history', target: 'self' },
            one: { type: 'history', target: 'other' },
            other: { type: 'history', target: 'f' },
          },
        },
        g: { initial: 'back', states: { back: { type: 'history' } } },
        h: { initial: 'up', states: { up: { type: 'history', target: '#m.h' } } },
      },
    } as never);
    expect(refusal(machine).unsupported).toEqual([
      { place: '#m.e.self', what: 'a history state whose default leads back to it' },
      { place: '#m.g.back', what: 'a history state whose default leads back to it' },
      { place: '#m.h.up', what: 'a history state whose default leads back to it' },
    ]);
    expect(refusal(createMachine({ id: 'r', type: 'history' } as never)).unsupported).toEqual([
      { place: '#r', what: 'a history state that has no parent' },
    ]);
  });

  it('makes logic for no other actors than its own', () => {
    const logic = fromTransition((state: number) => state, 0);
    expect(() => createActor(logic as never)).toThrow('takes compiled machines');
  });

  it('takes machines that are put together by another copy of XState', () => {
    const foreign = createMachine({
      id: 'foreign',
      context: { n: 0 },
      entry: Object.assign(() => undefined, {
        type: 'xstate.assign',
        assignment: { n: 1 },
        resolve: () => [],
      }),
    });
    expect(createActor(compileMachine(foreign)).start().getSnapshot().context).toEqual({ n: 1 });
  });
});

describe('where no code may be generated', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('machines run from tables', () => {
    const forbidden = vi.fn<() => void>(function forbidden() {
      throw new EvalError('code generation is not allowed');
    });
    vi.stubGlobal('Function', forbidden);
    const actor = createActor(compileMachine(growing, { codegen: true })).start();
    for (let at = 0; at < 50; at++) actor.send({ type: 'inc' });
    expect(actor.getSnapshot().context).toEqual({ n: 50 });
    expect(forbidden).toHaveBeenCalledTimes(1);
  });

  it('codegen: false does not even try', () => {
    const forbidden = vi.fn<() => void>();
    vi.stubGlobal('Function', forbidden);
    const actor = createActor(compileMachine(growing, { codegen: false })).start();
    for (let at = 0; at < 50; at++) actor.send({ type: 'inc' });
    expect(actor.getSnapshot().context).toEqual({ n: 50 });
    expect(forbidden).not.toHaveBeenCalled();
  });
});

describe('generated code', () => {
  const events = [
    ...Array.from({ length: 40 }, () => ({ type: 'inc' })),
    ...Array.from({ length: 60 }, (_, at) => ({ type: 'add', key: `k${at % 13}` })),
    { type: 'add', key: '__proto__' },
    { type: 'add', key: '0' },
    ...Array.from({ length: 60 }, (_, at) => ({ type: 'both', key: `b${at % 17}` })),
    ...Array.from({ length: 20 }, () => ({ type: 'none' })),
    ...Array.from({ length: 80 }, () => ({ type: 'inc' })),
  ];

  it('follows contexts whose keys change, as the tables and XState do', () => {
    const actors = [
      createXStateActor(growing),
      createActor(compileMachine(growing, { codegen: true })),
      createActor(compileMachine(growing, { codegen: false })),
      createActor(compileMachine(growing)),
    ].map((actor) => actor.start());
    for (const event of events) {
      const contexts = actors.map((actor) => {
        actor.send(event);
        const { context } = actor.getSnapshot();
        return JSON.stringify(Object.entries(context));
      });
      expect(new Set(contexts).size, contexts.join('\n')).toBe(1);
    }
  });

  it('tells an inspector that comes late, and is silent again when he has gone', () => {
    const actor = createActor(compileMachine(growing, { codegen: true })).start();
    for (let at = 0; at < 10; at++) actor.send({ type: 'inc' });
    const seen: string[] = [];
    const watching = actor.system.inspect(({ type }) => seen.push(type));
    actor.send({ type: 'inc' });
    watching.unsubscribe();
    actor.send({ type: 'inc' });
    expect(seen).toEqual(['@xstate.event', '@xstate.microstep', '@xstate.snapshot']);
    expect(actor.getSnapshot().context).toEqual({ n: 12 });
  });

  it('names the guard that threw', () => {
    const machine = setup({
      guards: {
        passes: () => false,
        throws: () => {
          throw new Error('oh');
        },
      },
    }).createMachine({ id: 'm', on: { go: [{ guard: 'passes' }, { guard: 'throws' }] } });
    const failed = [
      createXStateActor(machine),
      createActor(compileMachine(machine, { codegen: true })),
    ].map((actor) => {
      let message = '';
      actor.subscribe({ error: (error) => (message = (error as Error).message) });
      actor.start().send({ type: 'go' });
      return message;
    });
    expect(failed[1]).toBe(failed[0]);
    expect(failed[1]).toContain("'throws'");
  });
});

describe('an actor of ours', () => {
  it('is parent and child of XState’s own, and gets its mail in order', () => {
    const inner = createMachine({
      id: 'inner',
      on: { ask: { actions: [sendParent({ type: 'one' }), sendParent({ type: 'two' })] } },
    });
    const middle = compileMachine(
      createMachine({
        id: 'middle',
        invoke: { id: 'inner', src: inner },
        on: {
          ask: {
            actions: enqueueActions(({ enqueue }) => enqueue.sendTo('inner', { type: 'ask' })),
          },
          one: { actions: sendParent({ type: 'first' }) },
          two: { actions: sendParent({ type: 'second' }) },
        },
      }),
      { children: false },
    );
    const heard: string[] = [];
    const outer = createMachine({
      id: 'outer',
      invoke: { id: 'middle', src: middle },
      on: { '*': { actions: ({ event }) => heard.push(event.type) } },
    });
    const actor = createXStateActor(outer).start();
    actor.getSnapshot().children['middle']?.send({ type: 'ask' });
    expect(heard).toEqual(['first', 'second']);
  });

  it('keeps for nobody what is enqueued after its time', () => {
    let late: { (action: () => void): void } = () => undefined;
    const machine = createMachine({
      id: 'm',
      on: {
        go: { actions: enqueueActions(({ enqueue }) => (late = enqueue as never)) },
      },
    });
    const actor = createActor(compileMachine(machine)).start();
    actor.send({ type: 'go' });
    const never = vi.fn<() => void>();
    late(never);
    actor.send({ type: 'go' });
    expect(never).not.toHaveBeenCalled();
  });

  it('can have its send called alone', () => {
    const actor = createActor(compileMachine(growing)).start();
    const { send } = actor;
    send({ type: 'inc' });
    expect(actor.getSnapshot().context).toEqual({ n: 1 });
  });
});
