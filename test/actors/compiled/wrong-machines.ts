/** XState itself, made to do one thing wrong: what the differential test has to notice. */
import { type AnyStateMachine, createActor, createMachine } from 'xstate';
import type { EngineUnderTest } from './case-run.ts';

type Config = Record<string, unknown>;
type Change = (state: Config) => Config;

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** Changes every state of the machine. */
function altered(state: Config, change: Change): Config {
  const { states } = state;
  const inner = isConfig(states)
    ? {
        states: Object.fromEntries(
          Object.entries(states).map(([key, child]) => [key, altered(child as Config, change)]),
        ),
      }
    : {};
  return change({ ...state, ...inner });
}

/** Changes every transition of a state's `on`. */
function transitions(change: (transition: Config, at: number) => Config): Change {
  return (state) => {
    const { on } = state;
    if (!isConfig(on)) return state;
    const changed = Object.entries(on).map(([event, list]) => [
      event,
      list === undefined ? list : listOf(list).map((each, at) => change(each as Config, at)),
    ]);
    return { ...state, on: Object.fromEntries(changed) as Config };
  };
}

const changes: Readonly<Record<string, Change>> = {
  'does exit actions in the wrong order': (state) => ({
    ...state,
    exit: listOf(state['exit']).toReversed(),
  }),
  'takes a deep history for a shallow one': (state) =>
    state['history'] === 'deep' ? { ...state, history: 'shallow' } : state,
  'does not re-enter': transitions((transition) => ({ ...transition, reenter: false })),
  'takes no heed of guards of later candidates': transitions((transition, at) =>
    at > 0 ? { ...transition, guard: undefined } : transition,
  ),
  'loses all targets but the first': transitions((transition) =>
    transition['target'] === undefined
      ? transition
      : { ...transition, target: listOf(transition['target']).slice(0, 1) },
  ),
  'lets forbidden events through to the parent': (state) => {
    const { on } = state;
    if (!isConfig(on)) return state;
    return {
      ...state,
      on: Object.fromEntries(Object.entries(on).filter(([, list]) => list !== undefined)),
    };
  },
  'forgets the actions of initial transitions': (state) =>
    isConfig(state['initial']) ? { ...state, initial: state['initial']['target'] } : state,
  'goes by no routes': (state) => ({ ...state, route: undefined }),
  'forgets tags': (state) => ({ ...state, tags: [] }),
  'gives no output': (state) => ({ ...state, output: undefined }),
  'invokes nothing twice': (state) => ({ ...state, invoke: listOf(state['invoke']).slice(0, 1) }),
  'tries eventless transitions in the wrong order': (state) =>
    state['always'] === undefined
      ? state
      : { ...state, always: listOf(state['always']).toReversed() },
};

export const wrongEngines: readonly EngineUnderTest[] = Object.entries(changes).map(
  ([name, change]) => ({
    name,
    logicOf: (machine: AnyStateMachine) =>
      createMachine(
        altered(machine.config as Config, change) as never,
        machine.implementations as never,
      ) as AnyStateMachine,
    create: createActor,
  }),
);
