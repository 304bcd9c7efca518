/** Compiled machines beside XState's interpreter: nanoseconds of processor time per event. */
import {
  type AnyStateMachine,
  assign,
  createMachine,
  createActor as createXStateActor,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';
import { compileMachine, createActor } from 'netrun/compiled';
import { GCProfiler } from 'node:v8';

interface Sendable {
  start(): unknown;
  send(event: { type: string; id?: string }): void;
}

const toggle = createMachine({
  id: 'toggle',
  initial: 'off',
  states: { off: { on: { flip: 'on' } }, on: { on: { flip: 'off' } } },
});

const regions = setup({
  types: { context: {} as { flips: number; limit: number }, events: {} as { type: 'flip' } },
  guards: { isLow: ({ context }) => context.flips < context.limit },
  actions: { count: assign({ flips: ({ context }) => context.flips + 1 }) },
}).createMachine({
  id: 'regions',
  context: { flips: 0, limit: 1e12 },
  type: 'parallel',
  states: {
    counted: {
      initial: 'off',
      states: {
        off: { on: { flip: { guard: 'isLow', target: 'on', actions: 'count' } } },
        on: { on: { flip: { guard: 'isLow', target: 'off', actions: 'count' } } },
      },
    },
    plain: { initial: 'off', states: { off: { on: { flip: 'on' } }, on: { on: { flip: 'off' } } } },
  },
});

const parent = setup({
  types: { events: {} as { type: 'add'; id: string } | { type: 'drop'; id: string } },
  actors: { child: createMachine({ id: 'child' }) },
}).createMachine({
  id: 'parent',
  on: {
    add: { actions: spawnChild('child', { id: ({ event }) => event.id }) },
    drop: { actions: stopChild(({ event }) => event.id) },
  },
});

/** Of the work of `rounds` calls, per call, after as many to warm up. */
function nanoseconds(rounds: number, call: (round: number) => void): number {
  for (let round = 0; round < rounds; round++) call(round);
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) call(round);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / rounds;
}

function flips(actor: Sendable, rounds: number): number {
  actor.start();
  const event = { type: 'flip' };
  return nanoseconds(rounds, () => actor.send(event));
}

/** With the time by the clock that memory was collected in. */
function children(actor: Sendable, live: number, rounds: number): [nanos: number, memory: number] {
  actor.start();
  for (let at = 0; at < live; at++) actor.send({ type: 'add', id: `live${at}` });
  const collections = new GCProfiler();
  collections.start();
  const nanos = nanoseconds(rounds, (round) => {
    actor.send({ type: 'add', id: `new${round}` });
    actor.send({ type: 'drop', id: `new${round}` });
  });
  // Warming up is as many rounds again.
  const collected = collections.stop().statistics.reduce((sum, { cost }) => sum + cost, 0);
  return [nanos, (collected * 1000) / rounds / 2];
}

const compiledActor = (machine: AnyStateMachine, codegen: boolean): Sendable =>
  createActor(compileMachine(machine, { codegen })) as Sendable;
const hosted = (machine: AnyStateMachine): Sendable =>
  createXStateActor(compileMachine(machine)) as Sendable;
const interpreted = (machine: AnyStateMachine): Sendable => createXStateActor(machine) as Sendable;

const line = (name: string, nanos: number, memory?: number): void => {
  const of = memory === undefined ? '' : `, collecting memory ${Math.round(memory)} ns`;
  console.log(`${name.padEnd(58)} ${String(Math.round(nanos)).padStart(9)} ns${of}`);
};

for (const machine of [toggle, regions] as unknown as AnyStateMachine[]) {
  line(`${machine.id}: XState`, flips(interpreted(machine), 50_000));
  line(`${machine.id}: compiled, in XState's actor`, flips(hosted(machine), 500_000));
  line(`${machine.id}: compiled, tables`, flips(compiledActor(machine, false), 500_000));
  line(`${machine.id}: compiled, code`, flips(compiledActor(machine, true), 2_000_000));
}
const family = parent as unknown as AnyStateMachine;
line('a child started and stopped, 0 live: XState', ...children(interpreted(family), 0, 10_000));
line(
  'a child started and stopped, 1,000 live: XState',
  ...children(interpreted(family), 1000, 1000),
);
for (const live of [0, 1000, 100_000]) {
  const name = `a child started and stopped, ${live.toLocaleString('en')} live: compiled`;
  line(name, ...children(compiledActor(family, true), live, 50_000));
}
