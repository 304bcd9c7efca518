/** A run that went wrong, as people read it: what is wrong, what led to it, and how it is run again. */
import { packetLineage } from '../../runtime/explain/packet-lineage.ts';
import { parseRecord } from '../../runtime/history/record-line.ts';
import type { HeaderRecord } from '../../runtime/history/record.ts';
import { printChoices } from './choices.ts';
import type { Breach, SimulatedInput, SimulatedRun } from './finding.ts';

/** The simplest run that goes wrong. */
export interface SimulationFailure {
  readonly seed: number;
  readonly breach: Breach;
  /** What `choices` takes, to run it again. */
  readonly choices: string;
  /** The choices in words. */
  readonly steps: readonly string[];
  readonly inputs: readonly SimulatedInput[];
  /** What the packet that shows it was made from, as a tree in text; null where it is about no packet. */
  readonly lineage: string | null;
  /** Choices of the run that was found first, and runs it took to make them simpler. */
  readonly found: { readonly choices: number; readonly attempts: number };
  /** All of it, but for the command. */
  readonly text: string;
}

const faultWords: Readonly<Record<string, string>> = {
  fails: 'fails before its work',
  fails_after: 'does its work and fails then',
  hangs: 'does not come back',
  late: 'comes back when its time is over',
  twice: 'tells its outcome twice',
};

function ordinal(number: number): string {
  const ends = ['th', 'st', 'nd', 'rd'];
  const tens = number % 100;
  return `${number}${tens > 10 && tens < 14 ? 'th' : (ends[number % 10] ?? 'th')}`;
}

function stepText(key: string, value: string, words: ReadonlyMap<string, string>): string | null {
  const dot = key.lastIndexOf('.');
  const [what, number] = [key.slice(0, dot), Number(key.slice(dot + 1))];
  switch (what) {
    case 'without':
    case 'torn':
      return null;
    case 'later':
      return `input ${number} comes later, before choice ${value}`;
    case 'crash':
      return `the process ends after ${ordinal(Number(value))} action, and another goes on`;
    case 'order':
      return `${ordinal(number)} choice: ${words.get(key) ?? value}`;
    default: {
      const slow = /^slow(\d+)$/.exec(value)?.[1];
      const does = slow === undefined ? (faultWords[value] ?? value) : `takes ${slow} ms`;
      return `the ${ordinal(number)} attempt of ${what} ${does}`;
    }
  }
}

function stepsOf({ choices, words }: SimulatedRun): readonly string[] {
  return [...choices].flatMap(([key, value]) => {
    const text = stepText(key, value, words);
    if (text === null) return [];
    const torn = choices.get(key.replace('crash.', 'torn.')) === '1' && key.startsWith('crash.');
    return [torn ? `${text}, its last record half-written` : text];
  });
}

/** A header for records whose own is of no interest. */
const noHeader: HeaderRecord = {
  seq: 0,
  type: 'header',
  format: 2,
  run: '',
  at: '',
  netrun: null,
  seed: null,
  spec_hash: null,
  level: 'full',
  part: 0,
};

function lineageOf({ breach, lines }: SimulatedRun): string | null {
  if (breach === null || breach.packet === null) return null;
  const records = [noHeader, ...lines.map((line) => parseRecord(line))];
  const source = { header: noHeader, records: (from = 0) => records.slice(from) };
  return packetLineage(source, breach.packet).text;
}

const kinds: Readonly<Record<Breach['kind'], string>> = {
  guarantee: 'a guarantee of netrun is broken',
  rule: 'rule',
  invariant: 'invariant',
  end: 'the run does not come to its end',
  recovery: 'the run cannot be gone on with',
  error: 'netrun threw',
  uncaught: 'what nobody catches ends the process',
};

function headline({ kind, name, message }: Breach): string {
  const named = kind === 'rule' || kind === 'invariant' ? `${kinds[kind]} ${name}` : kinds[kind];
  return `${named}: ${message}`;
}

const mostShown = 20;

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

/** `run` is the simplest, `found` has the number of choices of the first one and what it took. */
export function failureOf(
  run: SimulatedRun,
  breach: Breach,
  found: SimulationFailure['found'],
  hasInputs: boolean,
): SimulationFailure {
  const steps = stepsOf(run);
  const lineage = lineageOf(run);
  const shown = run.inputs.slice(0, mostShown);
  const more = run.inputs.length - shown.length;
  const inputs = shown.map(({ port, value }) => `  ${port} = ${valueText(value)}`);
  const text = [
    headline(breach),
    `seed ${run.seed}${breach.seq === null ? '' : `, record ${breach.seq}`}, ${run.actions} actions`,
    ...(hasInputs ? [inputs.length === 0 ? 'no inputs' : 'inputs:', ...inputs] : []),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    ...(steps.length === 0
      ? ['nothing out of the usual leads to it']
      : ['what leads to it:', ...steps.map((step) => `  ${step}`)]),
    ...(lineage === null ? [] : ['where the packet comes from:', indented(lineage)]),
  ].join('\n');
  const choices = printChoices(run.choices);
  return {
    seed: run.seed,
    breach,
    choices,
    steps,
    inputs: run.inputs,
    lineage,
    found,
    text,
  };
}

function valueText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
