/**
 * Makes the choices of a run that went wrong as simple as they can be while it goes wrong in the same way.
 *
 * Simpler is: fewer inputs; then fewer choices that are not the usual; then smaller numbers.
 */
import type { ChoiceList } from './choices.ts';
import type { SimulatedRun } from './finding.ts';

export interface Shrunk {
  readonly run: SimulatedRun;
  /** Runs that it took. */
  readonly attempts: number;
}

type Entry = readonly [key: string, value: string];

const isLeftOut = (key: string): boolean => key.startsWith('without.');

function sizeOf(choices: ChoiceList): readonly [kept: number, others: number, sum: number] {
  const entries = [...choices];
  const out = entries.filter(([key]) => isLeftOut(key)).length;
  const sizes = entries.map(([, value]) =>
    /^\d+$/.test(value) ? Number(value) : value === 'fails_after' ? 2 : 1,
  );
  return [-out, entries.length - out, sizes.reduce((sum, size) => sum + size, 0)];
}

function isSimpler(one: ChoiceList, other: ChoiceList): boolean {
  const [a, b] = [sizeOf(one), sizeOf(other)];
  const at = a.findIndex((size, index) => size !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

const notOfAttempts = /^(?:order|later|without|crash|torn)\./;

/** What is chosen about attempts, about those that many before in place of these. */
function earlier(entries: readonly Entry[], by: number): readonly Entry[] {
  return entries.map(([key, value]): Entry => {
    if (notOfAttempts.test(key)) return [key, value];
    const dot = key.lastIndexOf('.');
    return [`${key.slice(0, dot)}.${Math.max(1, Number(key.slice(dot + 1)) - by)}`, value];
  });
}

class Shrinker {
  readonly #simulate: (choices: ChoiceList) => Promise<SimulatedRun>;
  readonly #most: number;
  #run: SimulatedRun;
  attempts = 0;

  constructor(
    run: SimulatedRun,
    most: number,
    simulate: (choices: ChoiceList) => Promise<SimulatedRun>,
  ) {
    this.#run = run;
    this.#most = most;
    this.#simulate = simulate;
  }

  get run(): SimulatedRun {
    return this.#run;
  }

  async shrink(inputs: number): Promise<void> {
    for (;;) {
      const before = this.#run;
      await this.#dropInputs(inputs);
      await this.#dropChoices();
      await this.#lowerNumbers();
      if (this.#run === before || this.attempts >= this.#most) return;
    }
  }

  /** Takes over a run with these choices if it goes wrong in the same way and is simpler. */
  async #try(entries: readonly Entry[]): Promise<boolean> {
    if (this.attempts >= this.#most) return false;
    this.attempts += 1;
    const run = await this.#simulate(new Map(entries));
    const [was, is] = [this.#run.breach, run.breach];
    if (is?.kind !== was?.kind || is?.name !== was?.name) return false;
    if (!isSimpler(run.choices, this.#run.choices)) return false;
    this.#run = run;
    return true;
  }

  async #dropInputs(inputs: number): Promise<void> {
    for (let size = inputs; size >= 1; size = Math.floor(size / 2)) {
      for (let from = 1; from <= inputs; from += size) {
        const numbers = Array.from(
          { length: Math.min(size, inputs - from + 1) },
          (_, at) => from + at,
        );
        const out = numbers.map((number): Entry => [`without.${number}`, '1']);
        if (out.every(([key]) => this.#run.choices.has(key))) continue;
        const gone = new Set(numbers.flatMap((number) => [`without.${number}`, `later.${number}`]));
        const rest = [...this.#run.choices].filter(([key]) => !gone.has(key));
        const isDone = await this.#try([...out, ...rest]);
        // With fewer inputs what went wrong at the fourth attempt goes wrong at an earlier one.
        if (!isDone) await this.#try([...out, ...earlier(rest, numbers.length)]);
      }
    }
  }

  async #dropChoices(): Promise<void> {
    for (let size = this.#droppable().length; size >= 1; size = Math.floor(size / 2)) {
      for (let from = this.#droppable().length - size; from >= 0; from -= size) {
        const gone = new Set(this.#droppable().slice(from, from + size));
        if (gone.size === 0) continue;
        const rest = [...this.#run.choices].filter(([key]) => !gone.has(key));
        // What went wrong at the second attempt, after the first, may do at the first.
        if (!(await this.#try(rest))) await this.#try(earlier(rest, gone.size));
      }
    }
  }

  #droppable(): readonly string[] {
    return [...this.#run.choices.keys()].filter((key) => !isLeftOut(key));
  }

  async #lowerNumbers(): Promise<void> {
    const failing = [...this.#run.choices].filter(([, value]) => value === 'fails_after');
    for (const [key] of failing) await this.#try([...new Map(this.#run.choices).set(key, 'fails')]);
    for (const key of this.#droppable()) {
      for (let isLower = true; isLower;) {
        const number = Number(this.#run.choices.get(key));
        const lower = [1, Math.floor(number / 2), number - 1].filter(
          (one) => Number.isInteger(number) && one >= 1 && one < number,
        );
        isLower = false;
        for (const one of new Set(lower)) {
          const entries = [...this.#run.choices].map(([other, value]): Entry => [
            other,
            other === key ? String(one) : value,
          ]);
          isLower = await this.#try(entries);
          if (isLower) break;
        }
      }
    }
  }
}

/** The simplest run found that goes wrong as `run` does, in at most `most` further runs. */
export async function shrink(
  run: SimulatedRun,
  inputs: number,
  most: number,
  simulate: (choices: ChoiceList) => Promise<SimulatedRun>,
): Promise<Shrunk> {
  const shrinker = new Shrinker(run, most, simulate);
  await shrinker.shrink(inputs);
  return { run: shrinker.run, attempts: shrinker.attempts };
}
