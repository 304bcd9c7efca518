/**
 * One run of a flow from the command line: brings inputs, drives the net, and follows what happens to the process.
 *
 * Owns: how the run ends. R1 the first interrupt pauses the net and lets running epochs finish, the second
 * or a termination stops it at once, a third waits for nothing. R2 a flow that can never go on, because
 * what it awaits has no way to happen, ends as `hanging`. R3 how the net stands is looked at before it is
 * stopped, and the stop functions are called however the run ends. R4 a run that is kept is stopped only where
 * it is done, or has stopped itself: any other is left so that it can be gone on with.
 */
import type { Net } from '../../runtime/net.ts';
import type { NetStatus, RunResult } from '../../runtime/run-result.ts';
import type { BlockExplanation } from '../../runtime/explain/explanation.ts';
import type { StepResult } from '../../runtime/drive/lifecycle.ts';
import { interruptedCode, reactionTo } from '../../runtime/drive/signals.ts';
import type { Signal, Stage } from '../../runtime/drive/signals.ts';
import { counted } from '../../runtime/counted-noun.ts';
import { printable } from '../display-text.ts';
import { errorProblems } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { ExitCode, Happening, Terminal } from '../terminal.ts';
import { thrownAt } from '../thrown-at.ts';
import type { Input } from './inputs.ts';
import type { Summary } from './summary.ts';

export interface Ending {
  readonly state: Summary['state'];
  readonly reason: string | null;
  readonly exitCode: ExitCode;
  readonly problems: readonly Problem[];
  readonly status: NetStatus;
  /** Null where nothing is left to explain. */
  readonly explanation: BlockExplanation | null;
}

export interface FlowRunOptions {
  readonly net: Net;
  readonly terminal: Terminal;
  readonly inputs: readonly Input[];
  readonly step: boolean;
  /** The run is kept in a folder, and can be gone on with. */
  readonly isKept: boolean;
  /** Runs the flow freely, until it is to be told how it ended. */
  readonly start: () => Promise<RunResult>;
  /** Writes a line for people, without disturbing the progress. */
  readonly say: (line: string) => void;
  readonly onResize: () => void;
  /** Told of every error of the run. */
  readonly onError: (error: unknown) => void;
}

type Outcome = Pick<Ending, 'state' | 'reason' | 'exitCode' | 'problems'>;

/** Errors told of one run at most. */
const maxErrors = 20;

/** Records looked through for the reason of a pause or stop. */
const reasonWithin = 10_000;

const runHint = 'Run it with --debug to see where it was thrown.';
const reasonEvents: ReadonlySet<unknown> = new Set([
  'NetPausing',
  'NetPaused',
  'NetStopping',
  'NetStopped',
]);

export class FlowRun {
  readonly #options: FlowRunOptions;
  readonly #net: Net;
  #stage: Stage = 'running';
  /** What ended the run from outside, where something did. */
  #cause: Outcome | null = null;
  /** What went wrong with the pause that was asked for, once it has come. */
  #pausing: Promise<readonly Problem[]> = Promise.resolve([]);
  #halt: (ending: Ending) => void = () => undefined;

  constructor(options: FlowRunOptions) {
    this.#options = options;
    this.#net = options.net;
  }

