/**
 * Actions, done one after the other on a frame: what the tables do where there is no generated code,
 * and what generated code leaves to them.
 */
import type { Frame } from './model.ts';
import type { AnyEvent } from './event.ts';
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import type { ActionCode, ActionOf, Delay } from './action-code.ts';
import { AssignArguments } from './assign-arguments.ts';
import { merged } from './context-shape.ts';
import { stop } from './effects.ts';
import { paramsFor } from './guards.ts';
import { Effect, type RaiseParams, type SendParams } from './host.ts';
import { warnOfMissingLogic } from './mistakes.ts';
import { isFunction } from './source.ts';
import { internalsOf } from './xstate-internals.ts';

/** What actions are called with. */
interface Args {
  readonly context: unknown;
  readonly event: AnyEvent;
  readonly self: AnyActorRef;
  readonly system: unknown;
}

/** Actors that the same entry invokes, and what is sent to them before they are there. */
export interface Invoking {
  readonly ids: readonly string[];
  readonly sends: SendParams[];
}

export function performAll(
  frame: Frame,
  actions: readonly ActionCode[],
  event: AnyEvent,
  invoking: Invoking | null,
): void {
  for (const action of actions) perform(frame, action, event, invoking);
}

export function perform(
  frame: Frame,
  action: ActionCode,
  event: AnyEvent,
  invoking: Invoking | null,
): void {
  const args: Args = { context: frame.context, event, self: frame.self, system: frame.system };
  const params = paramsFor(action.params, frame.context, event);
  switch (action.kind) {
    case 'call':
      if (frame.direct) action.run?.(args, params);
      else frame.host.perform({ type: action.type, info: args, params, exec: action.fn });
      return;
    case 'assign':
      assignTo(frame, action, event, params);
      return;
    case 'raise':
      raise(frame, action, args, params);
      return;
    case 'sendTo':
      sendTo(frame, action, args, params, invoking);
      return;
    case 'emit':
      emit(frame, isFunction(action.event) ? action.event(args, params) : action.event, args);
      return;
    case 'log':
      log(frame, action, args, params);
      return;
    case 'cancel':
      cancel(frame, resolved(action.sendId, args, params), args);
      return;
    case 'enqueueActions':
      enqueue(frame, action, args, params, invoking);
      return;
    case 'spawnChild':
      spawn(frame, action, args);
      return;
    case 'stopChild':
      stopChild(frame, action, args, params);
  }
}

const resolved = (value: unknown, args: Args, params: unknown): unknown =>
  isFunction(value) ? value(args, params) : value;

/** Does what an action of XState's own comes to; `execute` keeps its effects for later. */
function execute(
  frame: Frame,
  type: string,
  info: Args,
  params: unknown,
  effect: () => void,
): void {
  if (frame.direct) effect();
  else frame.host.perform({ type, info, params, exec: effect });
}

function assignTo(
  frame: Frame,
  action: ActionOf<'assign'>,
  event: AnyEvent,
  params: unknown,
): void {
  if (!frame.context) {
    throw new Error(
      'Cannot assign to undefined `context`. Ensure that `context` is defined in the machine config.',
    );
  }
  const args = new AssignArguments(frame, event);
  const { assignment } = action;
  let partial: unknown;
  if (isFunction(assignment)) partial = assignment(args, params);
  else {
    const values: Record<string, unknown> = {};
    for (const key of Object.keys(assignment)) {
      values[key] = resolved(assignment[key], args, params);
    }
    partial = values;
  }
  frame.context = merged(frame.context, partial);
  frame.shape = null;
  frame.shared = !frame.program.reusesContexts;
  frame.changes++;
  args.settle();
}

function delayOf(frame: Frame, delay: Delay, args: Args, params: unknown): number | undefined {
  const found =
    typeof delay === 'string' ? frame.program.source.implementations.delays[delay] : delay;
  return resolved(found, args, params) as number | undefined;
}

function refuseText(event: unknown, action: string): void {
  if (typeof event !== 'string') return;
  throw new Error(
    `Only event objects may be used with ${action}; use ${action}({ type: "${event}" }) instead`,
  );
}

function raise(frame: Frame, action: ActionOf<'raise'>, args: Args, params: unknown): void {
  refuseText(action.event, 'raise');
  const event = resolved(action.event, args, params) as AnyEvent;
  const delay = delayOf(frame, action.delay, args, params);
  const { id } = action as { id: string | undefined };
  if (typeof delay !== 'number') {
    action.lastType = event.type;
    frame.raise(event);
    if (frame.direct) return;
  }
  const raised: RaiseParams = { event, id, delay };
  execute(frame, 'xstate.raise', args, raised, () => {
    if (typeof delay === 'number') frame.host.later(Effect.schedule, raised, undefined);
  });
}

