/** `netrun dlq`: lists, shows, retries and discards the dead letters that a flow has kept in a file. */
import type { DeadLetter } from '../../runtime/failure/dead-letter.ts';
import { DeadLetterFile } from '../../runtime/failure/dead-letter-file.ts';
import { markLine } from '../../runtime/failure/dead-letter-lines.ts';
import type { Net } from '../../runtime/net.ts';
import type { RunResult } from '../../runtime/run-result.ts';
import { counted } from '../../runtime/counted-noun.ts';
import { findLetters, lettersOfFlow, pickLetters, readLetters } from '../dead-letter-source.ts';
import { readValidDefinition } from '../definition-file.ts';
import { printable } from '../display-text.ts';
import { fileFailure } from '../files.ts';
import { jsonValue } from '../json-value.ts';
import { letterLines, letterTable } from '../letter-text.ts';
import { CommandFailure, errorProblems, refusal } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { reportProblems, writeJson } from '../report.ts';
import type { Ending } from '../run/flow-run.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { type RunTask, run } from './run.ts';

export interface DlqOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

export interface ListOptions extends DlqOptions {
  readonly node?: string;
}

export interface RetryOptions extends ListOptions {
  readonly all?: boolean;
  readonly log?: string;
}

function asInput(problems: readonly Problem[]): CommandFailure {
  return new CommandFailure(problems);
}

function ofNode(letters: readonly DeadLetter[], node: string | undefined): readonly DeadLetter[] {
  return node === undefined ? letters : letters.filter((letter) => letter.node === node);
}

/** Lists the open letters; what is damaged is told beside them. Throws CommandFailure. */
export function list(path: string, options: ListOptions, terminal: Terminal): ExitCode {
  const { file, letters: all, damage } = readLetters(path);
  const letters = ofNode(all, options.node);
  reportProblems(terminal, damage);
  if (options.json === true) {
    const summaries = letters.map(({ errors, packets, losses: _, ...letter }) => ({
      ...letter,
      attempts: errors.length,
      packets: packets.length,
      error: errors.at(-1)?.message ?? null,
    }));
    writeJson(terminal, { ok: damage.length === 0, file, letters: summaries, problems: damage });
  } else {
    const { stdout } = terminal;
    const lines =
      letters.length === 0
        ? [`${printable(file)} has no open dead letters`]
        : letterTable(stdout, letters);
    stdout.write(`${lines.join('\n')}\n`);
  }
  return damage.length === 0 ? 0 : 1;
}

/** Shows one letter whole. Throws CommandFailure. */
export function show(path: string, id: string, options: DlqOptions, terminal: Terminal): ExitCode {
  const { file, letters } = readLetters(path);
  const [letter] = pickLetters([id], letters, asInput);
  if (letter === undefined) throw new Error(`letter ${id} was picked and is not there`);
  if (options.json === true) writeJson(terminal, { ok: true, file, letter: jsonValue(letter) });
  else terminal.stdout.write(`${letterLines(terminal.stdout, letter).join('\n')}\n`);
  return 0;
}

/** Marks letters as discarded. Throws CommandFailure, also where the file cannot be written. */
export function discard(
  path: string,
  ids: readonly string[],
  options: DlqOptions,
  terminal: Terminal,
): ExitCode {
  const { file: found, letters } = readLetters(findLetters(path));
  const picked = pickLetters(ids, letters, asInput);
  const file = new DeadLetterFile(found);
  file.open(() => undefined);
  for (const { id } of picked) {
    const failure = file.append(markLine({ type: 'discarded', id, run: null, at: Date.now() }));
    if (failure !== null) throw fileFailure('FILE_UNWRITABLE', found, failure);
  }
  const discarded = picked.map(({ id }) => id);
  if (options.json === true) writeJson(terminal, { ok: true, file: found, discarded });
  else terminal.stdout.write(`discarded ${discarded.join(', ')}\n`);
  return 0;
}