  /** Runs the flow to its end; never rejects. */
  async run(): Promise<Ending> {
    const halted = new Promise<Ending>((resolve) => {
      this.#halt = resolve;
    });
    const unlisten = this.#options.terminal.listen((happening) => this.#happened(happening));
    try {
      return await Promise.race([this.#flow(), halted]);
    } finally {
      unlisten();
    }
  }

  async #flow(): Promise<Ending> {
    const outcome = await this.#driven();
    const problems = await this.#pausing;
    return this.#stopped(this.#cause === null ? outcome : { ...this.#cause, problems });
  }

  async #driven(): Promise<Outcome> {
    const refused: Problem[] = [];
    const placed = this.#options.inputs.map(async ({ port, value }) => {
      try {
        await this.#net.inject(port, value, { wait: true });
      } catch (error) {
        if (this.#stage === 'running') refused.push(...this.#problemsOf(error));
      }
    });
    try {
      const result = this.#options.step ? await this.#steps() : await this.#options.start();
      if (this.#net.status().waitingInputs === 0) await Promise.all(placed);
      const outcome = result === null ? interruption(null) : this.#outcomeOf(result);
      if (refused.length === 0) return outcome;
      return {
        ...outcome,
        state: 'failed',
        exitCode: 2,
        problems: [...refused, ...outcome.problems],
      };
    } catch (error) {
      return { state: 'failed', reason: null, exitCode: 2, problems: this.#problemsOf(error) };
    }
  }

  /** Step by step: waits for Enter where somebody is there to press it; null where they want no more. */
  async #steps(): Promise<StepResult | null> {
    const { terminal, say } = this.#options;
    for (let number = 1; ; number += 1) {
      if (terminal.interactive && !(await this.#mayStep(number))) return null;
      const result = await this.#net.runStep();
      say(`step ${number}: ${this.#stepText(result)}`);
      if (result.blocked !== null || result.error !== undefined) return result;
      if (result.state !== 'running' && result.state !== 'blocked') return result;
      if (result.started.length === 0) await this.#nextChange();
    }
  }

  async #mayStep(number: number): Promise<boolean> {
    const { terminal, say } = this.#options;
    say(`Enter for step ${number}, q to end the run`);
    const line = await terminal.readLine();
    return line !== null && !/^q(uit)?$/i.test(line.trim());
  }

  #stepText({ started, blocked, state }: StepResult): string {
    const where = blocked ?? state;
    if (started.length === 0) return `nothing started; ${where}`;
    const nodes = this.#byNode(started);
    const parts = [...nodes].map(([node, epochs]) => {
      const more = epochs.length > 3 ? ` and ${epochs.length - 3} more` : '';
      return `${node} ${epochs.slice(0, 3).join(' ')}${more}`;
    });
    return `ran ${counted(started.length, 'epoch')}: ${parts.join(', ')}; ${where}`;
  }

