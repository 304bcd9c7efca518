/**
 * Writes the function of a configuration and an event: the whole macrostep, from the guards that are asked to
 * the effects that are made.
 *
 * M1 What is written are the ways that were gone until now; whatever else is taken is left to the tables, which
 *    go on to the end of the macrostep.
 * M2 It is called only while actions may be called straight away and nobody looks on.
 */
import type {
  Configuration,
  MacrostepCode,
  Plan,
  Program,
  Selection,
  TransitionCode,
} from './model.ts';
import type { Shape } from './context-shape.ts';
import { makeEffect } from './effects.ts';
import { Effect } from './host.ts';
import { compiledLimits } from './limits.ts';
import { report, runPlan, settle, take } from './macrostep.ts';
import { Place } from './place.ts';
import { PlanWriter } from './plan-writer.ts';
import { SelectionWriter } from './selection-writer.ts';
import { SourceWriter } from './source-writer.ts';

/** Plans that one function has in it; what else is taken is left to the tables. */
const mostPlans = 48;

/** Microsteps that are written one after the other. */
const mostSteps = 12;

export class MacrostepWriter {
  readonly #program: Program;
  readonly #configuration: Configuration;
  readonly #selection: Selection;
  readonly #shape: Shape;
  readonly #writer = new SourceWriter();
  /** Whether what was never taken is written too. */
  readonly #writesAll: boolean;
  #plans = 0;

  constructor(
    program: Program,
    configuration: Configuration,
    selection: Selection,
    shape: Shape,
    writesAll: boolean,
  ) {
    this.#program = program;
    this.#configuration = configuration;
    this.#selection = selection;
    this.#shape = shape;
    this.#writesAll = writesAll;
  }

