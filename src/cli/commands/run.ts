/** `netrun run`: runs a flow to its end, shows how it goes, and says what it came to. */
import { basename } from 'node:path';
import { interruptedCode } from '../../runtime/drive/signals.ts';
import type { LogLevel, LogLine } from '../../runtime/logs/logs.ts';
import type { Inspector } from '../../runtime/inspector/inspector.ts';
import { Net } from '../../runtime/net.ts';
import type { RecoveryNotice } from '../../runtime/recovery/recovery.ts';
import type { RunResult } from '../../runtime/run-result.ts';
import type { NetOptions } from '../../runtime/setup/net-options.ts';
import { counted } from '../../runtime/counted-noun.ts';
import { readValidDefinition } from '../definition-file.ts';
import type { DefinitionFile } from '../definition-file.ts';
import { printable } from '../display-text.ts';
import { jsonValue } from '../json-value.ts';
import { CommandFailure, errorProblems } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { reportProblems, reportStack, writeJson } from '../report.ts';
import { importProblems, unsupportedProblems } from '../runnable.ts';
import { FlowRun } from '../run/flow-run.ts';
import type { Ending } from '../run/flow-run.ts';
import { flowStatus } from '../run/flow-status.ts';
import { inspectedStart } from '../run/inspected-start.ts';
import { openAtUsual } from '../run/inspector-address.ts';
import { readPort, untilInterrupted } from '../run/inspector-hold.ts';
import { inputsLeft, readInputs } from '../run/inputs.ts';
import type { Input } from '../run/inputs.ts';
import { LiveView } from '../run/live-view.ts';
import { logLine } from '../run/log-lines.ts';
import { PlainProgress } from '../run/plain-progress.ts';
import { tickMs } from '../run/progress.ts';
import type { Progress } from '../run/progress.ts';
import { lockRun } from '../run/run-lock.ts';
import { RunLog } from '../run/run-log.ts';
import { RunDir, historyFileOf } from '../run/run-dir.ts';
import { summaryLines } from '../run/summary.ts';
import type { Summary } from '../run/summary.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface RunOptions {
  readonly in?: readonly string[];
  readonly out?: string;
  readonly step?: boolean;
  readonly runDir?: string;
  readonly log?: string;
  readonly resume?: boolean;
  /** A port, where one is named. */
  readonly inspect?: boolean | string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

const logLevels: readonly LogLevel[] = [
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'fatal',
  'silent',
];

function argumentProblems({
  out,
  log,
  json,
  resume,
  runDir,
  inspect,
  step,
}: RunOptions): Problem[] {
  const problems: Problem[] = [];
  const add = (code: string, message: string, hint: string): void => {
    problems.push({ code, message, hint });
  };
  if (out !== undefined && out !== 'json')
    add('ARGUMENT_INVALID', `--out ${out} is not known`, 'Write --out json.');
  if (out !== undefined && json === true) {
    add(
      'ARGUMENT_INVALID',
      '--out and --json exclude each other',
      'The document of --json has the outputs too.',
    );
  }
  if (log !== undefined && !logLevels.some((level) => level === log)) {
    add('ARGUMENT_INVALID', `--log ${log} is not a level`, `Use one of ${logLevels.join(', ')}.`);
  }
  if (resume === true && runDir === undefined)
    add(
      'ARGUMENT_INVALID',
      '--resume needs --run-dir',
      'Name the folder of the run to go on with.',
    );
  if (runDir === '')
    add(
      'ARGUMENT_INVALID',
      '--run-dir names no folder: it is empty',
      'Name the folder for the run.',
    );
  if (inspect !== undefined && step === true)
    add(
      'ARGUMENT_INVALID',
      '--inspect and --step exclude each other',
      'Step from the page of the inspector.',
    );
  return problems;
}

/** What a run is for, where it is not to do all that the flow does. */
export interface RunTask {
  /** Before anything runs. Throws CommandFailure where there is nothing to be done. */
  prepare(net: Net): void;
  /** Runs the net. */
  start(net: Net): Promise<RunResult>;
  /** How the run is told to have ended, and what `--json` says besides. */
  judge(net: Net, ending: Ending): { readonly ending: Ending; readonly document: object };
}

