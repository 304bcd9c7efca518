/**
 * The life cycle of a run: started, stepped, paused, resumed, stopped.
 *
 * Owns: how the run is driven (freely or step by step) and what its callers are told. Which state the
 * net is in the kernel decides.
 * Y1 a promise given here resolves at the end of a turn, when its state has been reached and nothing
 * that belongs to it (a `failed` function, a callback, a stop function) is still under way.
 */
import type { BlockKind, EpochId } from '../../machines/action.ts';
import { NetrunError } from '../../errors.ts';
import {
  NetNotPaused,
  NetStateError,
  type NodeServiceFailed,
  type RunError,
  asError,
} from '../errors.ts';
import type { NetView } from '../kernel/kernel.ts';
import { serviceState } from '../recovery/service-state.ts';
import type { Run } from '../run.ts';
import type { RunNode } from '../setup/run-node.ts';
import { endOnSignals } from './signals.ts';

/** `suspended`: this process has no part in the run any more, which another may go on with. */
export type NetState = NetView['lifecycle'] | 'blocked' | 'suspended';

export interface StepOptions {
  /** Start every epoch that may start, and wait for those. Default: true. */
  readonly startEpochs?: boolean;
}

export interface StepResult {
  readonly state: NetState;
  /** Set where nothing could move and nothing was started. */
  readonly blocked: BlockKind | null;
  /** Epochs that were started, in order. */
  readonly started: readonly EpochId[];
  readonly error?: RunError;
}

export interface StopOptions {
  /** Let running epochs end first. Default: false. */
  readonly drain?: boolean;
  readonly reason?: string;
}

export interface WaitOptions {
  /** Seconds. Default: no limit. */
  readonly timeout?: number;
}

export class Lifecycle {
  readonly #run: Run;
  #stopping: Promise<void> | null = null;
  #stopped = false;
  #suspending: Promise<void> | null = null;
  #suspended = false;
  #stepping = false;
  /** Set by the net: saves its checkpoint, where one is to be saved whenever it has come to a pause. */
  onPaused: () => void = () => undefined;
  /** Another process ran the net before: nothing of it has begun in this one. */
  #isTakenOver = false;
  /** Nodes without a function when the net was started: they have no service in this life. */
  readonly #functionless = new Set<RunNode>();

  constructor(run: Run) {
    this.#run = run;
    run.onPauseAsked = (reason) => this.#askPause(reason);
    run.onStopAsked = (reason) => {
      this.stop({ reason }).catch(() => undefined);
    };
  }

