/**
 * One simulated run, from its inputs to its end: what happens next is chosen again and again until nothing is left.
 *
 * Owns: the time, the process that has the net, and what is still to be injected. D1 nothing is chosen before
 * everything that needs no choice has happened. D2 everything that is chosen comes from the choices alone.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import { NetrunError } from '../../errors.ts';
import type { BlockKind } from '../../machines/action.ts';
import { openHistory } from '../../runtime/history/recorded-history.ts';
import { Net } from '../../runtime/net.ts';
import { asError } from '../../runtime/errors.ts';
import { readValue } from '../../runtime/values/recorded-value.ts';
import type { FunctionCall, FunctionsTime } from '../time/function-call.ts';
import { RuleMonitor } from '../rules/rule-monitor.ts';
import type { Rule } from '../rules/rule.ts';
import { type ChoiceList, Choices } from './choices.ts';
import { ProcessEnded, assertNothingLost, takeRemains, wholeRecords } from './crash.ts';
import { Draw } from './draw.ts';
import { FaultDraws, type FaultPlan } from './faults.ts';
import {
  type Breach,
  BreachFound,
  type Invariant,
  type SimulatedInput,
  type SimulatedRun,
} from './finding.ts';
import { hold } from './guarantee.ts';
import { type Operation, Operations } from './operations.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { readRecordedRun } from './recorded-run.ts';
import type { SimulatedFlow } from './simulated-flow.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { assertReplay, breachOf, judge } from './run-verdict.ts';
import { assertStanding } from './standing.ts';

/** When every simulated run begins: 2026-01-01. */
const startMs = 1_767_225_600_000;

/** Rounds of the event loop without anything new after which nothing more comes by itself. */
const quietRounds = 3;

/** Rounds that a function may need before it counts as one that waits for the world. */
const roundsAwake = 50;

/** Milliseconds of real time for functions that limit their time themselves, before that time goes on. */
const guardedPatienceMs = 250;

/** Timers that functions may let ring one after another while nothing else happens. */
const mostTimers = 10_000;

/** A wait counts for no more milliseconds: where the machine does something else meanwhile, functions do not run out of theirs. */
const longestMomentMs = 10;

/** What a run is made of beside the flow. */
export interface RunPlan {
  readonly flow: SimulatedFlow;
  readonly seed: number;
  /** Its history is read from its file when it is over, with all values. */
  readonly isRecorded: boolean;
  /** What node functions see the time of: that of the simulation, or the machine's. */
  readonly time: FunctionsTime;
  /** What is chosen; null: what the seed draws. */
  readonly choices: ChoiceList | null;
  readonly functions: ReadonlyMap<string, NodeFunctions>;
  readonly configs: ReadonlyMap<string, unknown>;
  readonly inputs: readonly SimulatedInput[];
  readonly invariants: ReadonlyMap<string, Invariant>;
  readonly rules: readonly Rule[];
  readonly faults: FaultPlan;
  /** Kinds of standstill that a run may come to where nothing has failed. */
  readonly ends: readonly BlockKind[];
  /** Functions that are known to be asynchronous. */
  readonly asynchronous: ReadonlySet<string>;
  /** Actions that a run is likely to have: a crash comes within them. */
  readonly usualActions: number;
  /** Actions that a process may have. */
  readonly mostActions: number;
  /** Milliseconds of real time that a function may take, before the simulation goes on without it. */
  readonly patienceMs: number;
}

class RunDriver {
  readonly #plan: RunPlan;
  readonly #choices: Choices;
  readonly #faults: FaultDraws;
  readonly #clock = new SimulatedClock(startMs);
  readonly #order: Draw;
  readonly #disorder: number;
  readonly #words = new Map<string, string>();
  readonly #asynchronous = new Set<string>();
  /** Inputs that are in the run, and those that come later, by the choice before which they come. */
  readonly #inputs: readonly SimulatedInput[];
  #later: { readonly input: SimulatedInput; readonly before: number }[] = [];
  readonly #asked: SimulatedInput[] = [];
  #process: SimulatedProcess;
  /** Where this process writes its history. */
  #historyPath: string;
  #crashes = 0;
  /** The record at which this process ends is written in part. */
  #isTorn = false;
  /** Choices of order until now. */
  #turns = 0;
  /** Actions of the processes before. */
  #actions = 0;
  /** Times that the clock rang since the last action, and how many actions there had been. */
  #rung = { times: 0, actions: 0 };
  /** Milliseconds of real time that was waited for functions, by node. */
  readonly #waits = new Map<string, number>();
  #unexpected: Error | null = null;

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#choices = new Choices(plan.choices);
    const draw = (...purpose: (string | number)[]): Draw => new Draw(plan.seed, ...purpose);
    this.#faults = new FaultDraws(plan.faults, this.#choices, draw);
    this.#order = draw('order');
    this.#disorder = draw('disorder').one([0.3, 0.6, 1]);
    this.#inputs = this.#chosenInputs(draw('inputs'));
    const endsAfter = this.#nextCrash();
    const hasFile = endsAfter !== null || plan.isRecorded;
    const { graph, journaled, historyPath } = plan.flow;
    if (hasFile) rmSync(historyPath, { force: true });
    this.#historyPath = historyPath;
    const operations = this.#newOperations();
    const seed = netSeed(plan);
    const options = { clock: this.#clock, logLevel: 'silent', seed } as const;
    const net = new Net(hasFile ? journaled : graph, options);
    for (const [node, functions] of plan.functions)
      net.setNodeExec(node, operations.wrap(node, functions));
    this.#configure(net);
    this.#process = this.#watch(net, operations, endsAfter);
  }

