/** Compiled logic where a machine is looked at, and where logic only looks like a machine. */
import {
  type ActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  StateMachine,
  createActor as createXstateActor,
  createMachine,
  getInitialMicrosteps,
  getMicrosteps,
  initialTransition,
  raise,
  transition,
} from 'xstate';
import { createTestModel, getShortestPaths, getSimplePaths, toDirectedGraph } from 'xstate/graph';
import { describe, expect, test } from 'vitest';
import { compileMachine, createActor } from '../../../src/actors/compiled/compile-machine.ts';
import { ways } from './ways.ts';

const door = createMachine({
  id: 'door',
  version: '2',
  initial: 'closed',
  states: {
    closed: { on: { OPEN: 'open', LOCK: 'locked' } },
    open: { on: { CLOSE: 'closed' } },
    locked: { initial: 'once', states: { once: { on: { LOCK: 'twice' } }, twice: {} } },
  },
});

const asMachine = <TMachine extends AnyStateMachine>(machine: TMachine): TMachine =>
  compileMachine(machine) as unknown as TMachine;

/** The logic, telling of every event that its own `transition` is given. */
function heardBy(
  logic: ActorLogic<AnyMachineSnapshot, AnyEventObject>,
  heard: string[],
): (
  snapshot: AnyMachineSnapshot,
  event: AnyEventObject,
  scope: AnyActorScope,
) => AnyMachineSnapshot {
  const own = logic.transition;
  return (snapshot, event, scope) => {
    heard.push(event.type);
    return own(snapshot, event, scope as never);
  };
}

const looselyTyped = (logic: object): ActorLogic<AnyMachineSnapshot, AnyEventObject> =>
  logic as ActorLogic<AnyMachineSnapshot, AnyEventObject>;

const childOf = (snapshot: unknown): AnyActorRef =>
  (snapshot as { readonly children: { readonly child: AnyActorRef } }).children.child;

describe('what looks at machines takes compiled logic for one', () => {
  test.each([
    ['shortest', getShortestPaths<typeof door>],
    ['simple', getSimplePaths<typeof door>],
  ] as const)('%s paths lead to the same states by the same events', (_name, paths) => {
    const shown = (logic: typeof door) =>
      paths(logic).map(({ state, steps }) => ({
        value: state.value,
        types: steps.map(({ event }) => event.type),
      }));
    const found = shown(asMachine(door));
    expect(found).toEqual(shown(door));
    expect(found.length).toBeGreaterThan(3);
  });

  test('its graph is the graph of the machine', () => {
    expect(JSON.stringify(toDirectedGraph(asMachine(door)))).toBe(
      JSON.stringify(toDirectedGraph(door)),
    );
  });

  test('a test model goes through its states', async () => {
    const seen: unknown[] = [];
    const model = createTestModel(asMachine(door));
    for (const path of model.getShortestPaths()) {
      await path.test({ states: { '#door.locked': (state) => void seen.push(state.value) } });
    }
    expect(seen).toContainEqual({ locked: 'twice' });
  });

  test('its microsteps are those of the machine', () => {
    const raising = createMachine({
      context: ({ input }) => ({ given: input }),
      initial: 'a',
      states: { a: { entry: raise({ type: 'GO' }), on: { GO: 'b' } }, b: { always: 'c' }, c: {} },
    });
    const steps = getInitialMicrosteps(asMachine(raising), 7);
    expect(steps.map(([{ value }]) => value as unknown)).toEqual(['a', 'b', 'c']);
    expect(steps[0]?.[0].context).toEqual({ given: 7 });
    const [first] = initialTransition(asMachine(door));
    const [[next] = []] = getMicrosteps(asMachine(door), first, { type: 'OPEN' });
    expect(next?.value).toBe('open');
  });

  test('it has the states, the definition and the version of its machine', () => {
    const compiled = compileMachine(door);
    expect(compiled.states).toBe(door.states);
    expect(compiled.version).toBe('2');
    expect(JSON.stringify(compiled)).toBe(JSON.stringify(door));
    expect(compiled).toBeInstanceOf(StateMachine);
    const open = compiled.resolveState({ value: 'open' });
    expect(transition(compiled, open, { type: 'CLOSE' })[0].value).toBe('closed');
  });
});

