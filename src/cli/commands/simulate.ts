/** `netrun simulate`: runs a flow in every order and with everything that can go wrong, and says what does not hold. */
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { BlockKind } from '../../machines/action.ts';
import { historyName } from '../../runtime/history/history-parts.ts';
import { FunctionLoader } from '../../runtime/setup/function-loader.ts';
import { counted, grouped } from '../../runtime/counted-noun.ts';
import type { FaultKind } from '../../testing/simulation/faults.ts';
import type { SimulationFailure } from '../../testing/simulation/failure.ts';
import {
  type SimulationOptions,
  type SimulationResult,
  simulate as simulateFlow,
} from '../../testing/simulation/simulate.ts';
import { readValidDefinition } from '../definition-file.ts';
import { paint, printable } from '../display-text.ts';
import { fileFailure, writeAtomically } from '../files.ts';
import { jsonValue } from '../json-value.ts';
import { CommandFailure, errorProblems, refusal } from '../problem.ts';
import { writeJson } from '../report.ts';
import { readRulesFile } from '../rules-file.ts';
import { readInputs } from '../run/inputs.ts';
import { SimulationProgress } from '../run/simulation-progress.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface SimulateOptions {
  readonly runs?: string;
  readonly seed?: string;
  readonly faults?: string;
  readonly rules?: string;
  /** A module with the world around the flow. */
  readonly with?: string;
  readonly choices?: string;
  /** Kinds of standstill that a run may end in, with commas between. */
  readonly ends?: string;
  /** A folder for the history of the run that is shown. */
  readonly save?: string;
  /** Functions wait in real time. */
  readonly realTime?: boolean;
  readonly in?: readonly string[];
  readonly json?: boolean;
}

const blockKinds: readonly BlockKind[] = ['drained', 'starved', 'stuck'];

function wholeNumber(option: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw refusal('ARGUMENT_INVALID', `${option} ${text} is no number`, 'Give a whole number.');
}

/** `failure,crash`; `none`. What there is no fault of is refused by the simulation. */
function readFaults(text: string): readonly FaultKind[] {
  if (text === 'none') return [];
  return text.split(',').map((kind) => kind.trim() as FaultKind);
}

/** `drained,stuck`. Throws CommandFailure. */
function readEnds(text: string): readonly BlockKind[] {
  return text.split(',').map((part) => {
    const found = blockKinds.find((kind) => kind === part.trim());
    if (found !== undefined) return found;
    throw refusal(
      'ARGUMENT_INVALID',
      `--ends ${text}: there is no standstill ${part.trim()}`,
      `There are: ${blockKinds.join(', ')}.`,
    );
  });
}

type World = NonNullable<SimulationOptions['world']>;

/** What a module exports as `world`, or by the name behind #: the world, or a function that makes one. */
async function readWorld(path: string): Promise<World> {
  const place = { key: '--with', nodeName: '' };
  try {
    const given = await new FunctionLoader(undefined).load(
      path.includes('#') ? resolve(path) : `${resolve(path)}#world`,
      place,
    );
    if (typeof given === 'function') return given as World;
    if (typeof given === 'object' && given !== null) return () => given;
  } catch (error) {
    throw new CommandFailure(
      errorProblems(error, 'FUNCTION_IMPORT_FAILED', 'Import it by itself.'),
    );
  }
  throw refusal(
    'ARGUMENT_INVALID',
    `what ${path} exports is no world of a simulation`,
    'Export an object with nodes, configs, inputs or invariants, or a function that returns one.',
  );
}

/** A word for a shell, as it stands where that is harmless. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command that runs the failure again, and nothing else. */
function commandOf(
  file: string,
  options: SimulateOptions,
  { seed, choices }: SimulationFailure,
): string {
  const given = [
    ['--seed', String(seed)],
    ['--choices', choices],
    ...(options.faults === undefined ? [] : [['--faults', options.faults]]),
    ...(options.rules === undefined ? [] : [['--rules', options.rules]]),
    ...(options.with === undefined ? [] : [['--with', options.with]]),
    ...(options.ends === undefined ? [] : [['--ends', options.ends]]),
    ...(options.realTime === true ? [['--real-time']] : []),
    ...(options.in ?? []).map((input) => ['--in', input]),
  ];
  return `npx netrun simulate ${[file, ...given.flat()].map(quoted).join(' ')}`;
}

function title({ runs, actions, crashes, choices }: SimulationResult, file: string): string {
  const parts = [
    counted(actions, 'action'),
    crashes === 1 ? '1 crash' : `${grouped(crashes)} crashes`,
    `${counted(choices, 'choice')} out of the usual`,
  ];
  return `${counted(runs, 'run')} of ${printable(file)}: ${parts.join(', ')}`;
}

function report(
  file: string,
  options: SimulateOptions,
  result: SimulationResult,
  terminal: Terminal,
): void {
  const { stdout } = terminal;
  const { failure, digest } = result;
  const lines = [title(result, file)];
  if (failure === null) {
    lines.push(paint(stdout, 'green', 'everything holds'), `digest ${digest}`);
  } else {
    const { found, text } = failure;
    const simpler = `found with ${counted(found.choices, 'choice')} out of the usual, made simpler in ${counted(found.attempts, 'run')}`;
    lines.push(paint(stdout, 'red', 'something does not hold'), printable(text));
    if (found.attempts > 0) lines.push(simpler);
    lines.push('to run it again:', `  ${commandOf(file, options, failure)}`);
  }
  if (options.save !== undefined) {
    const folder = quoted(options.save);
    const which = failure === null ? 'of the first seed' : 'that went wrong';
    lines.push(`the run ${which}, to look at:`, `  npx netrun inspect ${folder}`);
  }
  stdout.write(`${lines.join('\n')}\n`);
}

