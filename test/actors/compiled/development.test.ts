/** What XState's development build says of mistakes, and how it numbers its actors: the same in all ways. */
import {
  type AnyActorRef,
  type AnyMachineSnapshot,
  assign,
  createActor as createXstateActor,
  createMachine,
  emit,
  fromCallback,
  raise,
  sendTo,
} from 'xstate';
import { type Mock, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ways } from './ways.ts';

describe.each(ways)('%s', (_name, make) => {
  let warned: Mock<(text: string) => void>;

  beforeEach(() => {
    warned = vi.fn<(text: string) => void>();
    vi.spyOn(console, 'warn').mockImplementation(warned);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const warnings = (): string[] => warned.mock.calls.map(([text]) => text);

  test('warns of actions that are made while an action is done, first and later', () => {
    const makes = (): void => {
      for (const one of [assign({}), raise({ type: 'a' }), emit({ type: 'a' })]) void one;
      void sendTo('a', { type: 'a' });
    };
    const actor = make(createMachine({ entry: makes, on: { go: { actions: makes } } }));
    actor.start();
    for (let at = 0; at < 8; at++) actor.send({ type: 'go' });
    expect(warnings()).toHaveLength(36);
    expect(warnings().at(-1)).toContain('`sendTo()`');
    makes();
    expect(warnings()).toHaveLength(36);
  });

  test('an action that throws is over', () => {
    const machine = createMachine({
      on: {
        go: {
          actions: () => {
            throw new Error('thrown');
          },
        },
      },
    });
    const actor = make(machine);
    actor.subscribe({ error: () => {} });
    actor.start();
    actor.send({ type: 'go' });
    void assign({});
    expect(warnings()).toEqual([]);
  });

  test('warns of wildcards that cover nothing, once for a type of event', () => {
    const machine = createMachine({
      initial: 'off',
      states: {
        off: { on: { 'a.*.b.*': 'on', '*.b.*': 'on', 'a*.*': 'on', 'c.*': 'on' } },
        on: {},
      },
    });
    const actor = make(machine);
    actor.start();
    for (const type of ['a.x.b.y', 'a.x.b.y', 'b.x.b', 'a']) actor.send({ type });
    const told = warnings().map((text) => /Check the "([^"]*)"/.exec(text)?.[1]);
    expect(told).toEqual(
      [
        ['a.*.b.*', 'a.*.b.*', '*.b.*', '*.b.*', 'a*.*'],
        ['a.*.b.*', '*.b.*', '*.b.*', 'a*.*'],
        ['a.*.b.*', 'a.*.b.*', '*.b.*', '*.b.*', 'a*.*'],
      ].flat(),
    );
    expect((actor.getSnapshot() as AnyMachineSnapshot).value).toBe('off');
  });

  test('warns of functions within an output', () => {
    const machine = createMachine({
      initial: 'end',
      states: { end: { type: 'final' } },
      output: { of: 1, made: () => 2 },
    });
    make(machine).start();
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain('\n - made: () => 2');
  });

  test('warns of states that are recalled and do not exist any more', () => {
    const states = { a: {}, b: {}, h: { type: 'history' as const } };
    const machine = createMachine({ id: 'm', initial: 'a', states });
    const kept = createXstateActor(machine).start().getPersistedSnapshot() as object;
    const snapshot = { ...kept, historyValue: { 'm.h': [{ id: 'm.gone' }, { id: 'm.b' }] } };
    const actor = make(machine, { snapshot });
    actor.start();
    expect(warnings()).toEqual(['Could not resolve StateNode for id: m.gone']);
    const { historyValue } = actor.getSnapshot() as AnyMachineSnapshot;
    expect(historyValue['m.h']?.map(({ id }) => id)).toEqual(['m.b']);
  });

  test('numbers actors as they come, with and without names', () => {
    const child = createMachine({ id: 'child' });
    const machine = createMachine({
      context: ({ spawn }) => ({ ref: spawn(child, { id: 'spawned' }) }),
      invoke: [
        { id: 'callback', src: fromCallback(() => undefined) },
        { id: 'machine', src: child },
      ],
    });
    const actor = make(machine) as AnyActorRef;
    const { children } = actor.getSnapshot() as {
      children: Readonly<Record<string, AnyActorRef | undefined>>;
    };
    const last = createXstateActor(child);
    const numbers = [actor, children['spawned'], children['callback'], children['machine'], last]
      .map((each) => Number(each?.sessionId.slice(2)))
      .map((number, _, [first = 0]) => number - first);
    expect(numbers).toEqual([0, 1, 2, 3, 4]);
    expect(actor.id).toBe(actor.sessionId);
  });

  test('what could not be restored can be persisted all the same', () => {
    const machine = createMachine({ initial: 'a', states: { a: {} } });
    const actor = make(machine, { snapshot: { value: 'gone', children: {} } }) as AnyActorRef;
    expect(actor.getPersistedSnapshot?.()).toMatchObject({
      status: 'error',
      children: {},
      historyValue: {},
    });
  });
});
