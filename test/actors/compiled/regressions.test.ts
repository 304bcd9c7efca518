/** Differences to XState that the differential test has found, each by the smallest machine that showed it. */
import {
  type AnyActor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type InspectionEvent,
  SimulatedClock,
  createMachine,
  forwardTo,
  initialTransition,
  raise,
  spawnChild,
  stopChild,
  transition,
} from 'xstate';
import { describe, expect, test, vi } from 'vitest';
import { compileMachine } from '../../../src/actors/compiled/compile-machine.ts';
import { type Make, type Subject, ways } from './ways.ts';

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
      { actors: { child } },
    );
    expect(microsteps(make, machine, [])).toEqual([]);
    expect(heard).toEqual([]);
  });

  test('a text is refused as an event', () => {
    const actor = started(make, createMachine({}));
    expect(() => {
      actor.send('GO' as never);
    }).toThrow('use .send({ type: "GO" }) instead');
  });

  test('the wildcard is refused as the type of an event', () => {
    const actor = started(make, createMachine({ on: { '*': { actions: () => {} } } }));
    actor.send({ type: '*' });
    expect(snapshotOf(actor).error).toEqual(
      new Error("An event cannot have the wildcard type ('*')"),
    );
  });

  test('an actor that is still being made has no snapshot to read', () => {
    const machine = createMachine({
      context: ({ self }) => ({ early: self.getSnapshot() as unknown }),
    });
    expect(snapshotOf(started(make, machine)).error).toEqual(
      new Error("Snapshot can't be read while the actor initializes itself"),
    );
  });

  test('a child without a name for its logic is not persisted, unless that is asked for', () => {
    const machine = createMachine({ entry: spawnChild(createMachine({}), { id: 'child' }) });
    const actor = started(make, machine) as unknown as {
      getPersistedSnapshot(options?: object): unknown;
    };
    expect(() => actor.getPersistedSnapshot()).toThrow('An inline child actor cannot be persisted');
    const options = { __unsafeAllowInlineActors: true };
    expect(actor.getPersistedSnapshot(options)).toHaveProperty('children.child');
  });

  test('an event to an actor that has stopped is warned of', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const actor = started(make, createMachine({ id: 'm' })) as AnyActor;
    actor.stop();
    actor.send({ type: 'GO' });
    expect(warn.mock.calls).toEqual([
      [
        `Event "GO" was sent to stopped actor "${actor.id} (${actor.sessionId})". This actor has already reached its final state, and will not transition.\nEvent: {"type":"GO"}`,
      ],
    ]);
    warn.mockRestore();
  });

  test('an inspector that comes after the last event hears of the children that are stopped', () => {
    const machine = createMachine({
      invoke: { id: 'child', src: createMachine({}) },
      on: { GO: { actions: () => {} } },
    });
    const actor = started(make, machine) as AnyActor;
    actor.send({ type: 'GO' });
    const seen: unknown[] = [];
    actor.system.inspect((event) => {
      seen.push(event.type === '@xstate.action' ? event.action.type : event.type);
    });
    actor.stop();
    expect(seen).toEqual([
      'xstate.stopChild',
      '@xstate.microstep',
      '@xstate.microstep',
      '@xstate.snapshot',
      '@xstate.snapshot',
    ]);
  });

  test('an inspector that an action brings hears of the microstep that it comes in, and of what follows', () => {
    const seen: unknown[] = [];
    let rounds = 0;
    const machine = createMachine({
      initial: 'a',
      states: {
        a: { on: { GO: { target: 'b', actions: ['look', () => {}] } } },
        b: { always: 'c' },
        c: { on: { BACK: 'a' } },
      },
    }).provide({
      actions: {
        look: ({ system }) => {
          rounds += 1;
          // By then there is code for it.
          if (rounds === 10) system.inspect(({ type }) => seen.push(type));
        },
      },
    });
    const actor = started(make, machine);
    for (let round = 1; round < 10; round++) {
      actor.send({ type: 'GO' });
      actor.send({ type: 'BACK' });
    }
    actor.send({ type: 'GO' });
    // Actions are told of one by one only where they are not called straight away.
    expect(seen.filter((type) => type !== '@xstate.action')).toEqual([
      '@xstate.microstep',
      '@xstate.microstep',
      '@xstate.snapshot',
    ]);
  });

  test('developer tools are shown the actor once it has started', () => {
    const seen: unknown[] = [];
    const actor = make(createMachine({}), { devTools: (shown) => void seen.push(shown) });
    expect(seen).toEqual([]);
    actor.start();
    expect(seen).toEqual([actor]);
  });

  test('a system lists its actors in the order in which they came', () => {
    const kid = createMachine({});
    const invoke = ['one', 'two', 'three', 'four', 'five'].map((systemId) => ({
      src: kid,
      systemId,
    }));
    const actor = make(createMachine({ invoke }), { systemId: 'top' }) as AnyActor;
    expect(Object.keys(actor.system.getAll())).toEqual([
      'top',
      'one',
      'two',
      'three',
      'four',
      'five',
    ]);
  });

  test('a system shows what is due without the timers of the clock, until it comes', () => {
    const clock = new SimulatedClock();
    const machine = createMachine({
      id: 'm',
      initial: 'early',
      entry: raise({ type: 'ring' }, { delay: 20, id: 'bell' }),
      states: { early: { after: { 10: 'late' } }, late: {} },
    });
    const actor = make(machine, { clock }) as AnyActor;
    actor.start();
    const due = (): unknown => {
      const { _scheduledEvents: scheduled } = actor.system.getSnapshot();
      return Object.entries(scheduled).map(([key, { startedAt: _, source, target, ...rest }]) => {
        expect([source, target]).toEqual([actor, actor]);
        return [key.slice(actor.sessionId.length), rest];
      });
    };
    const bell = ['.bell', { event: { type: 'ring' }, delay: 20, id: 'bell' }];
    const id = 'xstate.after.10.m.early';
    const change = [`.${id}`, { event: { type: id }, delay: 10, id }];
    expect(due()).toEqual([bell, change]);
    clock.increment(10);
    expect(due()).toEqual([bell]);
    clock.increment(10);
    expect(due()).toEqual([]);
  });
});

