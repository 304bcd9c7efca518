/**
 * What is read of an XState machine: its states, transitions and implementations, as plain shapes.
 *
 * Everything here is public in XState, but typed there for those who write machines, not for those who read them.
 */
import type { AnyStateMachine } from 'xstate';

/** What a function of the machine's author is called with, and calls itself anything it likes. */
// The author's functions: their arguments are checked where the machine is written.
export type AuthorFunction = (...args: readonly unknown[]) => unknown;

export interface SourceTransition {
  readonly target: readonly SourceNode[] | undefined;
  readonly source: SourceNode;
  readonly actions: readonly unknown[];
  readonly guard?: unknown;
  readonly reenter: boolean;
  readonly eventType: string;
}

export interface SourceInvoke {
  readonly id: string;
  readonly src: string;
  readonly systemId?: string;
  readonly input?: unknown;
  readonly onSnapshot?: unknown;
}

export interface SourceNode {
  readonly id: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly parent: SourceNode | undefined;
  readonly machine: SourceMachine;
  readonly states: Readonly<Record<string, SourceNode>>;
  readonly history: false | 'shallow' | 'deep';
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  readonly tags: readonly string[];
  readonly meta: unknown;
  readonly output: unknown;
  readonly transitions: ReadonlyMap<string, readonly SourceTransition[]>;
  readonly always: readonly SourceTransition[] | undefined;
  readonly initial: {
    readonly target: readonly SourceNode[];
    readonly actions: readonly unknown[];
  };
  readonly invoke: readonly SourceInvoke[];
  readonly config: {
    readonly target?: unknown;
    readonly invoke?: unknown;
    readonly initial?: unknown;
  };
}

export interface SourceMachine {
  readonly id: string;
  readonly root: SourceNode;
  readonly config: { readonly context?: unknown };
  readonly options: { readonly maxIterations?: number } | undefined;
  readonly implementations: {
    readonly actions: Readonly<Record<string, unknown>>;
    readonly guards: Readonly<Record<string, unknown>>;
    readonly actors: Readonly<Record<string, unknown>>;
    readonly delays: Readonly<Record<string, unknown>>;
  };
  getStateNodeById(id: string): SourceNode;
}

export function sourceOf(machine: AnyStateMachine): SourceMachine {
  return machine as unknown as SourceMachine;
}

export function isFunction(value: unknown): value is AuthorFunction {
  return typeof value === 'function';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What a machine does as actor logic, each bound to it by XState. */
const asLogic = [
  'transition',
  'getInitialSnapshot',
  'getPersistedSnapshot',
  'restoreSnapshot',
  'start',
];

/**
 * Whether logic is a machine, of whichever copy of XState: one that was spread into another object, or one
 * of whose functions was put into another, is whatever that makes of it.
 */
export function isMachine(logic: unknown): logic is AnyStateMachine {
  if (!isRecord(logic) || !('getStateNodeById' in logic && 'idMap' in logic)) return false;
  return asLogic.every((name) => {
    const fn = Object.hasOwn(logic, name) ? logic[name] : undefined;
    return isFunction(fn) && fn.name === `bound ${name}`;
  });
}
