/**
 * Everything that one run of a net is made of, wired together around its kernel.
 *
 * Owns: the parts and who knows whom. The life cycle is lifecycle.ts's, the public face net.ts's.
 */
import { resolve } from 'node:path';
import { ulid } from 'ulid';
import type { Graph } from '../dsl/graph.ts';
import type { EpochId, PacketId } from '../machines/action.ts';
import type { NetSpec } from '../machines/spec.ts';
import type { Clock } from './time/clock.ts';
import { ConsoleCapture } from './logs/console-capture.ts';
import { DeadLetterFile } from './failure/dead-letter-file.ts';
import {
  type DeadLetterCallback,
  DeadLetters,
  type PutBackPackets,
} from './failure/dead-letters.ts';
import { Effects } from './drive/effects.ts';
import { type RunnerWorld, runAttempt } from './epochs/epoch-runner.ts';
import { refused } from './errors.ts';
import { type ErrorCallback, FailureDesk } from './failure/failure-desk.ts';
import { History } from './history/history.ts';
import { runHeader } from './history/run-header.ts';
import { Journal } from './drive/journal.ts';
import { type Kernel, type KernelOptions, createKernel } from './kernel/kernel.ts';
import { type LogOptions, Logs } from './logs/logs.ts';
import { OutputCollector } from './values/output-collector.ts';
import { RunLoop } from './drive/run-loop.ts';
import type { RunNode } from './setup/run-node.ts';
import { Scheduler } from './drive/scheduler.ts';
import { Services } from './drive/services.ts';
import type { SignalSource } from './drive/signals.ts';
import { Tally } from './drive/tally.ts';
import { TimerService } from './time/timer-service.ts';
import { ValueStore } from './values/values.ts';
import { WaitingInputs } from './drive/waiting-inputs.ts';

/** The seed of a run that names none: the same for all, so that runs can be compared. */
const defaultSeed = 0;

/** Start functions under way at most in a net without max_concurrency. */
const defaultStarting = 256;

export interface RunOptions {
  readonly graph: Graph;
  readonly spec: NetSpec;
  /** In declaration order. */
  readonly nodes: ReadonlyMap<string, RunNode>;
  readonly clock: Clock;
  readonly engine: KernelOptions['engine'];
  readonly errorCallback: ErrorCallback | null;
  readonly onDeadLetter: DeadLetterCallback | null;
  /** The definition's file. */
  readonly file: string | undefined;
  /** The folder that paths of settings are relative to. */
  readonly folder: string;
  readonly logLevel: LogOptions['level'];
  readonly logDestination: LogOptions['destination'];
  readonly signals: boolean | SignalSource;
}

export class Run {
  /** ULID. */
  readonly id: string;
  readonly graph: Graph;
  readonly spec: NetSpec;
  readonly nodes: ReadonlyMap<string, RunNode>;
  readonly clock: Clock;
  readonly kernel: Kernel;
  readonly history: History;
  readonly journal: Journal;
  readonly logs: Logs;
  readonly console: ConsoleCapture;
  readonly values: ValueStore;
  readonly effects: Effects;
  readonly loop: RunLoop;
  readonly timers: TimerService;
  readonly tally: Tally;
  readonly outputs: OutputCollector;
  readonly waiting: WaitingInputs;
  readonly deadLetters: DeadLetters;
  readonly desk: FailureDesk;
  readonly services: Services;
  /** Set by the life cycle: what `ctx.pauseNet` and `ctx.stopNet` do. */
  onPauseAsked: (reason: string) => void = () => undefined;
  onStopAsked: (reason: string) => void = () => undefined;
  readonly signals: boolean | SignalSource;
  /** Set by the life cycle: puts the handlers of signals back. */
  unlisten: () => void = () => undefined;

