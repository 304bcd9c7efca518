/** Writes the function of a configuration and an event: what is taken, and for every way that can go its plan. */
import type {
  Choice,
  Configuration,
  Program,
  Selection,
  StepCode,
  TransitionCode,
} from './model.ts';
import type { Shape } from './context-shape.ts';
import type { GuardCode, Params } from './guard-code.ts';
import { evaluateGuard } from './guards.ts';
import { compiledLimits } from './limits.ts';
import { runPlan, take } from './macrostep.ts';
import { PlanWriter } from './plan-writer.ts';
import { guardFailure } from './selection.ts';
import { SourceWriter } from './source-writer.ts';

/** Sets of transitions that one function takes; with more the tables are used. */
const mostSets = 24;

/** A place in which one of some candidates, or none, is taken: its number among them, from 1. */
interface Slot {
  readonly name: string;
  readonly choice: Choice;
  readonly inner: readonly Slot[];
}

/** A way the selection can go; 0 where a slot is not in it. */
type Picks = ReadonlyMap<Slot, number>;

export class StepWriter {
  readonly #program: Program;
  readonly #configuration: Configuration;
  readonly #selection: Selection;
  readonly #shape: Shape;
  readonly #writer = new SourceWriter();
  readonly #slots: Slot[] = [];
  readonly #asked: TransitionCode[] = [];

  constructor(program: Program, configuration: Configuration, selection: Selection, shape: Shape) {
    this.#program = program;
    this.#configuration = configuration;
    this.#selection = selection;
    this.#shape = shape;
  }

  write(): StepCode | null {
    const { choices, eventless } = this.#selection;
    const roots = choices.flatMap((choice) => this.#slotsOf(choice));
    const sets = allOf(roots);
    if (sets === null) return null;
    const writer = this.#writer;
    writer.line(`let at = 0, ${this.#slots.map(({ name }) => `${name} = 0`).join(', ')};`);
    const guarded = this.#slots.some(({ choice }) =>
      choice.candidates.some(({ guard }) => guard !== null),
    );
    const reuses = this.#program.reusesContexts;
    if (reuses) writer.line('const asked = w.argumentsFor(event);');
    else if (guarded) writer.line('const asked = { context: w.context, event };');
    const named = guarded && !eventless;
    if (named) writer.line('try {');
    for (const root of roots) this.#choose(root);
    if (named) {
      const failure = writer.value(guardFailure);
      const of = writer.value(this.#asked);
      writer.line(`} catch (error) { throw ${failure}(${of}[at], event.type, error); }`);
    }
    this.#take(sets);
    return writer.finish('w, event') as StepCode;
  }

  /** The slots that a choice comes to: its own, or those within it where it has no candidates. */
  #slotsOf(choice: Choice): Slot[] {
    const inner = choice.inner.flatMap((each) => this.#slotsOf(each));
    if (choice.candidates.length === 0) return inner;
    const slot = { name: `s${this.#slots.length}`, choice, inner };
    this.#slots.push(slot);
    return [slot];
  }

  #choose({ name, choice, inner }: Slot): void {
    const writer = this.#writer;
    for (const each of inner) this.#choose(each);
    const all = within(inner);
    if (all.length > 0)
      writer.line(`if (${all.map((each) => `${each.name} === 0`).join(' && ')}) {`);
    const last = choice.candidates.findIndex(({ guard }) => guard === null);
    const candidates = last < 0 ? choice.candidates : choice.candidates.slice(0, last + 1);
    const tests = candidates.map((candidate, at) => {
      const { guard } = candidate;
      return guard === null
        ? `{ ${name} = ${at + 1}; }`
        : `if (${this.#ask(candidate, guard)}) { ${name} = ${at + 1}; }`;
    });
    writer.line(tests.join(' else '));
    if (all.length > 0) writer.line('}');
  }

