/**
 * How an actor was when its step began: fields that are filled anew with every step, and become a
 * snapshot when somebody looks on the way, or the step fails.
 */
import type { Configuration, Frame, Status } from './model.ts';
import type { Children } from './children.ts';
import type { Shape } from './context-shape.ts';
import type { HistoryValue } from './reach.ts';
import { CompiledSnapshot } from './snapshot.ts';

export class Before {
  #configuration!: Configuration;
  #status!: Status;
  #context: unknown;
  #shape!: Shape | null;
  #family!: Children;
  #history!: HistoryValue;
  #output: unknown;
  #error: unknown;
  /** How many changes the frame had counted by then. */
  changes!: number;
  /** The snapshot of it, where there is one. */
  #made!: CompiledSnapshot | null;

  constructor(frame: Frame, made: CompiledSnapshot | null) {
    this.take(frame, made);
  }

  /** `made`: the snapshot of it, where there is one already. */
  take(frame: Frame, made: CompiledSnapshot | null): void {
    this.#configuration = frame.configuration;
    this.#status = frame.status;
    this.#context = frame.context;
    this.#shape = frame.shape;
    this.#family = frame.family;
    this.#history = frame.history;
    this.#output = frame.output;
    this.#error = frame.error;
    this.changes = frame.changes;
    this.#made = made;
  }

  snapshot(): CompiledSnapshot {
    this.#made ??= new CompiledSnapshot(
      this.#configuration,
      this.#status,
      this.#context,
      this.#shape,
      this.#family,
      this.#history,
      this.#output,
      this.#error,
    );
    return this.#made;
  }
}
