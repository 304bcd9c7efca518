/** Differences to XState that the differential test has found, each by the smallest machine that showed it. */
import {
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type InspectionEvent,
  createActor as createXstateActor,
  createMachine,
  forwardTo,
  spawnChild,
  stopChild,
} from 'xstate';
import { describe, expect, test } from 'vitest';
import { compileMachine, createActor } from '../../../src/actors/compiled/compile-machine.ts';

interface Subject {
  start(): unknown;
  send(event: { type: string }): void;
  getSnapshot(): unknown;
  subscribe(observer: { error(error: unknown): void }): unknown;
}

type Make = (
  machine: AnyStateMachine,
  options?: { inspect?: (event: InspectionEvent) => void },
) => Subject;

const ways: readonly (readonly [name: string, make: Make])[] = [
  ['XState', (machine, options) => createXstateActor(machine, options)],
  [
    'compiled to tables',
    (machine, options) => createActor(compileMachine(machine, { codegen: false }), options),
  ],
  [
    'compiled to code',
    (machine, options) => createActor(compileMachine(machine, { codegen: true }), options),
  ],
  [
    'compiled, in an XState actor',
    (machine, options) => createXstateActor(compileMachine(machine), options),
  ],
];

function started(make: Make, machine: AnyStateMachine): Subject {
  const actor = make(machine);
  actor.subscribe({ error: () => {} });
  actor.start();
  return actor;
}

function snapshotOf(actor: Subject): AnyMachineSnapshot {
  return actor.getSnapshot() as AnyMachineSnapshot;
}

/** The types of the microsteps' events, each with the ids of the transitions' sources. */
function microsteps(make: Make, machine: AnyStateMachine, events: readonly string[]): unknown[] {
  const seen: unknown[] = [];
  const inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.microstep') return;
    const transitions = event._transitions as readonly { source: { id: string } }[];
    seen.push([event.event.type, ...transitions.map(({ source }) => source.id)]);
  };
  const actor = make(machine, { inspect });
  actor.start();
  for (const type of events) actor.send({ type });
  return seen;
}

describe.each(ways)('%s', (_name, make) => {
  test('stopping a child that is null stops nothing', () => {
    const machine = createMachine({
      context: { ref: null as AnyActorRef | null },
      initial: 'here',
      states: {
        here: {
          on: { GO: 'there' },
          exit: stopChild(({ context }) => context.ref as AnyActorRef),
        },
        there: {},
      },
    });
    const actor = started(make, machine);
    actor.send({ type: 'GO' });
    expect(snapshotOf(actor).status).toBe('active');
    expect(snapshotOf(actor).value).toBe('there');
  });

  test('the snapshot of an actor that an error has ended answers like any other', () => {
    const machine = createMachine({
      initial: 'here',
      states: {
        here: {
          tags: 'tagged',
          meta: { known: true },
          on: {
            FAIL: {
              actions: () => {
                throw new Error('failed');
              },
            },
          },
        },
      },
    });
    const actor = started(make, machine);
    actor.send({ type: 'FAIL' });
    const snapshot = snapshotOf(actor);
    expect(snapshot.status).toBe('error');
    expect(snapshot.value).toBe('here');
    expect(snapshot.matches('here')).toBe(true);
    expect(snapshot.hasTag('tagged')).toBe(true);
    expect(snapshot.can({ type: 'FAIL' })).toBe(true);
    expect(Object.values(snapshot.getMeta())).toEqual([{ known: true }]);
  });

  test('the snapshot of an actor that ends in its first actions answers like any other', () => {
    const machine = createMachine({
      entry: () => {
        throw new Error('failed');
      },
    });
    const snapshot = snapshotOf(started(make, machine));
    expect(snapshot.status).toBe('error');
    expect(snapshot.matches({})).toBe(true);
    expect(snapshot.children).toEqual({});
  });

  test('spawning what has no logic is an error when the actor starts', () => {
    const machine = createMachine({ entry: spawnChild('nobody' as never, { id: 'child' }) });
    const snapshot = snapshotOf(started(make, machine));
    expect(snapshot.status).toBe('error');
    expect(snapshot.error).toBeInstanceOf(TypeError);
  });

  test('inspectors hear of the eventless transitions that were taken, not of those that lost', () => {
    const machine = createMachine({
      id: 'm',
      type: 'parallel',
      always: { target: '#one', guard: ({ event }) => event.type === 'GO' },
      states: {
        one: { id: 'one' },
        two: { id: 'two', always: { target: '#one', guard: ({ event }) => event.type === 'GO' } },
      },
    });
    const [, go, ...others] = microsteps(make, machine, ['GO']).slice(0, 3);
    expect([go, ...others]).toMatchInlineSnapshot(`
      [
        [
          "GO",
          "two",
        ],
      ]
    `);
  });

  test('an init event that is sent takes no transition and is no microstep', () => {
    const heard: string[] = [];
    const child = createMachine({
      on: { '*': { actions: ({ event }) => void heard.push(event.type) } },
    });
    const machine = createMachine(
      { entry: [spawnChild('child' as never, { id: 'child' }), forwardTo('child')] },
      { actors: { child } } as never,
    );
    expect(microsteps(make, machine, [])).toEqual([]);
    expect(heard).toEqual([]);
  });
});
