/** The effects of actions, made once the snapshot has changed. */
import { type AnyEvent, errorEvent } from './event.ts';
import type { AnyActorRef } from 'xstate';
import {
  Effect,
  type EffectKind,
  type Host,
  type PendingAction,
  type RaiseParams,
  type SendParams,
} from './host.ts';
import { isRunning, isStopped } from './xstate-internals.ts';

const errorType = 'xstate.error';

export function makeEffect(host: Host, kind: EffectKind, a: unknown, b: unknown): void {
  switch (kind) {
    case Effect.relay:
      host.system._relay(host.self, a as AnyActorRef, sentEvent(host, b as AnyEvent));
      return;
    case Effect.emit:
      host.emit(a as AnyEvent);
      return;
    case Effect.send:
      send(host, a as SendParams);
      return;
    case Effect.schedule: {
      const { event, delay, id } = a as RaiseParams;
      host.system.scheduler.schedule(host.self, host.self, event, delay as number, id);
      return;
    }
    case Effect.cancel:
      host.system.scheduler.cancel(host.self, a as string);
      return;
    case Effect.start:
      if (!isStopped(a as AnyActorRef)) (a as AnyActorRef).start();
      return;
    case Effect.stop:
      host.stopChild(a as AnyActorRef);
      return;
    case Effect.perform:
      host.perform(a as PendingAction);
  }
}

/** Of effects at a time, three places each: a longer list is not kept. */
const mostKept = 96;

/** Effects that wait: triples of a kind and two values. The list itself is kept, and used again. */
export class EffectList {
  #triples: unknown[] = [];
  #end = 0;

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  add(kind: EffectKind, a: unknown, b: unknown): void {
    const triples = this.#triples;
    triples[this.#end++] = kind;
    triples[this.#end++] = a;
    triples[this.#end++] = b;
  }

  /** Makes them in their order, those too that are added on the way. */
  make(host: Host): void {
    const triples = this.#triples;
    for (let at = 0; at < this.#end; at += 3) {
      makeEffect(host, triples[at] as EffectKind, triples[at + 1], triples[at + 2]);
    }
    this.clear();
  }

  clear(): void {
    if (this.#end > mostKept) this.#triples = [];
    else for (let at = 0; at < this.#end; at++) this.#triples[at] = undefined;
    this.#end = 0;
  }
}

/** The event as its receiver gets it: `xstate.error` becomes the error of an actor. */
function sentEvent(host: Host, event: AnyEvent): AnyEvent {
  if (event.type !== errorType) return event;
  return errorEvent(host.self.id, (event as { data?: unknown }).data);
}

function send(host: Host, { to, event, delay, id }: SendParams): void {
  const target = to as AnyActorRef;
  if (typeof delay === 'number')
    host.system.scheduler.schedule(host.self, target, event, delay, id);
  else host.system._relay(host.self, target, sentEvent(host, event));
}

/** Its address is free at once, for a new actor may be given it before this one has been stopped. */
function forgetAddresses(host: Host, actor: AnyActorRef): void {
  const snapshot: unknown = actor.getSnapshot();
  if (typeof snapshot === 'object' && snapshot !== null && 'children' in snapshot) {
    for (const child of Object.values(snapshot.children as Record<string, AnyActorRef>)) {
      forgetAddresses(host, child);
    }
  }
  host.system._unregister(actor);
}

/** One that does not run is stopped at once, so that it is never started; another gets its mail first. */
export function stop(host: Host, actor: AnyActorRef | null | undefined): void {
  if (actor === undefined || actor === null) return;
  forgetAddresses(host, actor);
  if (isRunning(actor)) host.later(Effect.stop, actor, undefined);
  else host.stopChild(actor);
}