function sendTo(
  frame: Frame,
  action: ActionOf<'sendTo'>,
  args: Args,
  params: unknown,
  invoking: Invoking | null,
): void {
  refuseText(action.event, 'sendTo');
  const event = resolved(action.event, args, params) as AnyEvent;
  const delay = delayOf(frame, action.delay, args, params);
  const target = resolved(action.to, args, params) as AnyActorRef | string | undefined;
  const to = typeof target === 'string' ? receiver(frame, target, invoking) : target || frame.self;
  if (frame.direct && typeof to !== 'string' && typeof delay !== 'number') {
    frame.host.later(Effect.relay, to, event);
    return;
  }
  const targetId = typeof target === 'string' ? target : undefined;
  const sent: SendParams = { to, targetId, event, id: action.id as string | undefined, delay };
  if (typeof to === 'string') invoking?.sends.push(sent);
  execute(frame, 'xstate.sendTo', args, sent, () => {
    frame.host.later(Effect.send, sent, undefined);
  });
}

/** Who a name stands for; the name itself where the actor is about to be invoked. */
export function receiver(
  frame: Frame,
  name: string,
  invoking: Invoking | null,
): AnyActorRef | string {
  let found: AnyActorRef | string | undefined;
  if (name === '#_parent') found = internalsOf(frame.self)._parent;
  else if (name === '#_internal') found = frame.self;
  else if (name.startsWith('#_')) found = frame.family.get(name.slice(2));
  else found = invoking?.ids.includes(name) === true ? name : frame.family.get(name);
  if (!found) {
    throw new Error(
      `Unable to send event to actor '${name}' from machine '${frame.program.machine.id}'.`,
    );
  }
  return found;
}

function emit(frame: Frame, event: unknown, args: Args): void {
  if (frame.direct) {
    frame.host.later(Effect.emit, event, undefined);
    return;
  }
  execute(frame, 'xstate.emit', args, { event }, () => {
    frame.host.later(Effect.emit, event, undefined);
  });
}

function log(frame: Frame, action: ActionOf<'log'>, args: Args, params: unknown): void {
  const value = resolved(action.value, args, params);
  const { label } = action;
  execute(frame, 'xstate.log', args, { value, label }, () => {
    if (label) frame.host.log(label, value);
    else frame.host.log(value);
  });
}

function cancel(frame: Frame, sendId: unknown, args: Args): void {
  execute(frame, 'xstate.cancel', args, { sendId }, () => {
    frame.host.later(Effect.cancel, sendId, undefined);
  });
}

function enqueue(
  frame: Frame,
  action: ActionOf<'enqueueActions'>,
  args: Args,
  params: unknown,
  invoking: Invoking | null,
): void {
  const { enqueuer } = frame.program;
  const queued = enqueuer.collect(frame, args.event, action.collect, params);
  performAll(frame, queued, args.event, invoking);
}

function spawn(frame: Frame, action: ActionOf<'spawnChild'>, args: Args): void {
  const { src, systemId, syncSnapshot, input: given } = action;
  const logic = typeof src === 'string' ? frame.program.logicOf(src) : src;
  const id = (isFunction(action.id) ? action.id(args) : action.id) as string | undefined;
  let actorRef: AnyActorRef | undefined;
  let input: unknown;
  if (logic) {
    const { context, event, self } = args;
    input = isFunction(given) ? given({ context, event, self }) : given;
    const options = { id, src, input, systemId, syncSnapshot };
    actorRef = frame.host.spawn(frame.program.childLogic(logic as AnyActorLogic), options);
  } else warnOfMissingLogic(src, frame.self);
  frame.family = frame.family.with(String(id), actorRef);
  frame.changes++;
  const spawned = { id: action.id, systemId, actorRef, src, input };
  execute(frame, 'xstate.spawnChild', args, spawned, () => {
    if (actorRef !== undefined) frame.host.later(Effect.start, actorRef, undefined);
  });
}

function stopChild(frame: Frame, action: ActionOf<'stopChild'>, args: Args, params: unknown): void {
  const named = resolved(action.actorRef, args, params) as AnyActorRef | string | undefined;
  const child = typeof named === 'string' ? frame.family.get(named) : named;
  if (child) frame.family = frame.family.without(child.id);
  frame.changes++;
  execute(frame, 'xstate.stopChild', args, child, () => {
    stop(frame.host, child);
  });
}

/** Stops all children; their places among the children are given up with them. */
export function stopAll(frame: Frame, event: AnyEvent): void {
  if (frame.family.isEmpty) return;
  // No step need have come before: an actor may be stopped at any time.
  frame.direct = frame.host.isDirect;
  const args: Args = { context: frame.context, event, self: frame.self, system: frame.system };
  for (const child of Object.values(frame.family.record)) {
    stopChild(
      frame,
      { kind: 'stopChild', actorRef: child, params: { kind: 'none' } },
      args,
      undefined,
    );
  }
}
