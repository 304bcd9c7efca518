/**
 * Where written code stands in a macrostep: what it knows of the frame there, and what is to follow once the
 * macrostep is over.
 *
 * S1 Effects and raised events are in variables as long as nothing is left to the tables, and are put where
 *    those look for them before anything is.
 */
import type { Shape } from './context-shape.ts';
import { Effect } from './host.ts';
import type { SourceWriter } from './source-writer.ts';

/** An effect, by the variables of what it concerns; `target` of an event that is sent. */
interface Held {
  readonly target: string | null;
  readonly event: string;
}

/** An event that the machine raised, by its variable, and its type. */
interface Raised {
  readonly event: string;
  readonly type: string;
}

export class Place {
  /** The context's. */
  shape: Shape;
  /** The variable of the context; empty where it is in the frame alone. */
  context = '';
  /** The variable of the arguments of actions for it, once they were needed. */
  args: string | null = null;
  /** The variable of the event that is handled. */
  event = 'event';
  /** Null: effects are where the tables look for them, and raised events too. */
  effects: readonly Held[] | null = [];
  raised: readonly Raised[] = [];
  /** The next microstep's number. */
  step = 1;
  /** Code for whether eventless transitions are asked for next. */
  asks = 'true';

  constructor(shape: Shape) {
    this.shape = shape;
  }

  /** The same, for one of several ways to go on. */
  copy(): Place {
    return Object.assign(new Place(this.shape), this);
  }

  /** Writes how what is held gets to where the tables look for it. */
  writeHeld(writer: SourceWriter): void {
    for (const { target, event } of this.effects ?? []) writer.line(later(target, event));
    for (const { event } of this.raised) writer.line(`w.raise(${event});`);
  }

  /** From here on everything is where the tables look for it. */
  putDown(writer: SourceWriter): void {
    this.writeHeld(writer);
    this.effects = null;
    this.raised = [];
  }

  hold(writer: SourceWriter, target: string | null, event: string): void {
    if (this.effects === null) writer.line(later(target, event));
    else this.effects = [...this.effects, { target, event }];
  }
}

function later(target: string | null, event: string): string {
  return target === null
    ? `w.host.later(${Effect.emit}, ${event}, undefined);`
    : `w.host.later(${Effect.relay}, ${target}, ${event});`;
}
