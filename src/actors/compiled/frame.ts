/**
 * The state of an actor while steps are made: what is its next snapshot whenever somebody asks for one.
 *
 * F1 A snapshot that was made is never touched.
 * F2 `changes` counts what makes the next snapshot another one, as XState would have it: an event that
 *    changes nothing leaves the very same snapshot.
 * F3 What was when the step began is kept in fields, and made a snapshot of where somebody asks: while a
 *    step is made the actor shows that, and whoever throws is put back to it.
 * F4 A context that a snapshot shows, or that somebody may keep, is `shared`, and not changed in place.
 */
import type { Configuration, Frame, Program, Status } from './model.ts';
import type { AnyEvent } from './event.ts';
import type { AnyActorRef } from 'xstate';
import { AssignArguments } from './assign-arguments.ts';
import { Before } from './before.ts';
import type { Children } from './children.ts';
import type { Shape } from './context-shape.ts';
import type { Host } from './host.ts';
import type { HistoryValue } from './reach.ts';
import { CompiledSnapshot } from './snapshot.ts';
import type { SystemParts } from './xstate-internals.ts';

/** Of frames that have raised nothing yet. */
const nothing: AnyEvent[] = [];

export class StepFrame implements Frame {
  readonly program: Program;
  readonly host: Host;
  readonly self: AnyActorRef;
  readonly system: SystemParts;
  /** Whether actions may be called straight away; asked anew for each microstep. */
  direct = false;
  stepping = false;
  configuration: Configuration;
  status: Status;
  context: unknown;
  shape: Shape | null;
  shared: boolean;
  family: Children;
  history: HistoryValue;
  output: unknown;
  error: unknown;
  changes = 0;
  /** Events that the machine raised, from `head` to `tail`: the list itself is used again. */
  queue: (AnyEvent | undefined)[] = nothing;
  head = 0;
  tail = 0;
  #made: CompiledSnapshot | null;
  #madeAt = 0;
  #before: Before | null = null;
  #arguments: AssignArguments | null = null;

  constructor(
    program: Program,
    host: Host,
    configuration: Configuration,
    context: unknown,
    family: Children,
    history: HistoryValue,
  ) {
    this.program = program;
    this.host = host;
    this.self = host.self;
    this.system = host.system;
    this.configuration = configuration;
    this.status = 'active';
    this.context = context;
    this.shape = null;
    this.shared = !program.reusesContexts;
    this.family = family;
    this.history = history;
    this.output = undefined;
    this.error = undefined;
    this.#made = null;
  }

  /** A frame that goes on from a snapshot. */
  static from(program: Program, host: Host, snapshot: CompiledSnapshot): StepFrame {
    const { configuration, context, family, historyValue } = snapshot;
    const frame = new StepFrame(program, host, configuration, context, family, historyValue);
    frame.restore(snapshot);
    return frame;
  }

  /** Puts everything back to how it was, or to how it is to be. */
  restore(snapshot: CompiledSnapshot): void {
    this.configuration = snapshot.configuration;
    this.status = snapshot.status;
    this.context = snapshot.context;
    this.shape = snapshot.shape;
    this.shared = true;
    this.family = snapshot.family;
    this.history = snapshot.historyValue;
    this.output = snapshot.output;
    this.error = snapshot.error;
    this.queue = nothing;
    this.head = 0;
    this.tail = 0;
    this.changes = 0;
    this.#made = snapshot;
    this.#madeAt = 0;
    this.#before = null;
  }

  /** A step begins: nothing is left of the one before. */
  begin(): void {
    if (this.changes !== this.#madeAt) this.#made = null;
    this.changes = 0;
    this.#madeAt = 0;
    this.keep();
    if (this.tail === 0) return;
    for (let at = this.head; at < this.tail; at++) this.queue[at] = undefined;
    this.head = 0;
    this.tail = 0;
  }

  /** What is now is what `before` shows; a context that is changed in place cannot be kept. */
  keep(): void {
    if (this.program.reusesContexts) return;
    const made = this.#madeAt === this.changes ? this.#made : null;
    if (this.#before === null) this.#before = new Before(this, made);
    else this.#before.take(this, made);
  }

  /** The snapshot from before the step that is under way. */
  before(): CompiledSnapshot {
    return this.#before === null ? this.snapshot() : this.#before.snapshot();
  }

  /** The same object for every step: only for programs whose functions keep nothing (see `reuseContexts`). */
  argumentsFor(event: AnyEvent): AssignArguments {
    if (this.#arguments === null) return (this.#arguments = new AssignArguments(this, event));
    this.#arguments.context = this.context;
    this.#arguments.event = event;
    return this.#arguments;
  }

  raise(event: AnyEvent): void {
    if (this.queue.length === 0) this.queue = [];
    this.queue[this.tail++] = event;
  }

  get hasRaised(): boolean {
    return this.head < this.tail;
  }

  nextRaised(): AnyEvent | undefined {
    const event = this.queue[this.head];
    this.queue[this.head++] = undefined;
    return event;
  }

  /** The snapshot as it is if the step ends here. */
  snapshot(): CompiledSnapshot {
    if (this.#made !== null && this.changes === this.#madeAt) return this.#made;
    this.#madeAt = this.changes;
    if (this.#before !== null && this.changes === this.#before.changes) {
      this.#made = this.#before.snapshot();
      return this.#made;
    }
    this.shared = true;
    this.#made = new CompiledSnapshot(
      this.configuration,
      this.status,
      this.context,
      this.shape,
      this.family,
      this.history,
      this.output,
      this.error,
    );
    return this.#made;
  }
}