  constructor(options: RunOptions) {
    const { graph, spec, nodes, clock } = options;
    const { settings } = graph;
    const startedAt = clock.now();
    this.id = ulid(startedAt);
    this.graph = graph;
    this.spec = spec;
    this.nodes = nodes;
    this.clock = clock;
    this.signals = options.signals;
    const scheduler = new Scheduler((node) => nodes.get(node)?.options.priority ?? 0);
    this.kernel = createKernel(spec, {
      ...(options.engine === undefined ? {} : { engine: options.engine }),
      onGateOpened: (node) => {
        scheduler.gateOpened(node);
      },
    });
    const origin = {
      run: this.id,
      at: startedAt,
      seed: settings.seed ?? defaultSeed,
      graph,
      spec,
      file: options.file,
    };
    this.history = new History({
      header: () => runHeader(origin),
      maxSize: settings.historyMaxSize ?? null,
    });
    this.logs = new Logs({
      run: this.id,
      clock,
      level: options.logLevel,
      destination: options.logDestination,
    });
    this.console = new ConsoleCapture(nodes.values());
    this.values = new ValueStore({
      keepConsumed: settings.consumedPacketStorage ?? false,
      keepLimit: settings.consumedPacketStorageLimit ?? null,
    });
    this.tally = new Tally([...nodes.keys()]);
    this.outputs = new OutputCollector(graph.outputs);
    this.journal = new Journal(
      this.kernel,
      this.history,
      clock,
      (action, answer, made) => this.effects.follow(action, answer, made),
      (bug) => this.loop.fail(bug),
    );
    this.timers = new TimerService(clock, (key) => {
      this.journal.must({ type: 'FireTimer', key });
    });
    this.waiting = new WaitingInputs(
      (port, value) => this.journal.apply({ type: 'InjectPacket', port }, [value]),
      () => this.loop.touch(),
    );
    this.deadLetters = new DeadLetters({
      run: this.id,
      log: this.logs.net,
      file:
        settings.deadLetterQueue === 'file' && settings.deadLetterPath !== undefined
          ? new DeadLetterFile(resolve(options.folder, settings.deadLetterPath))
          : null,
      onLetter: options.onDeadLetter,
      now: () => clock.now(),
      putBack: (packets) => this.#putBack(packets),
      openEpoch: (node) => this.journal.must({ type: 'CreateEpoch', node }).epoch as EpochId,
    });
    this.desk = new FailureDesk({
      logs: this.logs,
      console: this.console,
      deadLetters: this.deadLetters,
      errorCallback: options.errorCallback,
      keepsErrors: spec.onError !== 'continue',
      now: () => clock.now(),
      onSettled: () => this.loop.wake(),
    });
    this.effects = new Effects({
      nodes,
      values: this.values,
      scheduler,
      timers: this.timers,
      tally: this.tally,
      outputs: this.outputs,
      desk: this.desk,
      logs: this.logs,
      onChange: () => this.loop.touch(),
      onDue: () => this.loop.wake(),
      onEpochDone: (story) => this.deadLetters.settled(story),
      onRestart: (node) => this.services.restart(node),
      onSlotFreed: (port) => {
        if (this.waiting.slotFreed(port)) this.loop.wake();
      },
    });
    const runner = this.#runnerWorld(settings.seed ?? defaultSeed);
    this.loop = new RunLoop({
      journal: this.journal,
      effects: this.effects,
      scheduler,
      gate: (node) => this.kernel.gate(node),
      runAttempt: (story) => runAttempt(story, runner),
      placeInputs: () => this.waiting.place(),
      waitingInputs: () => this.waiting.size,
    });
    this.services = new Services({
      nodes,
      journal: this.journal,
      logs: this.logs,
      console: this.console,
      clock,
      seed: settings.seed ?? defaultSeed,
      desk: this.desk,
      maxConcurrency: spec.maxConcurrency ?? defaultStarting,
      rest: () => this.loop.rest(),
      onBug: (bug) => this.loop.fail(bug),
    });
  }

  #runnerWorld(seed: string | number): RunnerWorld {
    return {
      journal: this.journal,
      kernel: this.kernel,
      values: this.values,
      console: this.console,
      context: {
        seed,
        now: () => this.clock.now(),
        logger: (node, epoch) => this.logs.epoch(node, epoch),
        cancel: (epoch, reason) => {
          this.journal.must({ type: 'CancelEpoch', epoch, reason });
        },
        pauseNet: (reason) => this.onPauseAsked(reason),
        stopNet: (reason) => this.onStopAsked(reason),
      },
      onSettled: () => this.loop.wake(),
      onBug: (error) => this.loop.fail(error),
    };
  }

  /** Puts values of a dead letter back; all of them or none. */
  #putBack(packets: PutBackPackets): readonly PacketId[] {
    const wanted = new Map<string, number>();
    for (const { port } of packets) wanted.set(port, (wanted.get(port) ?? 0) + 1);
    for (const [ref, count] of wanted) {
      const [node = '', port = ''] = ref.split('.');
      const found = this.nodes.get(node)?.spec.inPorts.find(({ name }) => name === port);
      if (found === undefined) {
        throw refused('InjectPacket', 'INPUT_PORT_NOT_FOUND', `there is no input port ${ref}`);
      }
      const { slots } = found;
      const taken = this.kernel.packetsAt({ type: 'InputPort', node, port }).length;
      if (slots === null || taken + count <= slots) continue;
      throw refused(
        'InjectPacket',
        'INPUT_PORT_FULL',
        `input port ${ref} has no ${count} free slot(s)`,
        { nodeName: node },
      );
    }
    return packets.map(({ port, value }) => {
      const answer = this.journal.must({ type: 'InjectPacket', port }, [value]);
      return answer.packet as PacketId;
    });
  }
}