  /** Epochs that may have ended by node, both in order: found among the latest records. */
  #byNode(epochs: readonly string[]): ReadonlyMap<string, readonly string[]> {
    const { history } = this.#net;
    const nodeOf = new Map<unknown, string>();
    const wanted = new Set<unknown>(epochs);
    for (
      let seq = history.lastSeq;
      seq >= history.firstSeq && nodeOf.size < wanted.size;
      seq -= 1
    ) {
      const record = history.get(seq);
      if (record?.type !== 'event' || record.event !== 'EpochCreated') continue;
      if (wanted.has(record['epoch'])) nodeOf.set(record['epoch'], String(record['node']));
    }
    const nodes = new Map<string, string[]>();
    for (const epoch of epochs) {
      const node = nodeOf.get(epoch) ?? '?';
      const known = nodes.get(node);
      if (known === undefined) nodes.set(node, [epoch]);
      else known.push(epoch);
    }
    return nodes;
  }

  /** Resolves when anything happens in the net: a timer that had to come due, an input. */
  async #nextChange(): Promise<void> {
    await new Promise<void>((resolve) => {
      const watch = this.#net.inspect(() => {
        watch.unsubscribe();
        setImmediate(resolve);
      });
    });
  }

  #outcomeOf(result: Pick<RunResult, 'state' | 'blocked' | 'error'>): Outcome {
    const problems = result.error === undefined ? [] : this.#problemsOf(result.error);
    if (result.blocked !== null) {
      return {
        state: result.blocked,
        reason: null,
        exitCode: result.blocked === 'drained' ? 0 : 2,
        problems,
      };
    }
    const state =
      result.state === 'stopped' || result.state === 'stopping' ? 'stopped' : result.state;
    return {
      state: state === 'stopped' || state === 'paused' ? state : 'failed',
      reason: this.#reason(),
      exitCode: 2,
      problems,
    };
  }

  /** Why the net was paused or stopped, as the history says. */
  #reason(): string | null {
    const { history } = this.#net;
    const first = Math.max(history.firstSeq, history.lastSeq - reasonWithin);
    for (let seq = history.lastSeq; seq >= first; seq -= 1) {
      const record = history.get(seq);
      if (record?.type === 'event' && reasonEvents.has(record.event))
        return String(record['reason']);
    }
    return null;
  }

  /** An error of the run and those that followed it. */
  #problemsOf(error: unknown): readonly Problem[] {
    this.#options.onError(error);
    const later: unknown[] =
      error instanceof Error && 'suppressed' in error && Array.isArray(error.suppressed)
        ? error.suppressed
        : [];
    return [error, ...later].slice(0, maxErrors).flatMap((one) => {
      const place = one instanceof Error ? thrownAt(one) : undefined;
      return errorProblems(one, 'UNCAUGHT_ERROR', runHint).map((problem) => ({
        ...place,
        ...problem,
      }));
    });
  }

  #happened(happening: Happening): void {
    switch (happening.type) {
      case 'interrupt':
        this.#signalled('SIGINT', interruption(null));
        return;
      case 'terminate':
        this.#signalled('SIGTERM', interruption('terminated'));
        return;
      case 'idle':
        this.#end(
          this.#cause ?? {
            state: 'hanging',
            reason: null,
            exitCode: 2,
            problems: [this.#hanging()],
          },
        );
        return;
      case 'fault':
        this.#end({
          state: 'failed',
          reason: 'an error was not caught',
          exitCode: 2,
          problems: this.#problemsOf(happening.error),
        });
        return;
      case 'resize':
        this.#options.onResize();
    }
  }

  #signalled(signal: Signal, outcome: Outcome): void {
    if (reactionTo(signal, this.#stage) === 'pause') this.#interrupted();
    else this.#end(outcome);
  }

  #interrupted(): void {
    this.#stage = 'pausing';
    this.#cause = interruption(null);
    const { running } = this.#net.status();
    const left =
      running === 0
        ? ''
        : `: ${counted(running, 'running epoch')} may finish, interrupt again to stop at once`;
    this.#options.say(`interrupted${left}`);
    const finish = (problems: readonly Problem[]): void => {
      if (this.#stage !== 'pausing') return;
      void this.#stopped({ ...interruption(null), problems }).then(this.#halt);
    };
    this.#pausing = this.#net.pause('interrupted').then(
      () => [],
      (error: unknown) => this.#problemsOf(error),
    );
    void this.#pausing.then(finish);
  }

  /** Ends the run now; where that is under way already, without waiting for anything. */
  #end(outcome: Outcome): void {
    if (this.#stage === 'stopping') {
      const first = this.#cause ?? outcome;
      this.#halt({ ...first, ...this.#look(first) });
      return;
    }
    this.#cause = outcome;
    void this.#stopped(outcome).then(this.#halt);
  }

  /** Calls the stop functions; gives the run's end as the net stood before. */
  async #stopped(outcome: Outcome): Promise<Ending> {
    this.#stage = 'stopping';
    const look = this.#look(outcome);
    try {
      if (this.#options.isKept && !isOver(outcome)) await this.#net.suspend();
      else await this.#net.stop({ reason: outcome.state });
    } catch (error) {
      const problems = [...outcome.problems, ...this.#problemsOf(error)];
      return {
        ...outcome,
        ...look,
        problems,
        exitCode: outcome.exitCode === 0 ? 2 : outcome.exitCode,
      };
    }
    return { ...outcome, ...look };
  }

  #look({ state }: Outcome): Pick<Ending, 'status' | 'explanation'> {
    const status = this.#net.status();
    return { status, explanation: state === 'drained' ? null : this.#net.explainBlocked() };
  }

  #hanging(): Problem {
    const busy = [...this.#net.status().counts.nodes].filter(([, { running }]) => running > 0);
    const parts = busy.map(([node, { running }]) => `${node} (${counted(running, 'epoch')})`);
    const waiting = this.#net
      .explainBlocked()
      .nodes.flatMap(({ node, ports }) =>
        ports
          .filter(({ waitingInputs }) => waitingInputs > 0)
          .map(
            ({ name, waitingInputs }) =>
              `${node}.${name} (${counted(waitingInputs, 'value')} outside without a slot)`,
          ),
      );
    const told = [...parts, ...waiting].join(', ');
    return {
      code: 'FLOW_HANGS',
      message: printable(
        `the flow waits for something that cannot happen any more${told === '' ? '' : `: ${told}`}`,
      ),
      hint:
        busy.length > 0
          ? 'A function awaits a promise that nothing will ever resolve. Set a timeout for the node to find it.'
          : 'Nothing empties the port that the values wait for: the explanation says what its node lacks.',
    };
  }
}

/** Nothing is left to go on with. */
function isOver({ state }: Outcome): boolean {
  return state === 'drained' || state === 'stopped';
}

function interruption(reason: string | null): Outcome {
  return { state: 'interrupted', reason, exitCode: interruptedCode, problems: [] };
}
