/**
 * The state of a step while it is made: what will be the next snapshot.
 *
 * F1 The snapshot that the step began with is not touched: whoever throws leaves it as it was.
 * F2 `changes` counts what makes the next snapshot another one, as XState would have it: an event that
 *    changes nothing leaves the very same snapshot.
 */
import type { Configuration, Frame, Program, Status } from './model.ts';
import type { AnyEvent } from './event.ts';
import type { AnyActorRef } from 'xstate';
import type { Children } from './children.ts';
import type { Shape } from './context-shape.ts';
import type { Host } from './host.ts';
import type { HistoryValue } from './reach.ts';
import { CompiledSnapshot } from './snapshot.ts';
import type { SystemParts } from './xstate-internals.ts';

export class StepFrame implements Frame {
  readonly program: Program;
  readonly host: Host;
  readonly self: AnyActorRef;
  readonly system: SystemParts;
  /** Whether actions may be called straight away; asked anew for each microstep. */
  direct: boolean;
  configuration: Configuration;
  status: Status;
  context: unknown;
  shape: Shape | null;
  family: Children;
  history: HistoryValue;
  output: unknown;
  error: unknown;
  changes = 0;
  /** Events that the machine raised, from `head` on; null = none yet. */
  queue: AnyEvent[] | null = null;
  head = 0;
  #made: CompiledSnapshot;
  #madeAt = 0;

  constructor(program: Program, host: Host, snapshot: CompiledSnapshot) {
    this.program = program;
    this.host = host;
    this.self = host.self;
    this.system = host.system;
    this.direct = host.isDirect;
    this.configuration = snapshot.configuration;
    this.status = snapshot.status;
    this.context = snapshot.context;
    this.shape = snapshot.shape;
    this.family = snapshot.family;
    this.history = snapshot.historyValue;
    this.output = snapshot.output;
    this.error = snapshot.error;
    this.#made = snapshot;
  }

  raise(event: AnyEvent): void {
    if (this.queue === null) this.queue = [event];
    else this.queue.push(event);
  }

  get hasRaised(): boolean {
    return this.queue !== null && this.head < this.queue.length;
  }

  nextRaised(): AnyEvent | undefined {
    return this.queue?.[this.head++];
  }

  /** The snapshot as it would be if the step ended here. */
  snapshot(): CompiledSnapshot {
    if (this.changes === this.#madeAt) return this.#made;
    this.#madeAt = this.changes;
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