  get state(): NetState {
    if (this.#suspending !== null) return 'suspended';
    if (this.#run.journal.failure !== null) return 'failed';
    const { lifecycle, blocked } = this.#run.kernel.net();
    return lifecycle === 'running' && blocked !== null && this.#run.loop.still
      ? 'blocked'
      : lifecycle;
  }

  /** The net has neither been told to stop, nor failed, nor been left. */
  get takesInputs(): boolean {
    const { effects, journal } = this.#run;
    return this.#suspending === null && journal.failure === null && !effects.ending;
  }

  /** Stop functions are done: nothing comes any more. */
  get isOver(): boolean {
    return this.#stopped || this.#suspended;
  }

  /** Whether the node was without a function when the net was started. */
  wasFunctionless(node: RunNode): boolean {
    return this.#functionless.has(node);
  }

  /** Runs freely until the net is blocked, paused or stopped. */
  async start(): Promise<void> {
    this.#assertNotStepping('start()');
    this.#enter('start()');
    this.#run.loop.setMode('free');
    await this.#run.loop.when(() => this.#hasSettled());
    await this.#kept();
    this.#paused();
  }

  async step({ startEpochs = true }: StepOptions): Promise<StepResult> {
    this.#assertNotStepping('runStep()');
    const { loop, effects, desk, kernel } = this.#run;
    if (loop.mode === 'free' && effects.flowing) {
      throw new NetStateError('NET_STATE', 'the net runs freely: it cannot be stepped', {
        hint: 'Pause it first, and resume it with runStep().',
      });
    }
    this.#stepping = true;
    try {
      this.#enter('runStep()');
      await loop.when(() => kernel.net().lifecycle !== 'starting');
      loop.setMode('moving');
      await loop.when(() => loop.mode === 'held');
      if (startEpochs) {
        loop.setMode('starting');
        await loop.when(() => loop.mode === 'held');
      }
      const started = startEpochs ? loop.started : [];
      await loop.when(
        () => desk.idle && started.every((epoch) => effects.story(epoch) === undefined),
      );
      await this.#afterTrouble();
      await this.#kept();
      this.#paused();
      const { blocked } = kernel.net();
      const state = this.state;
      return {
        state,
        blocked: started.length === 0 ? blocked : null,
        started,
        ...(desk.first === null ? {} : { error: desk.first }),
      };
    } finally {
      this.#stepping = false;
    }
  }

  /** Resolves once running epochs have ended. */
  async pause(reason: string): Promise<void> {
    this.#assertNotSuspended('pause()');
    const { lifecycle } = this.#run.kernel.net();
    if (lifecycle !== 'pausing' && lifecycle !== 'paused') {
      this.#run.journal.must({ type: 'PauseNet', reason });
    }
    await this.#run.loop.when(() => this.#isAtRest());
    await this.#kept();
    if (this.state === 'paused') this.onPaused();
  }

  /** Goes on as it was driven before: freely, or waiting for the next step. */
  async resume(): Promise<void> {
    const { lifecycle } = this.#run.kernel.net();
    if (lifecycle !== 'paused' && lifecycle !== 'pausing')
      throw new NetNotPaused('resume()', this.state);
    const isTakenOver = this.#isTakenOver;
    this.#enter('resume()');
    if (isTakenOver) this.#run.loop.setMode('free');
    if (this.#run.loop.mode === 'free') await this.#run.loop.when(() => this.#hasSettled());
    await this.#kept();
    this.#paused();
  }

  /**
   * Takes over a run that another process has left; nothing of it goes on before `start`, `resume` or a
   * step. A net that was never started is as it was.
   */
  takeOver(reason: string): void {
    const { kernel, journal } = this.#run;
    if (kernel.net().lifecycle === 'created') return;
    this.#isTakenOver = true;
    journal.must({ type: 'RecoverNet', functionless: this.#noteFunctionless(), reason });
  }

  /** Ends this process's part in the run, and not the run. */
  suspend(): Promise<void> {
    this.#suspending ??= this.#suspend();
    return this.#suspending;
  }

  stop(options: StopOptions = {}): Promise<void> {
    if (this.#suspending !== null) return this.#suspending;
    this.#stopping ??= this.#stop(options);
    return this.#stopping;
  }

  async whenBlocked({ timeout }: WaitOptions): Promise<BlockKind> {
    const { loop, clock, kernel, desk } = this.#run;
    let late = false;
    const due = clock.now() + Math.ceil((timeout ?? 0) * 1000);
    const cancel =
      timeout === undefined
        ? () => undefined
        : clock.at(due, () => {
            late = true;
            loop.wake();
          });
    const isBlocked = (): boolean => loop.still && desk.idle && kernel.net().blocked !== null;
    try {
      await loop.when(() => late || this.isOver || (isBlocked() && this.state === 'blocked'));
    } finally {
      cancel();
    }
    const { blocked } = kernel.net();
    if (this.state === 'blocked' && blocked !== null) return blocked;
    if (this.isOver)
      throw new NetStateError('NET_STATE', 'the net was stopped before it was blocked');
    throw new NetrunError(
      'WAIT_TIMEOUT',
      `the net was not blocked within ${timeout} s; it is ${this.state}`,
      {
        hint: 'explainBlocked() says what is under way.',
      },
    );
  }

  /** Brings the net to running from wherever it may be brought there. */
  #enter(what: string): void {
    const { kernel, journal, desk, timers, loop } = this.#run;
    this.#assertNotSuspended(what);
    this.#assertNotStopping(what);
    const { lifecycle } = kernel.net();
    timers.release();
    loop.awaken();
    switch (lifecycle) {
      case 'created':
        this.#launch();
        break;
      case 'paused':
      case 'pausing':
        desk.forget();
        if (this.#isTakenOver) this.#goOn();
        else journal.must({ type: 'ResumeNet' });
        break;
      case 'starting':
      case 'running':
        break;
      default:
        throw new NetStateError('NET_STATE', `${what}: the net is ${lifecycle}`, {
          hint: 'Make a new Net for another run.',
        });
    }
  }

  #launch(): void {
    const functionless = this.#noteFunctionless();
    this.#run.console.hold();
    this.#followSignals();
    this.#run.journal.must({ type: 'StartNet', functionless });
    this.#serve((node) => !this.#functionless.has(node));
  }

  /** Goes on with a run that was taken over: its services are to be started in this process. */
  #goOn(): void {
    this.#isTakenOver = false;
    this.#run.console.hold();
    this.#followSignals();
    this.#run.journal.must({ type: 'ResumeNet' });
    const { kernel, nodes, services } = this.#run;
    for (const node of nodes.values())
      services.noteFailures(node, serviceState(kernel, node.name).failures);
    this.#serve(({ name }) => serviceState(kernel, name).isStarting);
  }

  #serve(isToStart: (node: RunNode) => boolean): void {
    this.#run.services
      .start([...this.#run.nodes.values()].filter(isToStart))
      .catch((bug: unknown) => this.#run.loop.fail(asError(bug)));
  }

  /** Names of the nodes that have no function in this life. */
  #noteFunctionless(): readonly string[] {
    for (const node of this.#run.nodes.values())
      if (node.functions.exec === undefined) this.#functionless.add(node);
    return [...this.#functionless].map(({ name }) => name);
  }

  #followSignals(): void {
    const { signals } = this.#run;
    if (signals === false) return;
    const net = {
      pause: (reason: string) => this.pause(reason),
      // A run that is written down is left as it is, so that it can be gone on with.
      stop: (reason: string) =>
        this.#run.journal.path === null ? this.stop({ reason }) : this.suspend(),
    };
    this.#run.unlisten = signals === true ? endOnSignals(net) : endOnSignals(net, signals);
  }

  #askPause(reason: string): void {
    const { lifecycle } = this.#run.kernel.net();
    if (lifecycle === 'running' || lifecycle === 'starting') {
      this.#run.journal.must({ type: 'PauseNet', reason });
    }
  }

  async #stop({ drain = false, reason = 'stopped' }: StopOptions): Promise<void> {
    const { kernel, journal, loop, services, waiting, timers } = this.#run;
    const known = journal.failure;
    if (drain && ['starting', 'running', 'pausing'].includes(kernel.net().lifecycle)) {
      await this.pause(reason).catch((error: unknown) => {
        if (journal.failure === null) throw error;
      });
    }
    this.#endRunning(reason);
    loop.setMode('held');
    timers.clearAll();
    waiting.rejectAll(new NetStateError('NET_STATE', `the net was stopped: ${reason}`));
    const errors = await services.stop();
    this.#run.deadLetters.flush();
    journal.rest();
    this.#stopped = true;
    this.#released(errors);
    const { failure } = journal;
    if (failure !== null && failure !== known) throw failure;
  }

  /** Nothing runs any more; where that cannot be written down, it is not told to the kernel either. */
  #endRunning(reason: string): void {
    const { kernel, journal, services, effects } = this.#run;
    const { lifecycle } = kernel.net();
    if (journal.failure === null) services.abort(reason);
    try {
      if (lifecycle !== 'failed' && lifecycle !== 'stopped' && journal.failure === null) {
        if (lifecycle !== 'stopping') journal.must({ type: 'StopNet', reason });
        for (const story of effects.stories()) {
          if (story.started) journal.must({ type: 'CancelEpoch', epoch: story.id, reason });
        }
      }
    } catch (error) {
      if (journal.failure === null) throw error;
    }
    if (journal.failure !== null) this.#leaveRunning(reason);
  }

  /** What runs is told to end; the run may be gone on with by somebody else. */
  #leaveRunning(reason: string): void {
    const { services, effects } = this.#run;
    services.abandon(reason);
    for (const story of effects.stories())
      story.current?.abandon(new NetStateError('NET_STATE', reason));
  }

  /** Resolves when what happened until now is as durable as it is to be. */
  async #kept(): Promise<void> {
    const { kernel, journal, graph } = this.#run;
    const isPaused = kernel.net().lifecycle === 'paused';
    if (isPaused && graph.settings.historyFlushOnPause === false) return;
    journal.flush();
    await journal.durable();
  }

  /** The net came to a pause of its own accord: who waits for it is told how it stands, whatever saving it comes to. */
  #paused(): void {
    if (this.state !== 'paused') return;
    try {
      this.onPaused();
    } catch (error) {
      this.#run.logs.net.error({ err: asError(error) }, asError(error).message);
    }
  }

