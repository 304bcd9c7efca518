/** Actions as the compiler knows them: names looked up, XState's own actions taken apart. */
import { type Params, nameOf, paramsOf } from './guard-code.ts';
import { asAction } from './mistakes.ts';
import { type AuthorFunction, type SourceMachine, isFunction } from './source.ts';
import type { Unsupported } from './unsupported.ts';

/** A delay: none, milliseconds, the name of one, or worked out. */
export type Delay = string | number | AuthorFunction | undefined;

interface Parametrised {
  readonly params: Params;
}

/** The fields are those of XState's own actions. */
export type ActionCode = Parametrised &
  (
    | {
        readonly kind: 'call';
        readonly type: string;
        /** The author's function, and how it is called where nobody looks on. */
        readonly fn: AuthorFunction | undefined;
        readonly run: AuthorFunction | undefined;
      }
    | {
        readonly kind: 'assign';
        readonly assignment: AuthorFunction | Readonly<Record<string, unknown>>;
      }
    | {
        readonly kind: 'raise';
        readonly event: unknown;
        readonly id: unknown;
        readonly delay: Delay;
        /** Of the event that was raised last; null until one was. */
        lastType: string | null;
      }
    | {
        readonly kind: 'sendTo';
        readonly to: unknown;
        readonly event: unknown;
        readonly id: unknown;
        readonly delay: Delay;
      }
    | { readonly kind: 'emit'; readonly event: unknown }
    | { readonly kind: 'log'; readonly value: unknown; readonly label: string | undefined }
    | { readonly kind: 'cancel'; readonly sendId: unknown }
    | { readonly kind: 'enqueueActions'; readonly collect: AuthorFunction }
    | {
        readonly kind: 'spawnChild';
        readonly src: unknown;
        readonly id: unknown;
        readonly systemId: string | undefined;
        readonly input: unknown;
        readonly syncSnapshot: boolean;
      }
    | { readonly kind: 'stopChild'; readonly actorRef: unknown }
  );

export type ActionKind = ActionCode['kind'];
export type ActionOf<K extends ActionKind> = Extract<ActionCode, { kind: K }>;

/** The parameters of an action that is named without any, or not named. */
export const none: Params = { kind: 'none' };

/** By the type that XState gives its own actions: there may be more than one copy of XState about. */
const kinds: ReadonlyMap<unknown, Exclude<ActionKind, 'call'>> = new Map([
  ['xstate.assign', 'assign'],
  ['xstate.raise', 'raise'],
  ['xstate.sendTo', 'sendTo'],
  ['xstate.emit', 'emit'],
  ['xstate.log', 'log'],
  ['xstate.cancel', 'cancel'],
  ['xstate.enqueueActions', 'enqueueActions'],
  ['xstate.spawnChild', 'spawnChild'],
  ['xstate.stopChild', 'stopChild'],
]);

/** The code of one of XState's own actions: its fields and the parameters it was named with. */
function builtIn(kind: Exclude<ActionKind, 'call'>, action: object, params: Params): ActionCode {
  const fields = action as Record<string, unknown>;
  const code: Record<string, unknown> = { kind, params };
  if (kind === 'raise') code['lastType'] = null;
  for (const field of fieldsOf[kind]) code[field] = fields[field];
  return code as unknown as ActionCode;
}

const fieldsOf: Readonly<Record<Exclude<ActionKind, 'call'>, readonly string[]>> = {
  assign: ['assignment'],
  raise: ['event', 'id', 'delay'],
  sendTo: ['to', 'event', 'id', 'delay'],
  emit: ['event'],
  log: ['value', 'label'],
  cancel: ['sendId'],
  enqueueActions: ['collect'],
  spawnChild: ['src', 'id', 'systemId', 'input', 'syncSnapshot'],
  stopChild: ['actorRef'],
};

/** Compiles the actions of one machine; what it does not take is noted in `unsupported`. */
export class ActionCompiler {
  readonly #machine: SourceMachine;
  readonly #unsupported: Unsupported[];

  constructor(machine: SourceMachine, unsupported: Unsupported[]) {
    this.#machine = machine;
    this.#unsupported = unsupported;
  }

  compile(action: unknown, place: string): ActionCode {
    if (isFunction(action))
      return this.#function(action, action.name || '(anonymous)', none, place);
    const name = nameOf(action);
    const found = this.#machine.implementations.actions[name];
    const params = paramsOf(action);
    if (found === undefined || found === null) {
      return nothingToCall(name, params);
    }
    if (isFunction(found)) return this.#function(found, name, params, place);
    this.#unsupported.push({ place, what: `action '${name}' is implemented by no function` });
    return nothingToCall(name, params);
  }

  #function(fn: AuthorFunction, type: string, params: Params, place: string): ActionCode {
    if (!('resolve' in fn)) return { kind: 'call', type, fn, run: asAction(fn), params };
    const own = (fn as { type?: unknown }).type;
    const kind = kinds.get(own);
    if (kind !== undefined) return builtIn(kind, fn, params);
    const name = typeof own === 'string' ? own : type;
    this.#unsupported.push({ place, what: `an action of an unknown kind, '${name}'` });
    return nothingToCall(type, params);
  }
}

function nothingToCall(type: string, params: Params): ActionCode {
  return { kind: 'call', type, fn: undefined, run: undefined, params };
}

/** What starts and what stops the actor of an `invoke`. */
export function stopCode(id: string): ActionCode {
  return { kind: 'stopChild', actorRef: id, params: none };
}

export function spawnCode(fields: Omit<ActionOf<'spawnChild'>, 'kind' | 'params'>): ActionCode {
  return { kind: 'spawnChild', ...fields, params: none };
}
