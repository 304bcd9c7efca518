/** Makes a spec into an XState machine whose functions record what they see. */
import { type AnyActorLogic, type AnyActorRef, type AnyStateMachine, createMachine } from 'xstate';
import { ActionBuilder } from './action-building.ts';
import { actorSources } from './actor-sources.ts';
import type { Args, Loose } from './function-arguments.ts';
import { GuardBuilder } from './guard-building.ts';
import {
  type CaseSpec,
  type Family,
  type InvokeSpec,
  type StateSpec,
  type TransitionSpec,
  familyOf,
  isHistory,
} from './machine-spec.ts';
import type { Trace } from './trace.ts';

class Builder {
  readonly #trace: Trace;
  readonly #family: Family;
  readonly #guards: GuardBuilder;
  readonly #actions: ActionBuilder;
  readonly #logic: Readonly<Record<string, AnyActorLogic>>;

  constructor(root: StateSpec, trace: Trace, logic: Readonly<Record<string, AnyActorLogic>>) {
    this.#trace = trace;
    this.#family = familyOf(root);
    this.#guards = new GuardBuilder(trace, this.#family);
    this.#actions = new ActionBuilder(trace, this.#guards);
    this.#logic = logic;
  }

  machine(
    root: StateSpec,
    { context, provided, most }: Pick<CaseSpec, 'context' | 'provided' | 'most'>,
  ): AnyStateMachine {
    const trace = this.#trace;
    const config = {
      ...this.#state(root),
      ...(most === null ? {} : { options: { maxIterations: most } }),
      context:
        context === 'static'
          ? { n: 0, ref: null }
          : ({ input, self }: { input: { n: number } | undefined; self: AnyActorRef }) => {
              trace.see('context', input, self.id);
              return { n: input?.n ?? 0, ref: null };
            },
    };
    const noted =
      (label: string): Loose =>
      (args, params) => {
        this.#actions.note(label, args as Args, params);
      };
    const implementations = {
      actions: {
        p: noted('p'),
        q: noted(provided ? 'replaced' : 'q'),
        pace: noted('pace'),
        ...this.#actions.named,
      },
      guards: {
        even: ({ context: { n }, event }: Args) => {
          trace.see('even', n, event);
          return n % 2 === 0;
        },
        below: ({ context: { n }, event }: Args, params: { limit: number }) => {
          trace.see('below', n, event, params);
          return n < params.limit;
        },
      },
      delays: {
        short: 5,
        computed: ({ context: { n }, event }: Args) => {
          trace.see('delay', n, event);
          return n + 2;
        },
      },
      actors: this.#logic,
    };
    const machine = createMachine(config as never, implementations as never) as AnyStateMachine;
    if (!provided) return machine;
    return machine.provide({ actions: { q: noted('q') } } as never);
  }

