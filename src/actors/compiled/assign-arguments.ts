/** What an assignment is called with; `spawn` is made for the few that ask for it. */
import type { Frame } from './model.ts';
import type { AnyEvent } from './event.ts';
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import { Effect } from './host.ts';
import { isFunction } from './source.ts';

interface SpawnOptions {
  readonly id?: string;
  readonly systemId?: string;
  readonly input?: unknown;
  readonly syncSnapshot?: boolean;
}

export type Spawn = (src: unknown, options?: SpawnOptions) => AnyActorRef;

export class AssignArguments {
  /** Another one where the context is changed in a copy (see `reuseContexts`). */
  context: unknown;
  event: AnyEvent;
  readonly self: AnyActorRef;
  readonly system: unknown;
  readonly #frame: Frame;
  /** In the order in which they came. */
  #spawned: AnyActorRef[] | null = null;

  constructor(frame: Frame, event: AnyEvent) {
    this.context = frame.context;
    this.event = event;
    this.self = frame.self;
    this.system = frame.system;
    this.#frame = frame;
  }

  /** Of the first event, for the function that makes the first context. */
  get input(): unknown {
    return (this.event as { readonly input?: unknown }).input;
  }

  get spawn(): Spawn {
    return (src, options) => this.#spawn(src, options);
  }

  /** Whether there is something to settle. */
  get hasSpawned(): boolean {
    return this.#spawned !== null;
  }

  /** The actors spawned become children, and start with the other effects. */
  settle(): void {
    if (this.#spawned === null) return;
    const frame = this.#frame;
    const byId = Object.fromEntries(this.#spawned.map((actor) => [actor.id, actor]));
    for (const id of Object.keys(byId)) frame.family = frame.family.with(id, byId[id]);
    for (const actor of this.#spawned) frame.host.later(Effect.start, actor, undefined);
    this.#spawned = null;
  }

  #spawn(src: unknown, options: SpawnOptions = {}): AnyActorRef {
    const { program, host } = this.#frame;
    const logic = typeof src === 'string' ? program.logicOf(src) : src;
    if (!logic) {
      throw new Error(
        `Actor logic '${String(src)}' not implemented in machine '${program.machine.id}'`,
      );
    }
    const { id, systemId, syncSnapshot, input: given } = options;
    const { context, event, self } = this;
    const computed = typeof src === 'string' && isFunction(given);
    const input = computed ? given({ context, event, self }) : given;
    const actor = host.spawn(program.childLogic(logic as AnyActorLogic), {
      id,
      src,
      input,
      systemId,
      syncSnapshot,
    });
    (this.#spawned ??= []).push(actor);
    return actor;
  }
}
