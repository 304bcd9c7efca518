/** The `enqueue` that `enqueueActions` hands out: keeps what is asked for, in order. */
import { assign, cancel, emit, raise, sendParent, sendTo, spawnChild, stopChild } from 'xstate';
import type { Frame } from './frame.ts';
import { type AnyEvent, evaluateGuard } from './guards.ts';
import type { AuthorFunction } from './source.ts';

const makers: Readonly<Record<string, AuthorFunction>> = {
  assign: assign as unknown as AuthorFunction,
  cancel: cancel as unknown as AuthorFunction,
  emit: emit as unknown as AuthorFunction,
  raise: raise as unknown as AuthorFunction,
  sendParent: sendParent as unknown as AuthorFunction,
  sendTo: sendTo as unknown as AuthorFunction,
  spawnChild: spawnChild as unknown as AuthorFunction,
  stopChild: stopChild as unknown as AuthorFunction,
};

export class Enqueuer {
  readonly #frame: Frame;
  readonly #event: AnyEvent;

  constructor(frame: Frame, event: AnyEvent) {
    this.#frame = frame;
    this.#event = event;
  }

  collect(collect: AuthorFunction, params: unknown): readonly unknown[] {
    const queued: unknown[] = [];
    const enqueue = (action: unknown): void => {
      queued.push(action);
    };
    for (const [name, make] of Object.entries(makers)) {
      Object.assign(enqueue, { [name]: (...given: unknown[]) => void queued.push(make(...given)) });
    }
    const { context, self, system, program, configuration } = this.#frame;
    const event = this.#event;
    const check = (guard: unknown): unknown =>
      evaluateGuard(program.dynamicGuard(guard), context, event, configuration);
    collect({ context, event, enqueue, check, self, system }, params);
    return queued;
  }
}