const wholeFlow: RunTask = {
  prepare: () => undefined,
  start: (net) => net.start(),
  judge: (_net, ending) => ({ ending, document: {} }),
};

/** What was found where the run was left. */
function resumedLine({ run, repair, actions, runAgain }: RecoveryNotice): string {
  const parts = [
    `going on with run ${run} after ${counted(actions, 'recorded action')}`,
    ...(repair === null ? [] : [repair]),
    ...(runAgain.length === 0 ? [] : [`${counted(runAgain.length, 'epoch')} will be run again`]),
  ];
  return printable(parts.join('; '));
}

/** One run: its net, where its progress goes, and who is told. */
class RunCommand {
  readonly #options: RunOptions;
  readonly #terminal: Terminal;
  readonly #definition: DefinitionFile;
  readonly #task: RunTask;
  readonly #netOptions: NetOptions;
  readonly #log: RunLog;
  #net: Net;
  readonly #progress: Progress;
  #startMs = 0;
  /** Errors of the run whose stacks are to be shown. */
  readonly #stacks: unknown[] = [];

  constructor(definition: DefinitionFile, options: RunOptions, terminal: Terminal, task: RunTask) {
    this.#definition = definition;
    this.#task = task;
    this.#options = options;
    this.#terminal = terminal;
    const { stderr } = terminal;
    const live = stderr.isTTY && options.step !== true;
    this.#progress = live
      ? new LiveView(terminal, printable(basename(definition.file)))
      : new PlainProgress(stderr);
    const { defaults } = definition.graph.settings;
    const { runDir } = options;
    this.#log = new RunLog({
      shown: logLevels.find((level) => level === options.log) ?? 'warn',
      isInspected: options.inspect !== undefined && options.inspect !== false,
      isKept: runDir !== undefined,
      show: (line) => this.#showLog(line),
      fails: (why) =>
        this.#progress.print(printable(`the log cannot be kept: ${why}`) + '\n', stderr),
    });
    this.#netOptions = {
      ...(runDir === undefined ? {} : { historyFile: historyFileOf(runDir) }),
      file: definition.path,
      // What nodes print is shown as they print it, unless they say that it is not to be.
      defaults: { ...defaults, echoStdout: defaults?.echoStdout ?? true },
      logLevel: this.#log.level,
      logDestination: { write: (line) => this.#log.write(line) },
    };
    this.#net = new Net(definition.graph, this.#netOptions);
  }

  /** Shows a line of the log, unless it was shown as it was printed. */
  #showLog(line: LogLine): void {
    if ('console' in line && this.#echoes(line.node)) return;
    this.#progress.print(`${logLine(line)}\n`, this.#terminal.stderr);
  }

  #echoes(name: string | undefined): boolean {
    const { graph } = this.#definition;
    const node = name === undefined ? undefined : graph.node(name);
    return node?.options?.echoStdout ?? graph.settings.defaults?.echoStdout ?? true;
  }

  async run(): Promise<ExitCode> {
    const { stdout, stderr } = this.#terminal;
    const isData = this.#options.json === true || this.#options.out !== undefined;
    const undivert = this.#terminal.divert((text, output) => {
      this.#progress.print(text, isData && output === stdout ? stderr : output);
    });
    try {
      const { runDir, resume } = this.#options;
      if (runDir !== undefined && resume === true)
        return await this.#within(RunDir.open(runDir), (folder) => this.#resume(folder));
      await this.#imported(() => this.#net.load());
      const inputs = await this.#inputs();
      if (runDir === undefined) {
        this.#task.prepare(this.#net);
        return await this.#begin(inputs, undefined);
      }
      return await this.#within(RunDir.create(runDir), (folder) => {
        this.#task.prepare(this.#net);
        if (inputs.length > 0) folder.keepInputs(inputs);
        return this.#begin(inputs, folder);
      });
    } finally {
      undivert();
    }
  }

  /** Works in the folder of a run, in which nobody else may be at work meanwhile. */
  async #within(folder: RunDir, work: (folder: RunDir) => Promise<ExitCode>): Promise<ExitCode> {
    const lock = lockRun(folder.path);
    try {
      this.#log.keepIn(folder.path);
      return await work(folder);
    } finally {
      this.#log.close();
      lock.release();
    }
  }

  #inputs(): Promise<readonly Input[]> {
    return readInputs(this.#options.in ?? [], this.#definition.graph, this.#terminal);
  }

  async #begin(inputs: readonly Input[], folder: RunDir | undefined): Promise<ExitCode> {
    this.#startMs = this.#terminal.now();
    folder?.begin(this.#summary(this.#beginning(), {}));
    const inspector = await this.#inspector();
    try {
      const code = await this.#finish(await this.#drive(inputs), folder);
      if (inspector !== null && code !== interruptedCode) await this.#stay(inspector);
      return code;
    } finally {
      await inspector?.close();
    }
  }

  /** Opened before anything runs, where it is asked for. */
  async #inspector(): Promise<Inspector | null> {
    const { inspect } = this.#options;
    if (inspect === undefined || inspect === false) return null;
    const where = typeof inspect === 'string' ? { port: readPort('--inspect', inspect) } : {};
    const path = this.#options.runDir ?? this.#definition.path;
    const inspector = await openAtUsual(path, this.#terminal, where, (at) =>
      this.#net.openInspector(at),
    );
    this.#progress.print(`inspector: ${inspector.url}\n`, this.#terminal.stderr);
    return inspector;
  }

  /** The page shows the run that is over until somebody ends it. */
  async #stay({ url }: Inspector): Promise<void> {
    this.#terminal.stderr.write(`the inspector stays at ${url}: interrupt to end it\n`);
    await untilInterrupted(this.#terminal);
  }

  /** Goes on with the run of a folder; of one that is done it says so. */
  async #resume(folder: RunDir): Promise<ExitCode> {
    const { outcome } = folder;
    if (outcome !== null && (outcome.state === 'drained' || outcome.state === 'stopped'))
      return this.#told(outcome);
    const inputs = folder.inputs(await this.#inputs());
    if (!folder.hasBegun()) {
      await this.#imported(() => this.#net.load());
      this.#task.prepare(this.#net);
      return this.#begin(inputs, folder);
    }
    const { graph } = this.#definition;
    const { historyFile: _, ...options } = this.#netOptions;
    this.#net = await this.#imported(() => Net.recover(folder.path, { ...options, graph }));
    const notice = this.#net.recovered;
    const { stderr } = this.#terminal;
    if (notice !== null) this.#progress.print(`${resumedLine(notice)}\n`, stderr);
    return this.#begin(inputsLeft(inputs, notice?.injected ?? new Map()), folder);
  }

  /** Says how a run ended that is done. */
  #told(summary: Summary): ExitCode {
    const { stdout, stderr } = this.#terminal;
    if (this.#options.json === true) writeJson(this.#terminal, summary);
    else if (this.#options.out !== undefined) writeJson(this.#terminal, summary.outputs);
    const text = `the run ${printable(summary.run)} is done: it ${summary.state === 'drained' ? 'drained' : 'was stopped'}, and nothing is left to go on with\n`;
    const isData = this.#options.json === true || this.#options.out !== undefined;
    (isData ? stderr : stdout).write(text);
    return summary.exitCode ?? 0;
  }

  /** Where a function cannot be imported, says so of all of them. */
  async #imported<T>(load: () => Promise<T>): Promise<T> {
    try {
      return await load();
    } catch (error) {
      const { problems } = await importProblems(this.#definition);
      throw problems.length > 0 ? new CommandFailure(problems, 1, error) : error;
    }
  }

  async #drive(inputs: readonly Input[]): Promise<Ending> {
    const progress = this.#progress;
    const { stderr } = this.#terminal;
    const say = (line: string): void => progress.print(`${line}\n`, stderr);
    const begin = (): Promise<RunResult> => this.#task.start(this.#net);
    const isInspected = this.#options.inspect !== undefined;
    const start = isInspected ? () => inspectedStart(this.#net, begin, say) : begin;
    const flow = new FlowRun({
      net: this.#net,
      terminal: this.#terminal,
      inputs,
      step: this.#options.step === true,
      isKept: this.#options.runDir !== undefined,
      start,
      say,
      onResize: () => progress.resized(),
      onError: (error) => {
        if (this.#options.debug === true || this.#terminal.debug) this.#stacks.push(error);
      },
    });
    const ticks = () => progress.tick(flowStatus(this.#net, this.#elapsedMs()));
    const endTicks =
      this.#options.step === true ? () => undefined : this.#terminal.every(tickMs, ticks);
    try {
      return await flow.run();
    } finally {
      endTicks();
      progress.end();
    }
  }

  #elapsedMs(): number {
    return this.#terminal.now() - this.#startMs;
  }

  #beginning(): Ending {
    const status = this.#net.status();
    return { state: 'running', reason: null, exitCode: 0, problems: [], status, explanation: null };
  }

  async #finish(ended: Ending, folder: RunDir | undefined): Promise<ExitCode> {
    const terminal = this.#terminal;
    const { ending, document } = this.#task.judge(this.#net, ended);
    const { outputs, problems } = await this.#outputs();
    const failed = problems.length > 0 && ending.exitCode === 0;
    const summary = this.#summary(
      {
        ...ending,
        problems: [...ending.problems, ...problems],
        exitCode: failed ? 2 : ending.exitCode,
      },
      outputs,
    );
    const unkept = this.#keep(summary, folder);
    reportProblems(terminal, [...summary.problems, ...unkept]);
    for (const error of this.#stacks) reportStack(terminal, error, true);
    if (this.#options.json === true) writeJson(terminal, { ...summary, ...document });
    else {
      const asData = this.#options.out !== undefined;
      if (asData) writeJson(terminal, summary.outputs);
      const output = asData ? terminal.stderr : terminal.stdout;
      output.write(`${summaryLines(output, summary).join('\n')}\n`);
    }
    return summary.exitCode === 0 && unkept.length > 0 ? 1 : (summary.exitCode ?? 0);
  }

  /** Writes the run to its folder; what went wrong with that does not keep the run from being told. */
  #keep(summary: Summary, folder: RunDir | undefined): readonly Problem[] {
    try {
      folder?.finish(summary);
      return [];
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      return error.problems;
    }
  }

  /** The values collected at every output; a lazy one that cannot be made is a problem. */
  async #outputs(): Promise<{
    readonly outputs: Summary['outputs'];
    readonly problems: readonly Problem[];
  }> {
    const outputs: Summary['outputs'] = {};
    const problems: Problem[] = [];
    for (const port of this.#definition.graph.outputs) {
      try {
        outputs[port] = (await this.#net.outputs(port)).map(jsonValue);
      } catch (error) {
        problems.push(
          ...errorProblems(error, 'UNCAUGHT_ERROR', `A value collected at ${port} cannot be made.`),
        );
      }
    }
    return { outputs, problems };
  }

  #summary(ending: Ending, outputs: Summary['outputs']): Summary {
    const { state, reason, status, explanation, problems } = ending;
    const { counts } = status;
    const { run } = this.#net.history.header;
    const letters = this.#net.deadLetters.all().filter((letter) => letter.run === run);
    return {
      ok: ending.exitCode === 0 && state !== 'running',
      exitCode: state === 'running' ? null : ending.exitCode,
      file: this.#definition.file,
      run,
      state,
      reason,
      durationMs: Math.round(this.#elapsedMs()),
      epochs: counts.epochs,
      nodes: [...counts.nodes].map(([node, epochs]) => ({ node, ...epochs })),
      packets: counts.packets,
      outputs,
      problems: problems.map(({ causes, ...problem }) => ({
        ...problem,
        ...(causes === undefined ? {} : { causes: [...causes] }),
      })),
      failures: letters.map(({ node, epoch, outcome, errors }) => ({
        node,
        epoch,
        outcome,
        attempts: errors.length,
        message: errors.at(-1)?.message ?? '',
      })),
      explanation: explanation === null ? null : { ...explanation },
    };
  }
}

/** Runs the flow. Throws CommandFailure where the input is wrong: nothing has run then. */
export async function run(
  file: string,
  options: RunOptions,
  terminal: Terminal,
  task: RunTask = wholeFlow,
): Promise<ExitCode> {
  const problems = argumentProblems(options);
  if (problems.length > 0) throw new CommandFailure(problems);
  if (typeof options.inspect === 'string') readPort('--inspect', options.inspect);
  const definition = readValidDefinition(file);
  const unsupported = unsupportedProblems(definition);
  if (unsupported.length > 0) throw new CommandFailure(unsupported);
  return new RunCommand(definition, options, terminal, task).run();
}
