/** Initial states, and defaults of history states, that do not exist: whoever goes on into one fails, at the same point in all ways. */
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createMachine,
  initialTransition,
  transition,
} from 'xstate';
import { describe, expect, test } from 'vitest';
import { compileMachine } from '../../../src/actors/compiled/compile-machine.ts';
import { ways } from './ways.ts';

type Config = Parameters<typeof createMachine>[0];

const machineOf = (config: object): AnyStateMachine => createMachine(config as Config);
const missing = (key: string, id: string): string =>
  `Initial state node "${key}" not found on parent state node #${id}`;

/** A machine whose event `go` enters `b`, with a note of everything that is done. */
function entering(b: object, notes: string[]): AnyStateMachine {
  const noted = (note: string) => () => void notes.push(note);
  return machineOf({
    id: 'm',
    initial: 'a',
    states: {
      a: { exit: noted('exit a'), on: { go: { target: 'b', actions: noted('go') } } },
      b: {
        type: 'parallel',
        entry: noted('enter b'),
        states: { first: { entry: noted('enter first') }, second: b },
      },
    },
  });
}

describe.each(ways)('%s', (_name, make) => {
  function run(machine: AnyStateMachine, options?: { snapshot: unknown }): unknown[] {
    const errors: unknown[] = [];
    const actor = make(machine, options);
    actor.subscribe({ error: (error) => void errors.push((error as Error).message) });
    actor.start();
    const begun = actor.getSnapshot() as AnyMachineSnapshot;
    if (begun.status === 'active') actor.send({ type: 'go' });
    const { status, value } = actor.getSnapshot() as { status: string; value: unknown };
    return [status, value, ...errors];
  }

  test.each([
    { id: 'm', initial: 'none', states: { a: {} } },
    { id: 'r', initial: 'b', states: { b: { id: 'm', initial: 'none', states: { c: {} } } } },
    { id: 'r', type: 'parallel', states: { b: { id: 'm', initial: 'none', states: { c: {} } } } },
  ])('an actor whose first state does not exist has failed from the start', (config) => {
    expect(run(machineOf(config))).toEqual(['error', undefined, missing('none', 'm')]);
  });

  test('what is left and what is done on the way comes first, what is entered does not', () => {
    const notes: string[] = [];
    const machine = entering({ initial: 'none', states: { c: {} } }, notes);
    expect(run(machine)).toEqual(['error', 'a', missing('none', 'm.b.second')]);
    expect(notes).toEqual(['exit a', 'go']);
  });

  test('a state without states that names one fails in its turn', () => {
    const notes: string[] = [];
    const machine = entering({ initial: 'none' }, notes);
    expect(run(machine)).toEqual(['error', 'a', missing('none', 'm.b.second')]);
    expect(notes).toEqual(['exit a', 'go', 'enter b', 'enter first']);
  });

  test('a history state that would lead there fails, too', () => {
    const machine = machineOf({
      id: 'm',
      initial: 'a',
      states: {
        a: { on: { go: '#h' } },
        b: { initial: 'none', states: { h: { id: 'h', type: 'history' }, c: {} } },
      },
    });
    expect(run(machine)).toEqual(['error', 'a', missing('none', 'm.b')]);
  });

  test.each([
    ['gone', `Child state 'gone' does not exist on 'm.b'`],
    ['c.gone', `Child state 'gone' does not exist on 'm.b.c'`],
    ['#gone', `Child state node '#gone' does not exist on machine 'm'`],
  ])(
    'a history state whose default does not exist, %s, fails before anything is done',
    (target, error) => {
      const notes: string[] = [];
      const machine = machineOf({
        id: 'm',
        initial: 'a',
        states: {
          a: { exit: () => void notes.push('exit a'), on: { go: '#h' } },
          b: { initial: 'c', states: { h: { id: 'h', type: 'history', target }, c: {} } },
        },
      });
      expect(run(machine)).toEqual(['error', 'a', error]);
      expect(notes).toEqual([]);
    },
  );

  test('a first state that is such a history state fails, too', () => {
    const notes: string[] = [];
    const machine = entering(
      { initial: 'h', states: { h: { type: 'history', target: 'gone' }, c: {} } },
      notes,
    );
    expect(run(machine)).toEqual([
      'error',
      'a',
      `Child state 'gone' does not exist on 'm.b.second'`,
    ]);
    expect(notes).toEqual(['exit a', 'go']);
  });

  test('it cannot be restored to such a state', () => {
    const machine = entering({ initial: 'none', states: { c: {} } }, []);
    const snapshot = { value: 'b', status: 'active', context: {}, children: {}, historyValue: {} };
    expect(run(machine, { snapshot })).toEqual(['error', undefined, missing('none', 'm.b.second')]);
  });

  test('states that nobody enters are no matter', () => {
    const machine = machineOf({
      initial: 'a',
      states: { a: { on: { go: 'c' } }, b: { initial: 'none', states: { d: {} } }, c: {} },
    });
    expect(run(machine)).toEqual(['active', 'c']);
  });
});

test("XState's pure functions throw", () => {
  const logic = compileMachine(entering({ initial: 'none', states: { c: {} } }, []));
  const [snapshot] = initialTransition(logic);
  expect(() => transition(logic, snapshot, { type: 'go' })).toThrow(missing('none', 'm.b.second'));
  const never = compileMachine(machineOf({ id: 'm', initial: 'none', states: { a: {} } }));
  expect(() => initialTransition(never)).toThrow(missing('none', 'm'));
});
