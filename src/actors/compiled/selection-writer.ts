/** Writes what asks the guards of a selection, and what follows for every way that can go. */
import type { Choice, Configuration, Program, Selection, TransitionCode } from './model.ts';
import type { GuardCode, Params } from './guard-code.ts';
import { evaluateGuard } from './guards.ts';
import { guardFailure } from './selection.ts';
import type { SourceWriter } from './source-writer.ts';

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

export class SelectionWriter {
  readonly #writer: SourceWriter;
  readonly #configuration: Configuration;
  readonly #selection: Selection;
  /** Names of the variables of the event and of what guards are called with. */
  readonly #event: string;
  readonly #asked: string;
  readonly #slots: Slot[] = [];
  readonly #candidates: TransitionCode[] = [];
  /** Which candidate is asked. */
  readonly #at: string;
  readonly #roots: readonly Slot[];
  readonly #sets: readonly Picks[] | null;

  constructor(
    writer: SourceWriter,
    program: Program,
    configuration: Configuration,
    selection: Selection,
    event: string,
  ) {
    this.#writer = writer;
    this.#configuration = configuration;
    this.#selection = selection;
    this.#event = event;
    this.#asked = program.reusesContexts ? 'asked' : writer.variable();
    this.#at = writer.variable();
    this.#roots = selection.choices.flatMap((choice) => this.#slotsOf(choice));
    this.#sets = allOf(this.#roots);
  }

  /** Whether there are so many ways that nothing is written. */
  get isTooWide(): boolean {
    return this.#sets === null;
  }

  /** `take` writes what follows where these transitions are taken; it is given a block of its own. */
  write(take: (taken: readonly TransitionCode[]) => void): void {
    if (this.#sets !== null && this.#sets.length > 1) this.#ask();
    this.#follow(take);
  }

  #ask(): void {
    const writer = this.#writer;
    writer.line(`let ${this.#slots.map(({ name }) => `${name} = 0`).join(', ')};`);
    const guarded = this.#slots.some(({ choice }) =>
      choice.candidates.some(({ guard }) => guard !== null),
    );
    if (guarded && this.#asked !== 'asked') {
      writer.line(`const ${this.#asked} = { context: w.context, event: ${this.#event} };`);
    }
    const named = guarded && !this.#selection.eventless;
    if (named) writer.line(`let ${this.#at} = 0; try {`);
    for (const root of this.#roots) this.#choose(root);
    if (!named) return;
    const failure = writer.value(guardFailure);
    const of = writer.value(this.#candidates);
    writer.line(
      `} catch (error) { throw ${failure}(${of}[${this.#at}], ${this.#event}.type, error); }`,
    );
  }

  /** The slots that a choice comes to: its own, or those within it where it has no candidates. */
  #slotsOf(choice: Choice): Slot[] {
    const inner = choice.inner.flatMap((each) => this.#slotsOf(each));
    if (choice.candidates.length === 0) return inner;
    const slot = { name: this.#writer.variable(), choice, inner };
    this.#slots.push(slot);
    return [slot];
  }

  #choose({ name, choice, inner }: Slot): void {
    const writer = this.#writer;
    for (const each of inner) this.#choose(each);
    const all = within(inner);
    if (all.length > 0)
      writer.line(`if (${all.map((each) => `${each.name} === 0`).join(' && ')}) {`);
    const tests = reachable(choice).map((candidate, at) => {
      const { guard } = candidate;
      return guard === null
        ? `{ ${name} = ${at + 1}; }`
        : `if (${this.#test(candidate, guard)}) { ${name} = ${at + 1}; }`;
    });
    writer.line(tests.join(' else '));
    if (all.length > 0) writer.line('}');
  }

  /** A test that notes which candidate is asked. */
  #test(candidate: TransitionCode, guard: GuardCode): string {
    if (this.#selection.eventless) return this.#guard(guard);
    this.#candidates.push(candidate);
    return `(${this.#at} = ${this.#candidates.length - 1}, ${this.#guard(guard)})`;
  }

  #guard(guard: GuardCode): string {
    const writer = this.#writer;
    switch (guard.kind) {
      case 'call':
        return `${writer.value(guard.fn)}(${this.#asked}, ${this.#params(guard.params)})`;
      case 'and':
        return `(${guard.guards.map((each) => this.#guard(each)).join(' && ') || 'true'})`;
      case 'or':
        return `(${guard.guards.map((each) => this.#guard(each)).join(' || ') || 'false'})`;
      case 'not':
        return `!(${guard.guards.map((each) => this.#guard(each)).join('')})`;
      default: {
        const evaluate = writer.value(evaluateGuard);
        const configuration = writer.value(this.#configuration);
        return `${evaluate}(${writer.value(guard)}, w.context, ${this.#event}, ${configuration})`;
      }
    }
  }

  #params(params: Params): string {
    if (params.kind === 'none') return 'undefined';
    if (params.kind === 'given') return this.#writer.value(params.value);
    return `${this.#writer.value(params.from)}(${this.#asked})`;
  }

  #follow(take: (taken: readonly TransitionCode[]) => void): void {
    const writer = this.#writer;
    const sets = this.#sets ?? [];
    if (sets.length === 1) {
      take(this.#takenIn(sets[0] ?? new Map()));
      return;
    }
    const key = this.#slots.map(({ name }, at) => `${name} * ${this.#weight(at)}`).join(' + ');
    writer.line(`switch (${key}) {`);
    for (const picks of sets) {
      const number = this.#slots.reduce(
        (sum, slot, at) => sum + (picks.get(slot) ?? 0) * this.#weight(at),
        0,
      );
      writer.line(`case ${number}: {`);
      take(this.#takenIn(picks));
      writer.line('}');
    }
    writer.line('}');
  }

  #takenIn(picks: Picks): readonly TransitionCode[] {
    const taken = new Set<TransitionCode>();
    for (const slot of this.#slots) {
      const candidate = slot.choice.candidates[(picks.get(slot) ?? 0) - 1];
      if (candidate !== undefined) taken.add(candidate);
    }
    return [...taken];
  }

  #weight(slot: number): number {
    return this.#slots
      .slice(0, slot)
      .reduce((product, { choice }) => product * (choice.candidates.length + 1), 1);
  }
}

/** Those that can be taken: one without a guard is the last. */
function reachable({ candidates }: Choice): readonly TransitionCode[] {
  const last = candidates.findIndex(({ guard }) => guard === null);
  return last < 0 ? candidates : candidates.slice(0, last + 1);
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
    const candidates = reachable(slot.choice);
    const own: Picks[] = candidates.map((_, at) => new Map([[slot, at + 1]]));
    const ways = inner.flatMap((set): Picks[] => (set.size > 0 ? [set] : own));
    if (candidates.at(-1)?.guard !== null && inner.some(({ size }) => size === 0))
      ways.push(new Map());
    sets = sets.flatMap((before) => ways.map((way) => new Map([...before, ...way])));
    if (sets.length > mostSets) return null;
  }
  return sets;
}