  /** A test that notes which candidate is asked. */
  #ask(candidate: TransitionCode, guard: GuardCode): string {
    this.#asked.push(candidate);
    return `(at = ${this.#asked.length - 1}, ${this.#guard(guard)})`;
  }

  #guard(guard: GuardCode): string {
    const writer = this.#writer;
    switch (guard.kind) {
      case 'call':
        return `${writer.value(guard.fn)}(asked, ${this.#params(guard.params)})`;
      case 'and':
        return `(${guard.guards.map((each) => this.#guard(each)).join(' && ') || 'true'})`;
      case 'or':
        return `(${guard.guards.map((each) => this.#guard(each)).join(' || ') || 'false'})`;
      case 'not':
        return `!(${guard.guards.map((each) => this.#guard(each)).join('')})`;
      default: {
        const evaluate = writer.value(evaluateGuard);
        const configuration = writer.value(this.#configuration);
        return `${evaluate}(${writer.value(guard)}, w.context, event, ${configuration})`;
      }
    }
  }

  #params(params: Params): string {
    if (params.kind === 'none') return 'undefined';
    if (params.kind === 'given') return this.#writer.value(params.value);
    return `${this.#writer.value(params.from)}(asked)`;
  }

  /** Every set of transitions with what taking it comes to. */
  #take(sets: readonly Picks[]): void {
    const writer = this.#writer;
    const key = this.#slots.map(({ name }, at) => `${name} * ${this.#weight(at)}`).join(' + ');
    writer.line(`switch (${key}) {`);
    for (const picks of sets) {
      const taken = new Set<TransitionCode>();
      let number = 0;
      for (const [at, slot] of this.#slots.entries()) {
        const pick = picks.get(slot) ?? 0;
        number += pick * this.#weight(at);
        const candidate = slot.choice.candidates[pick - 1];
        if (candidate !== undefined) taken.add(candidate);
      }
      writer.line(`case ${number}: {`);
      this.#takeSet([...taken]);
      writer.line('}');
    }
    writer.line('}');
  }

  #weight(slot: number): number {
    return this.#slots
      .slice(0, slot)
      .reduce((product, { choice }) => product * (choice.candidates.length + 1), 1);
  }

  #takeSet(taken: readonly TransitionCode[]): void {
    const writer = this.#writer;
    const list = writer.value(taken);
    if (taken.length === 0) {
      writer.line(`return ${list};`);
      return;
    }
    if (!this.#program.hasFixedPlan(this.#configuration, taken)) {
      writer.line(`return ${writer.value(take)}(w, ${list}, event);`);
      return;
    }
    const plan = this.#program.planFor(this.#configuration, taken, {});
    const tables = `${writer.value(runPlan)}(w, ${writer.value(plan)}, event); return ${list};`;
    writer.line(`if (!w.host.isDirect) { ${tables} }`);
    const miss = `${writer.value(noteMiss)}(${writer.value(this.#selection)});`;
    new PlanWriter(writer, this.#program, plan, this.#shape, list).write(`${miss} ${tables}`);
    writer.line(`return ${list};`);
  }
}

/** Code made for a shape that contexts do not have any more is made anew. */
function noteMiss(selection: Selection): void {
  selection.misses += 1;
  if (selection.misses < compiledLimits.missesUntilRenewal) return;
  if (selection.renewals >= compiledLimits.renewals) return;
  selection.misses = 0;
  selection.renewals += 1;
  selection.code = null;
}

function within(slots: readonly Slot[]): Slot[] {
  return slots.flatMap((slot) => [slot, ...within(slot.inner)]);
}

/** All ways these slots can go together; null where they are too many. */
function allOf(slots: readonly Slot[]): Picks[] | null {
  let sets: Picks[] = [new Map()];
  for (const slot of slots) {
    const inner = allOf(slot.inner);
    if (inner === null) return null;
    const ways: Picks[] = [
      ...inner.filter((set) => set.size > 0),
      ...slot.choice.candidates.map((_, at) => new Map([[slot, at + 1]])),
      new Map<Slot, number>(),
    ];
    sets = sets.flatMap((before) => ways.map((way) => new Map([...before, ...way])));
    if (sets.length > mostSets) return null;
  }
  return sets;
}
