/**
 * The choices of a simulated run: which of several things happens next, and what goes wrong.
 *
 * Owns: what was chosen, and how that is written in a command. C1 whatever is not written down is the usual: nothing
 * goes wrong, and what came first happens first. C2 the same choices for the same flow give the same run.
 */
import { NetrunError } from '../../errors.ts';

/** Choices that are not the usual ones, by what they are about, in the order in which they came up. */
export type ChoiceList = ReadonlyMap<string, string>;

/** Longest text of choices that is read. */
const mostChars = 100_000;

const part = /^([A-Za-z_][\w.>-]{0,300})=(\w{1,40})$/;

/** `Fetch.2=fails,order.5=1`; `none` where everything is as usual. */
export function printChoices(choices: ChoiceList): string {
  if (choices.size === 0) return 'none';
  return [...choices].map(([key, value]) => `${key}=${value}`).join(',');
}

/** Reads what `printChoices` wrote. Throws `CHOICES_INVALID`. */
export function parseChoices(text: string): ChoiceList {
  const choices = new Map<string, string>();
  if (text.trim() === 'none') return choices;
  if (text.length > mostChars) throw invalid('too long');
  for (const written of text.split(',')) {
    const [, key, value] = part.exec(written.trim()) ?? [];
    if (key === undefined || value === undefined)
      throw invalid(`${JSON.stringify(written.slice(0, 60))} is not of the form WHAT=CHOICE`);
    if (choices.has(key)) throw invalid(`${key} is given twice`);
    choices.set(key, value);
  }
  return choices;
}

function invalid(why: string): NetrunError {
  return new NetrunError('CHOICES_INVALID', `the choices of a simulation cannot be read: ${why}`, {
    hint: 'Copy them whole from the command that the simulation printed.',
  });
}

/** Where the choices of one run come from. */
export class Choices {
  readonly #given: ChoiceList | null;
  readonly #taken = new Map<string, string>();

  /** Those given, and the usual wherever they say nothing; null: they are drawn. */
  constructor(given: ChoiceList | null) {
    this.#given = given;
  }

  /** Everything chosen until now that is not the usual. */
  get taken(): ChoiceList {
    return this.#taken;
  }

  /** What is chosen about `key`, `usual` or one for which `isPossible`; `draw` draws one. */
  choose(
    key: string,
    usual: string,
    isPossible: (value: string) => boolean,
    draw: () => string,
  ): string {
    const value = this.#given === null ? draw() : (this.#given.get(key) ?? usual);
    if (value === usual || !isPossible(value)) return usual;
    this.#taken.set(key, value);
    return value;
  }

  /** As `choose`, of whole numbers from 0, which is the usual, to `most`. */
  number(key: string, most: number, draw: () => number): number {
    const isPossible = (value: string): boolean => /^\d{1,9}$/.test(value) && Number(value) <= most;
    return Number(this.choose(key, '0', isPossible, () => String(draw())));
  }
}
