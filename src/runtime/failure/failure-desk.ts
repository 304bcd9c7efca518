/**
 * What follows a failure: the node's `failed` function, the dead letter, the callback, the run's error.
 *
 * Owns: the first error of the run, and what of this work is still under way.
 * F1 the steps of one failure come in that order. F2 an error of the `failed` function or of the
 * callback is kept in `suppressed` and logged, never swallowed. F3 of several errors the first
 * counts, by the order in which the kernel was told.
 */
import { type ConsoleCapture, outsideCapture } from '../logs/console-capture.ts';
import type { Logs } from '../logs/logs.ts';
import type { DeadLetters } from './dead-letters.ts';
import { inputPackets } from '../epochs/epoch-runner.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import {
  DagViolated,
  EpochTimeout,
  NodeExecutionFailed,
  type NodeServiceFailed,
  type RunError,
  asError,
} from '../errors.ts';
import { isThenable } from '../values/values.ts';
import type { NodeFailureContext } from '../../dsl/node-functions.ts';

export type ErrorCallback = (error: RunError) => unknown;

export interface DeskWorld {
  readonly logs: Logs;
  readonly console: ConsoleCapture;
  readonly deadLetters: DeadLetters;
  readonly errorCallback: ErrorCallback | null;
  /** Errors end the run (`on_error` is not `continue`). */
  readonly keepsErrors: boolean;
  now(): number;
  /** Work that went on after its turn is done. */
  onSettled(): void;
}

/** A failed attempt, or an epoch that timed out. */
export interface Failure {
  readonly story: EpochStory;
  /** Null: the attempt or the epoch ran out of time. */
  readonly thrown: Error | null;
  readonly final: boolean;
  readonly outcome: 'failed' | 'timedOut';
}

export class FailureDesk {
  readonly #world: DeskWorld;
  #first: RunError | null = null;
  #pending = 0;

  constructor(world: DeskWorld) {
    this.#world = world;
  }

  /** The first error since the run went on; later ones are in its `suppressed`. */
  get first(): RunError | null {
    return this.#first;
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return this.#pending === 0;
  }

  /** The run goes on: its error has been told. */
  forget(): void {
    this.#first = null;
  }

  attemptFailed(failure: Failure): void {
    const { story, final } = failure;
    const error = failureError(failure);
    const runError = final ? runErrorOf(story, error) : null;
    const received = story.received;
    this.#world.logs
      .epoch(story.node.name, story.id)
      .error({ err: error, attempt: story.attempt, final }, error.message);
    const calling = this.#callFailed(story, error, final, received, runError);
    story.errors.push(error);
    story.failedAt.push(this.#world.now());
    if (runError !== null) this.#note(runError);
    const close = (): void => {
      if (runError !== null) this.#close(story, failure.outcome, runError);
    };
    if (calling === null) {
      close();
      return;
    }
    this.#pending += 1;
    const aftermath = calling.then(() => {
      if (story.aftermath === aftermath) story.aftermath = null;
      this.#pending -= 1;
      close();
      this.#world.onSettled();
    });
    story.aftermath = aftermath;
  }

  /** A node opened an epoch too many, which was cancelled at once. */
  violated(story: EpochStory, first: string): void {
    const error = new DagViolated(story.node.name, first, story.id);
    story.errors.push(error);
    story.failedAt.push(this.#world.now());
    this.#world.logs.epoch(story.node.name, story.id).error(error.message);
    this.#note(error);
    this.#close(story, 'violation', error);
  }

  serviceFailed(error: NodeServiceFailed): void {
    this.#world.logs.node(error.nodeName ?? '').error({ err: error.cause }, error.message);
    this.#note(error);
    this.#callBack(error);
  }

  /** Calls the node's `failed`; null where it was done at once. */
  #callFailed(
    story: EpochStory,
    error: Error,
    final: boolean,
    received: EpochStory['received'],
    runError: RunError | null,
  ): Promise<void> | null {
    const { failed } = story.node.functions;
    if (failed === undefined) return null;
    const keep = (thrown: unknown): void => {
      const own = asError(thrown);
      runError?.suppressed.push(own);
      this.#world.logs
        .epoch(story.node.name, story.id)
        .error({ err: own }, `the failed function threw: ${own.message}`);
    };
    try {
      const context: NodeFailureContext = {
        epochId: story.id,
        nodeName: story.node.name,
        retryCount: story.attempt,
        retryTimestamps: [...story.failedAt],
        retryErrors: [...story.errors],
        error,
        willRetry: !final,
        inputSalvo: inputPackets(story),
        packetValues: new Map<string, unknown>(received ?? []),
        log: this.#world.logs.epoch(story.node.name, story.id),
      };
      const result = this.#world.console.run(story.node, context, () => failed(context));
      return isThenable(result) ? Promise.resolve(result).then(() => undefined, keep) : null;
    } catch (thrown) {
      keep(thrown);
      return null;
    }
  }

  #close(story: EpochStory, outcome: 'failed' | 'timedOut' | 'violation', error: RunError): void {
    const { deadLetters } = this.#world;
    const keeping =
      story.node.options.deadLetterQueue === false
        ? null
        : deadLetters.add(story, outcome, this.#world.now());
    const tell = (): void => {
      deadLetters.settled(story);
      this.#callBack(error);
    };
    if (keeping === null) {
      tell();
      return;
    }
    this.#pending += 1;
    void keeping.then(() => {
      this.#pending -= 1;
      tell();
      this.#world.onSettled();
    });
  }

  #note(error: RunError): void {
    if (!this.#world.keepsErrors) return;
    if (this.#first === null) this.#first = error;
    else this.#first.suppressed.push(error);
  }

  #callBack(error: RunError): void {
    const { errorCallback, logs } = this.#world;
    if (errorCallback === null) return;
    const keep = (thrown: unknown): void => {
      const own = asError(thrown);
      error.suppressed.push(own);
      logs.net.error({ err: own }, `the error callback threw: ${own.message}`);
    };
    try {
      const result = outsideCapture(() => errorCallback(error));
      if (!isThenable(result)) return;
      this.#pending += 1;
      void Promise.resolve(result)
        .then(() => undefined, keep)
        .then(() => {
          this.#pending -= 1;
          this.#world.onSettled();
        });
    } catch (thrown) {
      keep(thrown);
    }
  }
}

/** What the attempt threw, or that it ran out of time. */
export function failureError({ story, thrown, outcome }: Failure): Error {
  if (thrown !== null) return thrown;
  const code = outcome === 'timedOut' ? 'EPOCH_TIMEOUT' : 'ATTEMPT_TIMEOUT';
  return new EpochTimeout(code, story.node.name, story.id);
}

function runErrorOf(story: EpochStory, error: Error): RunError {
  if (error instanceof EpochTimeout) return error;
  const nodeName = story.node.name;
  const attempts = story.attempt === 0 ? '' : `, after ${story.attempt + 1} attempts`;
  return new NodeExecutionFailed(
    `node ${nodeName} failed in epoch ${story.id}${attempts}: ${error.message}`,
    {
      nodeName,
      epochId: story.id,
      cause: error,
      hint: 'The cause is what the function threw; net.epochLog(id) has the lines of the epoch.',
    },
  );
}