  async run(): Promise<SimulatedRun> {
    const breach = await this.#broken();
    await this.#leave();
    const { net } = this.#process;
    const plan = this.#plan;
    const [, ...lines] = net.history.lines();
    return {
      seed: plan.seed,
      breach,
      choices: this.#choices.taken,
      words: this.#words,
      inputs: this.#inputs,
      actions: this.#actions + this.#process.actions,
      epochs: this.#process.story.epochs.size,
      crashes: this.#crashes,
      blocked: net.status().blocked,
      digest: `sha256-${createHash('sha256').update(lines.join('\n')).digest('hex')}`,
      lines,
      asynchronous: this.#asynchronous,
      waits: this.#waits,
      recorded: plan.isRecorded
        ? readRecordedRun(this.#historyPath, plan.flow, {
            at: startMs,
            seed: netSeed(plan),
            until: this.#process.troubledAt,
          })
        : null,
    };
  }

  async #broken(): Promise<Breach | null> {
    try {
      for (const { input, before } of this.#later) if (before === 0) this.#inject(input);
      this.#later = this.#later.filter(({ before }) => before > 0);
      this.#ask(this.#process.net.start());
      // A process that crashes while it stops is gone on with, and comes to its end once more.
      do {
        await this.#drive(() => false);
        await judge(this.#process, this.#plan, { inputs: this.#inputs, crashes: this.#crashes });
      } while (!(await this.#stop()));
      return null;
    } catch (thrown) {
      return breachOf(this.#process.trouble ?? thrown);
    }
  }

  /** Lets everything happen until nothing is left to happen, or it is enough. */
  async #drive(isEnough: () => boolean): Promise<void> {
    for (;;) {
      await this.#settle();
      if (this.#process.remains !== null) {
        await this.#goOn();
        continue;
      }
      if (!this.#repeatOutcomes()) continue;
      if (isEnough()) return;
      const { net } = this.#process;
      if (net.status().state === 'paused') {
        this.#ask(net.resume());
        continue;
      }
      if (!(await this.#turn())) return;
    }
  }

  /** False where the process ended with that. */
  #repeatOutcomes(): boolean {
    try {
      this.#process.repeatOutcomes();
      return true;
    } catch (thrown) {
      if (thrown instanceof ProcessEnded) return false;
      throw thrown;
    }
  }

  /** Does one thing of those that can be done; false where there are none. */
  async #turn(): Promise<boolean> {
    const due = this.#later.filter(({ before }) => before <= this.#turns);
    this.#later = this.#later.filter(({ before }) => before > this.#turns);
    for (const { input } of due) this.#inject(input);
    if (due.length > 0) return true;
    const ready = this.#process.operations.ready();
    const mayWait = this.#clock.nextAwaited !== null;
    if (ready.length === 0 && !mayWait) {
      const [next] = this.#later.splice(0, 1);
      if (next !== undefined) this.#inject(next.input);
      return next !== undefined;
    }
    const operation = this.#next(ready, mayWait);
    if (operation === null) await this.#ring();
    else operation.release();
    return true;
  }

  /** What happens next; null: time goes on. */
  #next(ready: readonly Operation[], mayWait: boolean): Operation | null {
    const [first] = ready;
    if (first === undefined) return null;
    this.#turns += 1;
    const { mayBe, areDrawn } = this.#faults.delays;
    const key = `order.${this.#turns}`;
    const isPossible = (value: string): boolean =>
      value === 'time' ? mayWait && mayBe : /^\d{1,6}$/.test(value) && Number(value) < ready.length;
    const chosen = this.#choices.choose(key, '0', isPossible, () => {
      if (!this.#order.chance(this.#disorder)) return '0';
      if (areDrawn && this.#order.chance(0.2)) return 'time';
      return String(this.#order.integer(0, ready.length - 1));
    });
    if (chosen === '0') return first;
    const operation = chosen === 'time' ? null : (ready[Number(chosen)] ?? first);
    const done = operation === null ? 'time goes on' : operation.what;
    this.#words.set(key, `${done}, before ${first.what}`);
    return operation;
  }

  async #ring(): Promise<void> {
    this.#assertAlive();
    try {
      await this.#clock.ringNext();
    } catch (thrown) {
      this.#note(thrown);
    }
  }

  /** Throws BreachFound where timers ring on and on, and nothing comes of it. */
  #assertAlive(): void {
    const actions = this.#actions + this.#process.actions;
    if (actions !== this.#rung.actions) this.#rung = { times: 0, actions };
    this.#rung.times += 1;
    if (this.#rung.times <= mostTimers) return;
    const who = this.#process.operations.underWay.map(({ node, what }) => `${node} (${what})`);
    throw new BreachFound({
      kind: 'end',
      name: 'endless',
      message: `${mostTimers} timers have rung, and nothing comes of it: ${who.join(', ')} sets one after another`,
    });
  }

  /** Goes round until nothing more happens by itself. */
  async #settle(): Promise<void> {
    let waitedMs = 0;
    const isPatient = (awake: readonly FunctionCall[]): boolean => {
      const { patienceMs } = this.#plan;
      const areGuarded = awake.every(({ isGuarded }) => isGuarded);
      return waitedMs < (areGuarded ? Math.min(guardedPatienceMs, patienceMs) : patienceMs);
    };
    let seen = -1;
    let idle = 0;
    for (let quiet = 0; quiet < quietRounds; quiet++) {
      await roundOfTheLoop();
      const { operations } = this.#process;
      const { awake } = operations;
      const isBusy = awake.length > 0 && isPatient(awake);
      idle = operations.activity === seen ? idle + 1 : 0;
      if (idle === 0 || isBusy) quiet = -1;
      if (isBusy && idle > roundsAwake) waitedMs += await this.#wait(awake);
      seen = operations.activity;
    }
    const trouble = this.#process.trouble ?? this.#unexpected;
    if (trouble !== null) throw trouble;
  }

  /** Real time for functions that wait for the world: how many milliseconds it counts for. */
  async #wait(awake: readonly FunctionCall[]): Promise<number> {
    const begun = performance.now();
    await moment();
    const ms = Math.min(performance.now() - begun, longestMomentMs);
    for (const node of new Set(awake.map((call) => call.node)))
      this.#waits.set(node, (this.#waits.get(node) ?? 0) + ms);
    return ms;
  }

  /** Another process goes on where the last one ended. */
  async #goOn(): Promise<void> {
    const { net: gone, remains } = this.#process;
    if (remains === null) return;
    await gone.suspend().catch(() => undefined);
    this.#actions += this.#process.actions;
    this.#crashes += 1;
    const endsAfter = this.#nextCrash();
    const operations = this.#newOperations();
    const functions = Object.fromEntries(
      [...this.#plan.functions].map(([node, own]) => [node, operations.wrap(node, own)]),
    );
    const whole = wholeRecords(remains);
    this.#historyPath = remains.path;
    const net = await Net.recover(remains.path, {
      graph: this.#plan.flow.journaled,
      clock: this.#clock,
      logLevel: 'silent',
      functions,
    });
    this.#configure(net);
    assertNothingLost(net, remains, whole);
    this.#process = this.#watch(net, operations, endsAfter);
    this.#injectAgain(net);
    this.#ask(net.start());
  }

  /** What was not written down before the crash was not confirmed to whoever injected it. */
  #injectAgain(net: Net): void {
    const placed = new Map<string, number>();
    for (const record of net.history.actions()) {
      if (record.action !== 'InjectPacket' || record.rejected !== undefined) continue;
      if (record['retryOf'] !== undefined) continue;
      const port = record['port'] as string;
      placed.set(port, (placed.get(port) ?? 0) + 1);
    }
    for (const input of this.#asked.splice(0)) {
      const before = placed.get(input.port) ?? 0;
      placed.set(input.port, before - 1);
      if (before > 0) this.#asked.push(input);
      else this.#inject(input);
    }
  }

  /** Ends the run in good order, and looks at what is left of it; false where it went on in another process. */
  async #stop(): Promise<boolean> {
    const { net } = this.#process;
    let isOver = false;
    this.#ask(
      net.stop().finally(() => {
        isOver = true;
      }),
    );
    await this.#drive(() => isOver || this.#process.net !== net);
    if (this.#process.net !== net) return false;
    const { story } = this.#process;
    assertStanding(net, story);
    hold(story.armed.size === 0, 'G7', () => `timers are armed in a net that has stopped`);
    assertReplay(net);
    return true;
  }

  /** The net is of no more use: nothing of it goes on. */
  async #leave(): Promise<void> {
    const { net, operations } = this.#process;
    operations.end();
    if (net.status().state !== 'stopped') await net.suspend().catch(() => undefined);
  }

  #chosenInputs(draw: Draw): readonly SimulatedInput[] {
    const chosen: SimulatedInput[] = [];
    const { inputs } = this.#plan;
    const share = draw.one([0, 0, 0.3, 0.8]);
    for (const [at, input] of inputs.entries()) {
      const number = at + 1;
      if (this.#choices.number(`without.${number}`, 1, () => 0) === 1) continue;
      chosen.push(input);
      const before = this.#choices.number(`later.${number}`, 1_000_000, () =>
        draw.chance(share) ? draw.integer(1, 2 * inputs.length + 4) : 0,
      );
      this.#later.push({ input, before });
    }
    return chosen;
  }

  #inject(input: SimulatedInput): void {
    this.#asked.push(input);
    this.#ask(this.#process.net.inject(input.port, input.value, { wait: true }));
  }

  #nextCrash(): number | null {
    const crash = this.#faults.crash(this.#crashes + 1, this.#plan.usualActions);
    this.#isTorn = crash?.isTorn === true;
    return crash === null ? null : crash.after;
  }

  #newOperations(): Operations {
    return new Operations({
      clock: this.#clock,
      time: this.#plan.time,
      faults: this.#faults,
      asynchronous: this.#plan.asynchronous,
      onAsynchronous: (key) => this.#asynchronous.add(key),
      onAttempt: (epoch, attempt) => {
        try {
          this.#process.story.called(epoch, attempt);
        } catch (thrown) {
          this.#note(thrown);
        }
      },
      onTwice: (epoch) => this.#process.tellTwice(epoch),
      onUncaught: (thrown, { node, what }) => {
        const { message } = asError(thrown);
        this.#unexpected ??= new BreachFound({
          kind: 'uncaught',
          name: node,
          message: `a timer that ${node} (${what}) had set threw: ${message}`,
        });
      },
    });
  }

  #watch(net: Net, operations: Operations, endsAfter: number | null): SimulatedProcess {
    const historyPath = this.#historyPath;
    const isTorn = this.#isTorn;
    const number = this.#crashes + 1;
    return new SimulatedProcess({
      net,
      operations,
      monitor: this.#monitor(historyPath),
      endsAfter,
      mostActions: this.#plan.mostActions,
      takeRemains: () => takeRemains(net, historyPath, this.#plan.flow.folder, number, isTorn),
    });
  }

  /** A monitor that knows what was written down before. */
  #monitor(historyPath: string): RuleMonitor | null {
    if (this.#plan.rules.length === 0) return null;
    const monitor = new RuleMonitor(this.#plan.rules);
    if (this.#crashes > 0)
      for (const record of openHistory(historyPath).records(1))
        monitor.read(record, (recorded) => readValue(recorded, null));
    return monitor;
  }

  #configure(net: Net): void {
    for (const [node, config] of this.#plan.configs) net.setNodeConfig(node, { config });
  }

  #ask(promise: Promise<unknown>): void {
    promise.catch((thrown: unknown) => this.#note(thrown));
  }

  /** What nodes do wrong, refusals, and the end of a process are part of a run; anything else is not. */
  #note(thrown: unknown): void {
    const isExpected =
      thrown instanceof ProcessEnded ||
      (thrown instanceof NetrunError && thrown.code !== 'KERNEL_FAILED');
    if (!isExpected) this.#unexpected ??= asError(thrown);
  }
}

/** What chance in the functions comes from: of each run its own. */
function netSeed({ flow, seed }: RunPlan): string | number {
  const { seed: own } = flow.graph.settings;
  return own === undefined ? seed : `${own}/${seed}`;
}

function roundOfTheLoop(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done);
  });
}

function moment(): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, 1);
  });
}

/** Simulates one run. */
export function simulateRun(plan: RunPlan): Promise<SimulatedRun> {
  return new RunDriver(plan).run();
}