/**
 * Makes the folder for a history; what comes back removes what was made, as long as nothing is in it. Throws
 * CommandFailure where it has one already, or cannot be made.
 */
function makeFolder(folder: string): () => void {
  if (folder === '')
    throw refusal('ARGUMENT_INVALID', '--save names no folder: it is empty', 'Name a folder.');
  if (existsSync(join(folder, historyName)))
    throw refusal(
      'FILE_EXISTS',
      `${folder} has a ${historyName} already, which is not overwritten`,
      'Name another folder.',
    );
  try {
    const made = mkdirSync(folder, { recursive: true });
    return () => (made === undefined ? undefined : removeEmpty(resolve(folder), resolve(made)));
  } catch (error) {
    throw fileFailure('FILE_UNWRITABLE', folder, error);
  }
}

/** Removes a folder and those above it up to another, as far as nothing is in them. */
function removeEmpty(folder: string, highest: string): void {
  try {
    for (let at = folder; at.startsWith(highest); at = dirname(at)) rmdirSync(at);
  } catch {
    // Somebody has put something there meanwhile: it stays.
  }
}

/** What makes the simulation worth less than it could be. */
function notesOn(
  { unsteady, waits, unmade, epochs }: SimulationResult,
  { realTime = false }: SimulateOptions,
): readonly string[] {
  const real = waits.map(({ node, ms }) => `${node} ${grouped(ms)} ms`).join(', ');
  return [
    ...(epochs > 0
      ? []
      : ['no epoch was opened in any run: give packets by --in, or inputs by --with']),
    ...(unmade.length === 0
      ? []
      : [
          `these choices did not come up, so this is not the run that they were printed for: ${unmade.join(', ')}. The flow, its functions or the other options are not what they were`,
        ]),
    ...(unsteady === null || realTime
      ? []
      : [
          `the same choices do not give the same run, so what was found may not be found again: ${unsteady.text}. The function depends on something that it is not given: take it from ctx.now(), ctx.random() or the inputs, or give it by --with`,
        ]),
    ...(waits.length === 0 || realTime
      ? []
      : [
          `real time was waited for: ${real}. Timers are simulated, the world is not: give these nodes other functions by --with`,
        ]),
  ];
}

function documentOf(file: string, options: SimulateOptions, result: SimulationResult): object {
  const { failure, history: text, ...told } = result;
  if (failure === null) return { ...told, file, failure };
  const { inputs, text: _, ...rest } = failure;
  const given = inputs.map(({ port, value }) => ({ port, value: jsonValue(value) }));
  const [, ...lines] = text.trimEnd().split('\n');
  const history = lines.map((line) => JSON.parse(line) as unknown);
  const command = commandOf(file, options, failure);
  return { ...told, file, failure: { ...rest, inputs: given, command, history } };
}

/** Simulates a flow. 2: something does not hold. Throws CommandFailure. */
export async function simulate(
  file: string,
  options: SimulateOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { graph, path } = readValidDefinition(file);
  const runs = wholeNumber('--runs', options.runs, 100);
  if (runs === 0)
    throw refusal('ARGUMENT_INVALID', '--runs 0 runs nothing', 'Give a number from 1 on.');
  const seed = wholeNumber('--seed', options.seed, 1);
  const isWatched = terminal.stderr.isTTY && options.json !== true;
  const progress = isWatched ? new SimulationProgress(terminal, runs) : null;
  const undivert = terminal.divert((text) =>
    progress === null ? terminal.stderr.write(text) : progress.print(text),
  );
  let removeFolder = (): void => undefined;
  try {
    const settings: SimulationOptions = {
      file: path,
      seeds: runs,
      seed,
      inputs: await readInputs(options.in ?? [], graph, terminal),
      ...(options.choices === undefined ? {} : { choices: options.choices }),
      ...(options.faults === undefined ? {} : { faults: readFaults(options.faults) }),
      ...(options.rules === undefined ? {} : { rules: readRulesFile(options.rules, graph) }),
      ...(options.with === undefined ? {} : { world: await readWorld(options.with) }),
      ...(options.ends === undefined ? {} : { ends: readEnds(options.ends) }),
      ...(options.realTime === true ? { time: 'real' } : {}),
      ...(progress === null ? {} : { onRun: (run) => progress.ran(run) }),
    };
    if (options.save !== undefined) removeFolder = makeFolder(options.save);
    const result = await simulateFlow(graph, settings);
    progress?.end();
    if (options.save !== undefined)
      writeAtomically(join(options.save, historyName), result.history);
    for (const note of notesOn(result, options))
      terminal.stderr.write(`note: ${printable(note)}\n`);
    if (options.json === true) writeJson(terminal, documentOf(file, options, result));
    else report(file, options, result, terminal);
    return result.ok ? 0 : 2;
  } catch (error) {
    removeFolder();
    throw error;
  } finally {
    progress?.end();
    undivert();
  }
}