  #state(state: StateSpec): Record<string, unknown> {
    const { key, kind } = state;
    if (isHistory(state)) {
      const target = state.initial === null ? {} : { target: state.initial };
      return { id: key, type: 'history', history: kind, ...target };
    }
    return {
      id: key,
      ...(kind === 'parallel' || kind === 'final' ? { type: kind } : {}),
      ...(state.children.length > 0
        ? {
            states: Object.fromEntries(
              state.children.map((child) => [child.key, this.#state(child)]),
            ),
          }
        : {}),
      ...(kind === 'compound' ? { initial: this.#initial(state) } : {}),
      on: Object.fromEntries(
        state.on.map(({ event, transitions }) => [
          event,
          transitions.length === 0
            ? undefined
            : this.#transitions(state, transitions, !event.endsWith('*')),
        ]),
      ),
      ...this.#reactions(state),
      entry: this.#actions.actions(state.entry),
      exit: this.#actions.actions(state.exit),
      invoke: state.invoke.map((invoke) => this.#invoke(state, invoke)),
      ...this.#route(state),
      tags: state.tags,
      ...(state.meta ? { meta: { of: key } } : {}),
      ...(state.output === null ? {} : { output: this.#output(state) }),
    };
  }

  #route({ route }: StateSpec): Record<string, unknown> {
    if (route === null) return {};
    const actions = [this.#actions.pace];
    return { route: route === 'open' ? { actions } : { guard: 'even', actions, reenter: true } };
  }

  #reactions(state: StateSpec): Record<string, unknown> {
    return {
      ...(state.always.length > 0 ? { always: this.#transitions(state, state.always) } : {}),
      ...(state.onDone.length > 0 ? { onDone: this.#transitions(state, state.onDone) } : {}),
      after: Object.fromEntries(
        state.after.map(({ delay, transitions }) => [
          delay === 'inline' ? 'computed' : delay,
          this.#transitions(state, transitions),
        ]),
      ),
    };
  }

  #initial(state: StateSpec): unknown {
    if (state.initialActions.length === 0) return state.initial;
    return { target: state.initial, actions: this.#actions.actions(state.initialActions) };
  }

  #output({ key, output }: StateSpec): unknown {
    if (output === 'static') return { of: key };
    return ({ context, event, self }: Args) => {
      this.#trace.see('output', key, context.n, event, self.id);
      return { of: key, n: context.n };
    };
  }

  #invoke(state: StateSpec, spec: InvokeSpec): Record<string, unknown> {
    const { src, id, inline, system, fixed, onDone, onError, onSnapshot } = spec;
    return {
      src: inline ? (this.#logic[src] ?? src) : src,
      ...(id === null ? {} : { id }),
      ...(system === true ? { systemId: 'sys' } : {}),
      input: fixed
        ? { n: 2 }
        : ({ context, event, self }: Args) => {
            this.#trace.see('invoke input', src, context.n, event, self.id);
            return { n: context.n };
          },
      ...(onDone.length > 0 ? { onDone: this.#transitions(state, onDone) } : {}),
      ...(onError.length > 0 ? { onError: this.#transitions(state, onError) } : {}),
      ...(onSnapshot.length > 0 ? { onSnapshot: this.#transitions(state, onSnapshot) } : {}),
    };
  }

  #transitions(state: StateSpec, specs: readonly TransitionSpec[], unpaced = false): unknown[] {
    return specs.map(({ targets, relative, guard, actions, reenter }) => ({
      ...(targets.length > 0
        ? { target: targets.map((key) => this.#target(state, key, relative)) }
        : {}),
      ...(guard === null ? {} : { guard: this.#guards.guard(guard) }),
      ...(reenter ? { reenter } : {}),
      ...(unpaced && actions.length === 0
        ? {}
        : {
            actions: unpaced
              ? this.#actions.actions(actions)
              : [this.#actions.pace, ...this.#actions.actions(actions)],
          }),
    }));
  }

  #target(source: StateSpec, key: string, relative: boolean): string {
    const parent = this.#family.parents.get(key);
    if (!relative || parent === undefined) return `#${key}`;
    if (parent === source) return `.${key}`;
    return parent === this.#family.parents.get(source.key) ? key : `#${key}`;
  }
}

export interface Building {
  readonly trace: Trace;
  /** What an engine makes of a machine. */
  readonly logicOf: (machine: AnyStateMachine) => AnyActorLogic;
}

/** The case's machine; that of its child is behind the source `machine`, a callback where it has none. */
export function buildMachine(spec: CaseSpec, { trace, logicOf }: Building): AnyStateMachine {
  const sources = actorSources(trace);
  const logic: Record<string, AnyActorLogic> = { ...sources, machine: sources.callback };
  if (spec.child !== null) {
    const child = new Builder(spec.child, trace, sources).machine(spec.child, {
      context: 'lazy',
      provided: false,
      most: null,
    });
    logic['machine'] = spec.childEngine === 'same' ? logicOf(child) : child;
  }
  return new Builder(spec.root, trace, logic).machine(spec.root, spec);
}
