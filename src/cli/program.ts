/** The command line: its commands, their options and help, and how every failure is told. */
import { Command, CommanderError } from 'commander';
import type { AssertOptions } from './commands/assert.ts';
import type { AtOptions } from './commands/at.ts';
import type { CheckOptions } from './commands/check.ts';
import type { CoverageCommandOptions } from './commands/coverage.ts';
import type { DiffOptions } from './commands/diff.ts';
import type { DlqOptions, ListOptions, RetryOptions } from './commands/dlq.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { FmtOptions } from './commands/fmt.ts';
import type { GraphOptions } from './commands/graph.ts';
import type { HistoryOptions } from './commands/history.ts';
import type { InitOptions } from './commands/init.ts';
import type { InspectOptions } from './commands/inspect.ts';
import type { PacketOptions } from './commands/packet.ts';
import type { ReplayCommandOptions } from './commands/replay.ts';
import type { RunOptions } from './commands/run.ts';
import type { SimulateOptions } from './commands/simulate.ts';
import { commandHelp } from './command-help.ts';
import { packageVersion } from '../runtime/package-version.ts';
import { CommandFailure, errorProblems } from './problem.ts';
import type { Problem } from './problem.ts';
import { reportProblems, reportStack, writeJson } from './report.ts';
import type { ExitCode, Terminal } from './terminal.ts';

interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

