/**
 * The `enqueue` that `enqueueActions` hands out: keeps what is asked for, in order.
 *
 * Q1 One serves all actors of a machine: what is called after its time is kept for nobody.
 */
import type { Frame, Program } from './model.ts';
import type { AnyEvent } from './event.ts';
import type { ActionCode, ActionOf, Delay } from './action-code.ts';
import { none } from './action-code.ts';
import { evaluateGuard } from './guards.ts';
import type { AuthorFunction } from './source.ts';

interface Options {
  readonly id?: unknown;
  readonly delay?: Delay;
}

interface SpawnFields {
  readonly id?: unknown;
  readonly systemId?: string;
  readonly input?: unknown;
  readonly syncSnapshot?: boolean;
}

interface Enqueue {
  (action: unknown): void;
  assign(assignment: ActionOf<'assign'>['assignment']): void;
  cancel(sendId: unknown): void;
  emit(event: unknown): void;
  raise(event: unknown, options?: Options): void;
  sendTo(to: unknown, event: unknown, options?: Options): void;
  sendParent(event: unknown, options?: Options): void;
  spawnChild(src: unknown, fields?: SpawnFields): void;
  stopChild(actorRef: unknown): void;
}

type Check = (guard: unknown) => unknown;

export class Enqueuer {
  readonly #program: Program;
  readonly #enqueue: Enqueue;
  readonly #check: Check;
  #queue: ActionCode[] = [];
  #frame: Frame | null = null;
  #event: AnyEvent | null = null;

  constructor(program: Program) {
    this.#program = program;
    this.#enqueue = this.#makeEnqueue();
    this.#check = this.#makeCheck();
  }

  collect(
    frame: Frame,
    event: AnyEvent,
    collect: AuthorFunction,
    params: unknown,
  ): readonly ActionCode[] {
    const outer = { queue: this.#queue, frame: this.#frame, event: this.#event };
    const queue: ActionCode[] = [];
    this.#queue = queue;
    this.#frame = frame;
    this.#event = event;
    try {
      const { context, self, system } = frame;
      const [enqueue, check] = [this.#enqueue, this.#check];
      collect({ context, event, enqueue, check, self, system }, params);
    } finally {
      this.#queue = outer.frame === null ? [] : outer.queue;
      this.#frame = outer.frame;
      this.#event = outer.event;
    }
    return queue;
  }

  #add(action: ActionCode): void {
    this.#queue.push(action);
  }

  #send(to: unknown, event: unknown, { id, delay }: Options = {}): void {
    this.#add({ kind: 'sendTo', to, event, id, delay, params: none });
  }

  #makeEnqueue(): Enqueue {
    const enqueue = (action: unknown): void => {
      this.#add(this.#program.dynamicAction(action));
    };
    const methods: Pick<Enqueue, keyof Enqueue> = {
      assign: (assignment) => this.#add({ kind: 'assign', assignment, params: none }),
      cancel: (sendId) => this.#add({ kind: 'cancel', sendId, params: none }),
      emit: (event) => this.#add({ kind: 'emit', event, params: none }),
      raise: (event, { id, delay } = {}) =>
        this.#add({ kind: 'raise', event, id, delay, lastType: null, params: none }),
      sendTo: (to, event, options) => this.#send(to, event, options),
      sendParent: (event, options) => this.#send('#_parent', event, options),
      spawnChild: (src, { id, systemId, input, syncSnapshot = false } = {}) =>
        this.#add({ kind: 'spawnChild', src, id, systemId, input, syncSnapshot, params: none }),
      stopChild: (actorRef) => this.#add({ kind: 'stopChild', actorRef, params: none }),
    };
    return Object.assign(enqueue, methods);
  }

  #makeCheck(): Check {
    return (guard) => {
      const [frame, event] = [this.#frame, this.#event];
      if (frame === null || event === null) throw new Error('`check` was called after its time');
      const code = this.#program.dynamicGuard(guard);
      return evaluateGuard(code, frame.context, event, frame.configuration);
    };
  }
}