  /** Null where there are too many ways. `name` is the event's type. */
  write(name: string): MacrostepCode | null {
    const writer = this.#writer;
    if (this.#program.reusesContexts) writer.line('const asked = w.argumentsFor(event);');
    const place = new Place(this.#shape);
    if (!this.#select(this.#configuration, this.#selection, place)) return null;
    return writer.finish('w, event', `${this.#program.machine.id}_${name}`) as MacrostepCode;
  }

  /**
   * What is selected, and everything that follows from it; false, and nothing written, where there are too
   * many ways. `first` is a statement that comes before.
   */
  #select(configuration: Configuration, selection: Selection, place: Place, first = ''): boolean {
    const { event } = place;
    const writer = this.#writer;
    const selecting = new SelectionWriter(writer, this.#program, configuration, selection, event);
    if (selecting.isTooWide) return false;
    writer.line(first);
    selecting.write((taken) => {
      const own = place.copy();
      if (taken.length > 0) this.#take(configuration, taken, selection.eventless, own);
      else if (selection.eventless) this.#nextRaised(configuration, own);
      else this.#settle(configuration, own);
    });
    return true;
  }

  #take(
    configuration: Configuration,
    taken: readonly TransitionCode[],
    eventless: boolean,
    place: Place,
  ): void {
    const writer = this.#writer;
    place.asks = 'true';
    if (eventless) {
      place.step += 1;
      const before = writer.variable();
      writer.line(`const ${before} = w.changes;`);
      place.asks = `w.changes !== ${before}`;
    }
    const miss = `${writer.value(noteMiss)}(${writer.value(this.#selection)});`;
    const plan = this.#planToWrite(configuration, taken);
    const list = writer.value(taken);
    const told = `${writer.value(report)}(w, ${place.event}, ${list});`;
    if (plan === null) {
      this.#goOn(place, `${miss} ${writer.value(take)}(w, ${list}, ${place.event}); ${told}`);
      return;
    }
    this.#plans += 1;
    const tables = `${miss} ${writer.value(runPlan)}(w, ${writer.value(plan)}, ${place.event});`;
    const goOn = (at: Place, statements: string): void => this.#goOn(at, `${statements} ${told}`);
    new PlanWriter(writer, this.#program, plan, place, goOn).write(tables);
    if (isLast(plan)) {
      this.#end(place);
      return;
    }
    if (isSureToChange(plan)) place.asks = 'true';
    this.#settle(plan.next, place, told);
  }

  /** Null where the tables are to take them. */
  #planToWrite(configuration: Configuration, taken: readonly TransitionCode[]): Plan | null {
    if (this.#plans >= mostPlans || !this.#program.hasFixedPlan(configuration, taken)) return null;
    const plan = this.#program.planFor(configuration, taken, {});
    return this.#writesAll || plan.uses > 0 ? plan : null;
  }

  /** What a microstep leads to: eventless transitions first, then what was raised. `told` tells who looks on of it. */
  #settle(configuration: Configuration, place: Place, told = ''): void {
    const { always } = configuration;
    if (place.effects === null || place.asks !== 'true' || place.step > this.#mostSteps) {
      this.#goOn(place, told);
      return;
    }
    if (always === null) this.#nextRaised(configuration, place);
    else if (!this.#select(configuration, always, place)) this.#goOn(place, '');
  }

  get #mostSteps(): number {
    return Math.min(mostSteps, this.#program.maxSteps);
  }

  /** No eventless transition is taken. */
  #nextRaised(configuration: Configuration, place: Place): void {
    const [raised, ...others] = place.raised;
    if (raised === undefined) {
      this.#finish(place);
      return;
    }
    const { event, type } = raised;
    const selection = this.#program.selectionFor(configuration, type);
    const after = place.copy();
    Object.assign(after, { raised: others, event, args: null, step: place.step + 1 });
    const reuses = this.#program.reusesContexts;
    if (reuses && place.context !== '') after.args = 'asked';
    const asks = reuses ? `asked.event = ${event};` : '';
    if (this.#select(configuration, selection, after, asks)) return;
    place.asks = 'false';
    this.#goOn(place, '');
  }

  /** The machine is done: nothing is asked for any more. */
  #end(place: Place): void {
    if (place.effects !== null) {
      this.#writer.line('if (w.family.isEmpty) {');
      this.#finish(place);
      this.#writer.line('}');
    }
    this.#goOn(place, '');
  }

  /** The macrostep is over: its effects are made. */
  #finish({ effects }: Place): void {
    const writer = this.#writer;
    if (effects !== null && effects.length > 0) {
      writer.line('w.stepping = false; const host = w.host;');
      for (const { target, event } of effects) {
        if (target === null) {
          writer.line(`host.emit(${event});`);
          continue;
        }
        const made = `${writer.value(makeEffect)}(host, ${Effect.relay}, ${target}, ${event})`;
        writer.line(
          `if (host.isWatched || ${event}.type === 'xstate.error') ${made}; else ${target}._send(${event});`,
        );
      }
    }
    writer.line('return;');
  }

  /** The tables go on, once these statements are done. */
  #goOn(place: Place, statements: string): void {
    const { event, asks, step } = place;
    place.writeHeld(this.#writer);
    const goOn = `${this.#writer.value(settle)}(w, ${event}, ${asks}, ${step});`;
    this.#writer.line(`${statements} ${goOn} return;`);
  }
}

/** Code made for a shape that contexts do not have any more, or without what is taken, is made anew. */
function noteMiss(selection: Selection): void {
  selection.misses += 1;
  if (selection.misses < compiledLimits.missesUntilRenewal) return;
  if (selection.renewals >= compiledLimits.renewals) return;
  selection.misses = 0;
  selection.renewals += 1;
  selection.code = null;
}

const isLast = ({ blocks }: Plan): boolean =>
  blocks.some(({ endings }) => endings?.some(({ kind }) => kind === 'machine') === true);

/** Whether it makes another snapshot, whatever its actions come to. */
const isSureToChange = ({ changes, blocks }: Plan): boolean =>
  changes || blocks.some(({ actions }) => actions.some(({ kind }) => kind === 'assign'));