class Program {
  readonly #terminal: Terminal;
  readonly #command: Command;
  #exitCode: ExitCode = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#command = new Command('netrun')
      .description('Runs flow-based graphs: nodes, packets, salvos, epochs.')
      .version(packageVersion(), '-V, --version', 'print the version')
      .helpOption('-h, --help', 'print this help')
      .helpCommand('help [command]', 'print the help of a command')
      .addHelpText('after', '\nExample:\n  $ netrun init my-flow && netrun run my-flow/flow.toml')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => terminal.stdout.write(text),
        writeErr: (text) => terminal.stderr.write(text),
        outputError: () => undefined,
        getOutHelpWidth: () => terminal.stdout.columns,
        getErrHelpWidth: () => terminal.stderr.columns,
      });
    this.#defineRun();
    this.#defineForDefinitions();
    this.#defineExplain();
    this.#defineForRuns();
    this.#defineForTests();
    this.#defineDeadLetters();
    this.#defineInit();
  }

  async run(args: readonly string[]): Promise<ExitCode> {
    const asked: CommonOptions = { json: args.includes('--json'), debug: args.includes('--debug') };
    try {
      await this.#command.parseAsync(args, { from: 'user' });
      return this.#exitCode;
    } catch (error) {
      if (!(error instanceof CommanderError)) return this.#failed(error, asked);
      if (error.exitCode === 0) return 0;
      if (error.code === 'commander.help') return 1;
      return this.#failed(new CommandFailure([argumentProblem(error)], 1, error), asked);
    }
  }

  #failed(error: unknown, { json, debug }: CommonOptions): ExitCode {
    const hint = 'This is a defect of netrun: please report it with what --debug shows.';
    const problems = errorProblems(error, 'UNEXPECTED_ERROR', hint);
    reportProblems(this.#terminal, problems);
    reportStack(this.#terminal, error, debug === true);
    if (json === true) writeJson(this.#terminal, { ok: false, problems });
    return error instanceof CommandFailure ? error.exitCode : 1;
  }

  /** `name` may begin with that of the group `parent`. */
  #define(
    name: keyof typeof commandHelp,
    usage: string,
    description: string,
    parent: Command = this.#command,
  ): Command {
    return parent
      .command(`${name.split(' ').at(-1)} ${usage}`)
      .description(description)
      .option('--json', 'print one JSON document on standard output, and nothing else there')
      .option('--debug', 'show the stacks of errors (also NETRUN_DEBUG=1)')
      .addHelpText('after', commandHelp[name]);
  }

  async #act(action: () => Promise<ExitCode>): Promise<void> {
    this.#exitCode = await action();
  }

  #defineRun(): void {
    this.#define('run', '<file>', 'run a flow until nothing is left to do')
      .option('--in <node.port=value>', 'a packet for an input of the net; repeatable', collect)
      .option(
        '--out <format>',
        'print the collected outputs as json; the summary goes to standard error',
      )
      .option('--run-dir <dir>', 'keep the run in a folder, so that it can be gone on with')
      .option('--step', 'go step by step, with Enter where a terminal is there')
      .option(
        '--log <level>',
        'show the log from this level on: trace, debug, info, warn, error, fatal, silent',
        'warn',
      )
      .option(
        '--resume',
        'go on with the run in --run-dir, which was interrupted, paused or killed',
      )
      .option('--inspect [port]', 'serve a page on which the run is seen; write it after FILE')
      .action((file: string, options: RunOptions) =>
        this.#act(async () =>
          (await import('./commands/run.ts')).run(file, options, this.#terminal),
        ),
      );
  }

  #defineExplain(): void {
    this.#define(
      'explain',
      '<path>',
      'say why a run stands where it stands, or what a definition does',
    ).action((path: string, options: ExplainOptions) =>
      this.#act(async () =>
        (await import('./commands/explain.ts')).explain(path, options, this.#terminal),
      ),
    );
  }

  #defineForDefinitions(): void {
    this.#define('check', '<file...>', 'say everything that is wrong with definitions')
      .option('--explore', 'also say what can never happen: salvos, ports, cycles, joins')
      .option('--explore-limit <states>', 'explore so many states of a node or cycle at most')
      .action((files: string[], options: CheckOptions) =>
        this.#act(async () =>
          (await import('./commands/check.ts')).check(files, options, this.#terminal),
        ),
      );
    this.#define('fmt', '<file...>', 'rewrite definitions in canonical form')
      .option('--check', 'change nothing; exit with 1 where a file is not in canonical form')
      .option('--stdout', 'print the result, change nothing')
      .option('--drop-comments', 'rewrite files that have comments, which are lost')
      .action((files: string[], options: FmtOptions) =>
        this.#act(async () =>
          (await import('./commands/fmt.ts')).fmt(files, options, this.#terminal),
        ),
      );
    this.#define('coverage', '<file...>', 'say what tests have reached of the statecharts')
      .option('--min <percent>', 'how much must be reached', '0')
      .option('--per-node', 'by node, in the place of by kind of machine')
      .option('--all', 'count every transition, not only moves between states')
      .option('--statechart <part>', 'draw the statechart of a part, as graph does, marked')
      .action((files: string[], options: CoverageCommandOptions) =>
        this.#act(async () =>
          (await import('./commands/coverage.ts')).coverage(files, options, this.#terminal),
        ),
      );
    this.#define('graph', '<file>', 'draw a definition, or a part of it as a statechart')
      .option('--mermaid', 'as a Mermaid flowchart (default)')
      .option('--dot', 'in DOT')
      .option('--statechart <part>', 'the statechart of a part, as a Mermaid state diagram')
      .action((file: string, options: GraphOptions) =>
        this.#act(async () =>
          (await import('./commands/graph.ts')).graph(file, options, this.#terminal),
        ),
      );
  }

  #defineForRuns(): void {
    this.#define('replay', '<path>', 'go through a recorded run again, and check every answer')
      .option('--until <seq>', 'up to the action that this record belongs to')
      .option('--report', 'show every difference, not only the first')
      .option('--reexec', 'run the node functions again too, on what they were given')
      .option('--flow <file>', 'with --reexec: the definition whose functions are run')
      .action((path: string, options: ReplayCommandOptions) =>
        this.#act(async () =>
          (await import('./commands/replay.ts')).replay(path, options, this.#terminal),
        ),
      );
    this.#define('at', '<path>', 'show the whole state of the net at a point of a run')
      .option('--seq <n>', 'after the action that this record belongs to')
      .action((path: string, options: AtOptions) =>
        this.#act(async () => (await import('./commands/at.ts')).at(path, options, this.#terminal)),
      );
    this.#define('inspect', '<path>', 'serve a page on which a run is seen, also back in time')
      .option('--port <port>', 'the port to listen at; any that is free without it')
      .option('--host <address>', 'what to listen at; without it only this machine is let in')
      .option('--open', 'show the page in the browser')
      .action((path: string, options: InspectOptions) =>
        this.#act(async () =>
          (await import('./commands/inspect.ts')).inspect(path, options, this.#terminal),
        ),
      );
    this.#define('history', '<path>', 'show what happened in a run')
      .option('--node <node>', 'what concerns a node')
      .option('--epoch <epoch>', 'what concerns an epoch: e3')
      .option('--packet <packet>', 'what concerns a packet: p7')
      .option('--event <type>', 'events of a type; repeatable', collect)
      .option('--action <type>', 'actions of a type; repeatable', collect)
      .option('--from <seq>', 'from this record on')
      .option('--to <seq>', 'up to this record')
      .option('--follow', 'go on with what is written from now on')
      .action((path: string, options: HistoryOptions) =>
        this.#act(async () =>
          (await import('./commands/history.ts')).history(path, options, this.#terminal),
        ),
      );
    this.#define('diff', '<left> <right>', 'say where two runs part').action(
      (left: string, right: string, options: DiffOptions) =>
        this.#act(async () =>
          (await import('./commands/diff.ts')).diff(left, right, options, this.#terminal),
        ),
    );
    this.#define('packet', '<path> <packet>', 'say where a packet comes from and what became of it')
      .option('--up', 'only what it was made from')
      .option('--down', 'only what was made of it')
      .action((path: string, id: string, options: PacketOptions) =>
        this.#act(async () =>
          (await import('./commands/packet.ts')).packet(path, id, options, this.#terminal),
        ),
      );
  }

  #defineForTests(): void {
    this.#define(
      'simulate',
      '<file>',
      'run a flow in every order, with everything that can go wrong',
    )
      .option('--runs <n>', 'how many runs', '100')
      .option('--seed <n>', 'the seed of the first; the next has the next number', '1')
      .option('--faults <kinds>', 'what can go wrong, with commas between; default: everything')
      .option('--rules <file>', 'rules that every run has to keep')
      .option('--with <module>', 'what stands around the flow: functions, inputs, invariants')
      .option('--in <node.port=value>', 'a packet for an input of the net; repeatable', collect)
      .option('--choices <choices>', 'the one run of the seed in which these choices are made')
      .option('--ends <kinds>', 'how a run may end: drained, stuck, starved, with commas between')
      .option('--save <folder>', 'keep the history of the run that went wrong, or of the first')
      .option('--real-time', 'functions wait in real time by setTimeout and the like')
      .action((file: string, options: SimulateOptions) =>
        this.#act(async () =>
          (await import('./commands/simulate.ts')).simulate(file, options, this.#terminal),
        ),
      );
    this.#define('assert', '<run> <rules>', 'hold rules against a recorded run').action(
      (run: string, rules: string, options: AssertOptions) =>
        this.#act(async () =>
          (await import('./commands/assert.ts')).assertRules(run, rules, options, this.#terminal),
        ),
    );
  }

  #defineDeadLetters(): void {
    const group = this.#command
      .command('dlq')
      .description('list, show, retry and discard the dead letters of a flow')
      .addHelpText('after', '\nExample:\n  $ netrun dlq list flow.toml');
    const command = () => import('./commands/dlq.ts');
    this.#define('dlq list', '<path>', 'list the letters that are open', group)
      .option('--node <node>', 'those of one node')
      .action((path: string, options: ListOptions) =>
        this.#act(async () => (await command()).list(path, options, this.#terminal)),
      );
    this.#define('dlq show', '<path> <id>', 'show a letter with stacks and values', group).action(
      (path: string, id: string, options: DlqOptions) =>
        this.#act(async () => (await command()).show(path, id, options, this.#terminal)),
    );
    this.#define('dlq retry', '<flow> [id...]', 'run a flow on the packets of letters', group)
      .option('--all', 'every open letter')
      .option('--node <node>', 'with --all: those of one node')
      .option('--log <level>', 'show the log from this level on', 'warn')
      .action((flow: string, ids: string[], options: RetryOptions) =>
        this.#act(async () => (await command()).retry(flow, ids, options, this.#terminal)),
      );
    this.#define(
      'dlq discard',
      '<path> <id...>',
      'mark letters as not to be retried',
      group,
    ).action((path: string, ids: string[], options: DlqOptions) =>
      this.#act(async () => (await command()).discard(path, ids, options, this.#terminal)),
    );
  }

  #defineInit(): void {
    this.#define('init', '[dir]', 'write a first flow that runs').action(
      (folder: string | undefined, options: InitOptions) =>
        this.#act(async () =>
          (await import('./commands/init.ts')).init(folder ?? '.', options, this.#terminal),
        ),
    );
  }
}

/** What commander says, as a problem: what it suggests becomes the hint. */
function argumentProblem({ message }: CommanderError): Problem {
  const [text = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const suggestion = rest
    .join(' ')
    .replace(/^\((.*)\)$/, '$1')
    .trim();
  return {
    code: 'ARGUMENT_INVALID',
    message: text,
    hint:
      suggestion === '' ? 'netrun --help and netrun COMMAND --help say what there is.' : suggestion,
  };
}

/** Runs a command line, without the program's own name; never rejects. */
export function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  return new Program(terminal).run(args);
}