/** A run that does nothing but what the packets of these letters set off. */
class RetryTask implements RunTask {
  readonly #ids: readonly string[];
  readonly #options: RetryOptions;
  #left: readonly DeadLetter[] = [];
  readonly #retried: string[] = [];
  readonly #problems: Problem[] = [];

  constructor(ids: readonly string[], options: RetryOptions) {
    this.#ids = ids;
    this.#options = options;
  }

  /** Nodes that would start by themselves have had their turn in the run that the letters come from. */
  prepare(net: Net): void {
    for (const { name } of net.graph.nodes) net.setNodeConfig(name, { autostart: false });
    const letters = net.deadLetters.all();
    this.#left =
      this.#options.all === true
        ? ofNode(letters, this.#options.node)
        : pickLetters(this.#ids, letters, asInput);
  }

  /** Puts back what fits, and the rest when that is done. */
  async start(net: Net): Promise<RunResult> {
    for (;;) {
      const before = this.#retried.length;
      this.#left = this.#left.filter((letter) => !this.#putBack(net, letter));
      const result = await net.start();
      const isStuck = this.#retried.length === before;
      if (result.blocked === null || this.#left.length === 0 || isStuck) return result;
    }
  }

  judge(net: Net, ending: Ending): { ending: Ending; document: object } {
    const { run: own } = net.history.header;
    const again = net.deadLetters.all().filter((letter) => letter.run === own);
    const problems = [...ending.problems, ...this.#problems];
    if (net.deadLetters.unwritten > 0) {
      problems.push({
        code: 'FILE_UNWRITABLE',
        message: `${counted(net.deadLetters.unwritten, 'line')} could not be written to the file of dead letters`,
        hint: 'What was retried is still open there; make room, and discard it by hand.',
      });
    }
    const failed = problems.length > 0 || again.length > 0 || this.#left.length > 0;
    const exitCode = ending.exitCode === 0 && failed ? 2 : ending.exitCode;
    return {
      ending: { ...ending, problems, exitCode },
      document: {
        retried: this.#retried,
        left: this.#left.map(({ id }) => id),
        failedAgain: again.map(({ id }) => id),
      },
    };
  }

  /** False where there is no room for the letter's packets yet. */
  #putBack(net: Net, { id }: DeadLetter): boolean {
    try {
      net.deadLetters.retry(id);
      this.#retried.push(id);
    } catch (error) {
      const problems = errorProblems(error, 'UNCAUGHT_ERROR', 'Look at it with netrun dlq show.');
      if (problems[0]?.code === 'INPUT_PORT_FULL') return false;
      this.#problems.push(...problems);
    }
    return true;
  }
}

/** Runs the flow on the packets of letters, to its end. Throws CommandFailure: nothing has run then. */
export async function retry(
  flow: string,
  ids: readonly string[],
  options: RetryOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const isAll = options.all === true;
  if (isAll === ids.length > 0) {
    throw refusal(
      'ARGUMENT_INVALID',
      isAll ? '--all and single letters exclude each other' : 'no letter is named',
      'Name the letters, or say --all, or --all --node NODE.',
    );
  }
  if (options.node !== undefined && !isAll)
    throw refusal('ARGUMENT_INVALID', '--node goes with --all', 'Say --all --node NODE.');
  const definition = readValidDefinition(flow);
  const { file, letters } = readLetters(lettersOfFlow(definition));
  if (isAll && ofNode(letters, options.node).length === 0) {
    if (options.json === true) writeJson(terminal, { ok: true, file, retried: [] });
    else terminal.stdout.write(`${printable(file)} has no open dead letters to retry\n`);
    return 0;
  }
  const { json, debug, log } = options;
  return run(
    flow,
    {
      ...(json === undefined ? {} : { json }),
      ...(debug === undefined ? {} : { debug }),
      ...(log === undefined ? {} : { log }),
    },
    terminal,
    new RetryTask(ids, options),
  );
}
