/** Guards as the compiler knows them: names looked up, XState's own terms taken apart. */
import { and, not, or, stateIn } from 'xstate';
import { type AuthorFunction, type SourceMachine, isFunction, isRecord } from './source.ts';
import type { Unsupported } from './unsupported.ts';

/** Parameters of a guard or an action: none, given, or worked out from context and event. */
export type Params =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly value: unknown }
  | { readonly kind: 'computed'; readonly from: AuthorFunction };

export type GuardCode =
  | { readonly kind: 'call'; readonly fn: AuthorFunction; readonly params: Params }
  | { readonly kind: 'and' | 'or' | 'not'; readonly guards: readonly GuardCode[] }
  | { readonly kind: 'in'; readonly value: unknown }
  /** Not implemented: an error when it is asked. */
  | { readonly kind: 'missing'; readonly name: string };

const none: Params = { kind: 'none' };

export function paramsOf(named: unknown): Params {
  if (!isRecord(named) || !('params' in named)) return none;
  const { params } = named;
  return isFunction(params) ? { kind: 'computed', from: params } : { kind: 'given', value: params };
}

export function nameOf(named: unknown): string {
  return typeof named === 'string' ? named : String(isRecord(named) ? named['type'] : named);
}

interface BuiltIn {
  readonly check: unknown;
  readonly guards?: readonly unknown[];
  readonly stateValue?: unknown;
}

const checkOf = (guard: unknown): unknown => (guard as BuiltIn).check;
const checks = new Map<unknown, 'and' | 'or' | 'not' | 'in'>([
  [checkOf(and([])), 'and'],
  [checkOf(or([])), 'or'],
  [checkOf(not('')), 'not'],
  [checkOf(stateIn('')), 'in'],
]);

/** For the guards of another copy of XState. */
const names = new Map<string, 'and' | 'or' | 'not' | 'in'>([
  ['and', 'and'],
  ['or', 'or'],
  ['not', 'not'],
  ['stateIn', 'in'],
]);

/** Compiles the guards of one machine; what it does not take is noted in `unsupported`. */
export class GuardCompiler {
  readonly #machine: SourceMachine;
  readonly #unsupported: Unsupported[];

  constructor(machine: SourceMachine, unsupported: Unsupported[]) {
    this.#machine = machine;
    this.#unsupported = unsupported;
  }

  compile(guard: unknown, place: string, through: readonly string[] = []): GuardCode {
    if (isFunction(guard)) return this.#function(guard, none, place, through);
    const name = nameOf(guard);
    const found = this.#machine.implementations.guards[name];
    if (found === undefined || found === null) return { kind: 'missing', name };
    if (through.includes(name)) {
      this.#unsupported.push({ place, what: `guard '${name}' refers to itself` });
      return { kind: 'missing', name };
    }
    const next = [...through, name];
    if (isFunction(found)) return this.#function(found, paramsOf(guard), place, next);
    return this.compile(found, place, next);
  }

  #function(
    fn: AuthorFunction,
    params: Params,
    place: string,
    through: readonly string[],
  ): GuardCode {
    if (!('check' in fn)) return { kind: 'call', fn, params };
    const { check, guards = [], stateValue } = fn as unknown as BuiltIn;
    const kind = checks.get(check) ?? names.get(fn.name);
    if (kind === undefined) {
      this.#unsupported.push({ place, what: `a guard of an unknown kind, '${fn.name}'` });
      return { kind: 'missing', name: fn.name };
    }
    if (kind === 'in') return { kind, value: stateValue };
    return { kind, guards: guards.map((each) => this.compile(each, place, through)) };
  }
}