test.each([{ codegen: false }, { codegen: true }])(
  'a snapshot that XState resolved is taken by pure functions (%o)',
  (options) => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'c' } }, c: {} },
    });
    const compiled = compileMachine(machine, options);
    const resolved = machine.resolveState({ value: 'b' });
    const [next] = transition(compiled, resolved as never, { type: 'GO' });
    expect(next.value).toBe('c');
    const [first] = initialTransition(compileMachine(machine));
    expect(transition(compiled, first, { type: 'GO' })[0].value).toBe('b');
  },
);

test.each([{ codegen: false }, { codegen: true }])(
  'a snapshot that is done is left once more by every transition that pure functions take (%o)',
  (options) => {
    const machine = createMachine({
      exit: 'left',
      initial: 'end',
      states: {
        end: { type: 'final', exit: 'over' },
        other: { entry: 'entered', exit: 'gone' },
      },
      on: { STAY: { actions: 'stayed' }, GO: '.other', FORBIDDEN: undefined },
    });
    const asked = (logic: AnyActorLogic, type: string): unknown => {
      const [done] = initialTransition(logic as AnyStateMachine);
      const [next, actions] = transition(logic as AnyStateMachine, done, { type });
      return [next.value, next.status, actions.map((action) => action.type)];
    };
    for (const type of ['STAY', 'GO', 'FORBIDDEN', 'UNKNOWN']) {
      const expected = asked(machine, type);
      expect(asked(compileMachine(machine, options), type)).toEqual(expected);
    }
    expect(asked(machine, 'GO')).toEqual(['other', 'done', ['over', 'entered', 'gone', 'left']]);
  },
);