  async #suspend(): Promise<void> {
    await this.#stopping?.catch(() => undefined);
    const { services, loop, timers, waiting, journal } = this.#run;
    const reason = 'the net was suspended';
    this.#leaveRunning(reason);
    loop.setMode('held');
    loop.fallAsleep();
    timers.clearAll();
    waiting.rejectAll(new NetStateError('NET_STATE', reason));
    const errors = await services.stop();
    this.#run.deadLetters.flush();
    journal.close();
    this.#suspended = true;
    this.#released(errors);
  }

  /** The process is as it was before the net began; throws the first of the errors, the others suppressed. */
  #released([first, ...others]: readonly NodeServiceFailed[]): void {
    this.#run.console.release();
    this.#run.unlisten();
    this.#run.outputs.wakeAll();
    this.#run.loop.wake();
    if (first === undefined) return;
    first.suppressed.push(...others);
    throw first;
  }

  #assertNotSuspended(what: string): void {
    if (this.#suspending === null) return;
    throw new NetStateError('NET_STATE', `${what}: the net was suspended`, {
      hint: 'Go on with the run from its history, with Net.recover.',
    });
  }

  /** Also while it is drained: whoever waits for the end would wait for ever if it went on. */
  #assertNotStopping(what: string): void {
    if (this.#stopping === null) return;
    throw new NetStateError('NET_STATE', `${what}: the net was told to stop`, {
      hint: 'Make a new Net for another run.',
    });
  }

  /** A run that was driven freely has come to where its caller is told. */
  #hasSettled(): boolean {
    const { loop, kernel, desk } = this.#run;
    if (this.#suspending !== null) return this.#suspended;
    if (this.#stopping !== null) return this.#stopped || kernel.net().lifecycle === 'failed';
    if (this.#isAtRest()) return true;
    return loop.still && desk.idle && kernel.net().blocked !== null;
  }

  #isAtRest(): boolean {
    const { lifecycle } = this.#run.kernel.net();
    if (!this.#run.desk.idle) return false;
    return lifecycle === 'paused' || lifecycle === 'failed' || this.isOver;
  }

  /** Where an epoch of the step failed, or paused or stopped the net: waits until it rests. */
  async #afterTrouble(): Promise<void> {
    const { kernel, loop } = this.#run;
    const { lifecycle } = kernel.net();
    if (lifecycle === 'pausing' || lifecycle === 'stopping' || lifecycle === 'stopped') {
      await loop.when(() => this.#isAtRest());
    }
  }

  #assertNotStepping(what: string): void {
    if (!this.#stepping) return;
    throw new NetStateError('NET_STATE', `${what}: a step is under way`, {
      hint: 'Await the step first.',
    });
  }
}