test('other implementations make other compiled logic', () => {
  const said: string[] = [];
  const machine = createMachine(
    { entry: 'say' },
    { actions: { say: () => void said.push('one') } },
  );
  const compiled = compileMachine(machine);
  createActor(compiled.provide({ actions: { say: () => void said.push('two') } })).start();
  createActor(compiled).start();
  expect(said).toEqual(['two', 'one']);
});

describe('a machine that is written into after it was compiled', () => {
  const heard: string[] = [];
  const hear = (said: string) => () => void heard.push(said);
  const written = (): AnyStateMachine =>
    createMachine(
      { entry: 'named', on: { GO: { guard: 'may', actions: hear('gone') } } },
      { actions: { named: hear('named') }, guards: { may: () => false } },
    );
  const changes: readonly (readonly [string, (machine: AnyStateMachine) => unknown, string[]])[] = [
    [
      'an action before others',
      ({ root }) => root.entry.unshift(hear('first')),
      ['first', 'named'],
    ],
    [
      'an action that names are for',
      (m) => (m.implementations.actions['named'] = hear('new')),
      ['new'],
    ],
    ['a guard', (m) => (m.implementations.guards['may'] = () => true), ['named', 'gone']],
    [
      'a transition of another type',
      ({ root }) => {
        const [go] = root.transitions.get('GO') ?? [];
        root.transitions.set('*', [{ ...go, guard: undefined } as never]);
      },
      ['named', 'gone'],
    ],
  ];

  test.each(changes)('has %s when its first actor starts, and no later', (_what, change, said) => {
    heard.length = 0;
    const machine = written();
    const compiled = compileMachine(machine);
    change(machine);
    createActor(compiled).start().send({ type: 'GO' });
    expect(heard).toEqual(said);
    heard.length = 0;
    machine.root.entry.unshift(hear('late'));
    createActor(compiled).start().send({ type: 'GO' });
    expect(heard).toEqual(said);
  });

  test('is refused at its first use for what it has then', () => {
    const machine = written();
    const compiled = compileMachine(machine);
    machine.root.entry.push(Object.assign(() => undefined, { type: 'my.own', resolve: () => [] }));
    expect(() => createActor(compiled)).toThrow("an action of an unknown kind, 'my.own'");
    machine.root.entry.pop();
    expect(createActor(compiled).start().getSnapshot().status).toBe('active');
  });
});

test('compiled logic is spread into logic of its own', () => {
  const heard: string[] = [];
  const logic = looselyTyped(compileMachine(door));
  const actor = createXstateActor({ ...logic, transition: heardBy(logic, heard) }).start();
  actor.send({ type: 'OPEN' });
  expect(actor.getSnapshot().value).toBe('open');
  expect(heard).toEqual(['OPEN']);
});

describe.each(ways)('%s', (_name, make) => {
  test.each([
    ['spread into other logic', (logic: object) => ({ ...logic })],
    ['changed', (logic: object) => logic],
  ])('a child whose machine was %s does what was made of it', (_how, taken) => {
    const heard: string[] = [];
    const machine = createMachine({ initial: 'a', states: { a: { on: { GO: 'b' } }, b: {} } });
    const logic = looselyTyped(taken(machine));
    logic.transition = heardBy(logic, heard);
    const actor = make(createMachine({ invoke: { id: 'child', src: logic } }));
    actor.start();
    const child = childOf(actor.getSnapshot());
    child.send({ type: 'GO' });
    expect(heard).toEqual(['GO']);
    expect(child.getSnapshot()).toMatchObject({ value: 'b' });
  });
});
