/**
 * Everything that one run of a net is made of, wired together around its kernel.
 *
 * Owns: the parts and who knows whom. The life cycle is lifecycle.ts's, the public face net.ts's.
 */
import { resolve } from 'node:path';
import { ulid } from 'ulid';
import type { Graph } from '../dsl/graph.ts';
import type { EpochId, KernelEvent, PacketId } from '../machines/action.ts';
import type { NetSpec } from '../machines/spec.ts';
import { type Clock, elapsedOf } from './time/clock.ts';
import { type LazyNeeds, keepValues } from './checkpoint/kept-values.ts';
import { ConsoleCapture } from './logs/console-capture.ts';
import { DeadLetterFile } from './failure/dead-letter-file.ts';
import { DeadLetters } from './failure/dead-letters.ts';
import type { DeadLetterCallback } from './failure/letter-world.ts';
import { LiveConsequences } from './drive/consequences.ts';
import { Effects } from './drive/effects.ts';
import { type RunnerWorld, runAttempt } from './epochs/epoch-runner.ts';
import { refused } from './errors.ts';
import { type ErrorCallback, FailureDesk } from './failure/failure-desk.ts';
import { History, type HistoryStart } from './history/history.ts';
import type { HeaderRecord, RecordedValue } from './history/record.ts';
import { JournalFile } from './history/journal-file.ts';
import type { JournalFileOptions } from './history/journal-options.ts';
import type { HistoryEnd } from './history/recorded-history.ts';
import { runHeader } from './history/run-header.ts';
import { Journal } from './drive/journal.ts';
import { type Kernel, type KernelOptions, createKernel } from './kernel/kernel.ts';
import { type LogOptions, Logs } from './logs/logs.ts';
import { OutputCollector } from './values/output-collector.ts';
import type { ReadValue } from './recovery/unread-value.ts';
import { RunLoop } from './drive/run-loop.ts';
import {
  historyFilePath,
  journalFileOptions,
  journalSink,
  valueFolderPath,
} from './setup/history-file.ts';
import type { RunNode } from './setup/run-node.ts';
import { Scheduler } from './drive/scheduler.ts';
import { Services } from './drive/services.ts';
import type { SignalSource } from './drive/signals.ts';
import { Tally } from './drive/tally.ts';
import { TimerService } from './time/timer-service.ts';
import { type ValueTexts, readValue } from './values/recorded-value.ts';
import { ValueFolder } from './values/value-folder.ts';
import { ValueHolds } from './values/value-holds.ts';
import { ValueStore } from './values/values.ts';
import { WaitingInputs } from './drive/waiting-inputs.ts';
import { counted } from './counted-noun.ts';

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
  /** The header of the history of a run that another process began; null for a new run. */
  readonly recorded: HeaderRecord | null;
  /** What a checkpoint has of the run; null without one. */
  readonly saved: SavedRun | null;
}

/** What a run is made from again, beside what is put into it. */
export interface SavedRun {
  /** Of the kernel. */
  readonly snapshot: unknown;
  /** What its history in memory goes on after. */
  readonly before: HistoryStart;
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
  readonly #historyPath: string | null;
  readonly journal: Journal;
  readonly logs: Logs;
  readonly console: ConsoleCapture;
  readonly values: ValueStore;
  readonly #valueFolder: ValueFolder | null;
  /** Who needs which value that is kept outside of its record; null where none is. */
  readonly holds: ValueHolds | null;
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
    this.id = options.recorded?.run ?? ulid(startedAt);
    this.graph = graph;
    this.spec = spec;
    this.nodes = nodes;
    this.clock = clock;
    this.signals = options.signals;
    const priorityOf = (node: string) => nodes.get(node)?.options.priority ?? 0;
    const scheduler = new Scheduler(priorityOf);
    this.kernel = createKernel(spec, {
      ...(options.engine === undefined ? {} : { engine: options.engine }),
      ...(options.saved === null ? {} : { snapshot: options.saved.snapshot }),
      onGateOpened: (node) => {
        scheduler.gateOpened(node);
      },
    });
    const origin = {
      run: this.id,
      at: startedAt,
      seed: options.recorded?.seed ?? settings.seed ?? defaultSeed,
      graph,
      spec,
      file: options.file,
    };
    this.history = new History({
      header: () => options.recorded ?? runHeader(origin),
      maxSize: settings.historyMaxSize ?? null,
      ...(options.saved === null ? {} : { before: options.saved.before }),
    });
    this.#historyPath = historyFilePath(settings, options.folder);
    this.logs = new Logs({
      run: this.id,
      clock,
      level: options.logLevel,
      destination: options.logDestination,
    });
    this.console = new ConsoleCapture(nodes.values());
    const valuePath = valueFolderPath(settings, options.folder, this.id);
    this.#valueFolder =
      valuePath === null
        ? null
        : new ValueFolder(valuePath, (problem) => this.logs.net.warn(problem));
    this.holds = this.#valueFolder === null ? null : new ValueHolds(this.#valueFolder);
    this.values = new ValueStore({
      holds: this.holds,
      keepConsumed: settings.consumedPacketStorage ?? false,
      keepLimit: settings.consumedPacketStorageLimit ?? null,
    });
    this.tally = new Tally(nodes.values());
    this.outputs = new OutputCollector(graph.outputs);
    this.journal = new Journal(
      this.kernel,
      this.history,
      clock,
      (action, answer, made, recorded) => this.effects.follow(action, answer, made, recorded),
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
      assertRoom: (node, ports) => this.#assertRoom(node, ports),
      mark: (letter, mark) => {
        this.journal.must({ type: 'RecordDeadLetter', letter, mark });
      },
      putBack: ({ value, ...packet }) =>
        this.journal.must({ type: 'InjectPacket', ...packet }, [value]).packet as PacketId,
      openEpoch: (node) => this.journal.must({ type: 'CreateEpoch', node }).epoch as EpochId,
      closed: (epoch) => this.holds?.epochDone(epoch),
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
    const consequences = new LiveConsequences({
      desk: this.desk,
      deadLetters: this.deadLetters,
      logs: this.logs,
      restart: (node) => this.services.restart(node),
    });
    const effects = {
      nodes,
      values: this.values,
      holds: this.holds,
      scheduler,
      timers: this.timers,
      tally: this.tally,
      outputs: this.outputs,
      isEnding: ['stopping', 'stopped', 'failed'].includes(this.kernel.net().lifecycle),
      onChange: () => this.loop.touch(),
      onDue: () => this.loop.wake(),
      onSlotFreed: (node: string, port: string) => {
        if (this.waiting.size > 0 && this.waiting.slotFreed(`${node}.${port}`)) this.loop.wake();
      },
    };
    this.effects = new Effects(effects, consequences);
    const runner = this.#runnerWorld(options.recorded?.seed ?? settings.seed ?? defaultSeed);
    this.loop = new RunLoop({
      journal: this.journal,
      effects: this.effects,
      scheduler,
      gate: (node) => this.kernel.gate(node),
      isLevel: new Set(Array.from(nodes.keys(), priorityOf)).size <= 1,
      runAttempt: (story) => runAttempt(story, runner),
      placeInputs: () => this.waiting.place(),
      waitingInputs: () => this.waiting.size,
      elapsed: () => elapsedOf(clock),
    });
    this.services = new Services({
      nodes,
      journal: this.journal,
      logs: this.logs,
      console: this.console,
      clock,
      seed: options.recorded?.seed ?? settings.seed ?? defaultSeed,
      desk: this.desk,
      maxConcurrency: spec.maxConcurrency ?? defaultStarting,
      hold: () => this.loop.hold(),
      onBug: (bug) => this.loop.fail(bug),
    });
  }

  /** Begins the history file of a new run, where the settings name one. Throws as `JournalFile.create`, `VALUE_STORE_UNUSABLE`. */
  beginWriting(): void {
    if (this.#historyPath === null) return;
    this.#valueFolder?.open();
    const options = this.#journalOptions();
    this.#writeTo(JournalFile.create(this.#historyPath, this.history.header, options));
  }

  /**
   * Goes on with the history file of a run that was put together again; `events` of its last action are
   * not in it yet. Throws `HISTORY_UNWRITABLE`, `VALUE_STORE_UNUSABLE`.
   */
  goOnWriting(end: HistoryEnd, events: readonly KernelEvent[], at: number): void {
    this.#valueFolder?.open();
    const file = JournalFile.open(end, this.#journalOptions());
    file.complete(events, at);
    this.#writeTo(file);
    this.#valueFolder?.sweep();
  }

  /** Keeps the values of a run that was loaded where its records refer to them. Throws `VALUE_STORE_UNUSABLE`. */
  keepLoaded(lazy: ReadonlyMap<PacketId, LazyNeeds>): void {
    if (this.#valueFolder === null || this.holds === null) return;
    this.#valueFolder.open();
    keepValues(this, lazy, this.#valueFolder, this.holds);
  }

  /** The file that the settings name for its history; null where they name none. */
  get historyPath(): string | null {
    return this.#historyPath;
  }

  /** Where values are that do not stand in their records; null where all do. */
  get texts(): Pick<ValueTexts, 'get'> | null {
    return this.#valueFolder;
  }

  /** The value of a record of this run. */
  readValue(recorded: RecordedValue): ReadValue {
    return readValue(recorded, this.#valueFolder);
  }

  #journalOptions(): JournalFileOptions {
    return journalFileOptions(this.graph.settings, this.#valueFolder, (failure) => {
      this.logs.net.fatal({ err: failure }, failure.message);
      this.loop.fail(failure);
    });
  }

  #writeTo(file: JournalFile): void {
    this.#valueFolder?.follow(file);
    this.journal.writeTo(journalSink(file, this.graph.settings, this.#valueFolder));
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

  /** Throws unless the node has these input ports, and they have a free slot for each time they are named. */
  #assertRoom(node: string, ports: readonly string[]): void {
    const known = this.nodes.get(node);
    if (known === undefined && ports.length === 0)
      throw refused('CreateEpoch', 'NODE_NOT_FOUND', `no node ${node}`, { nodeName: node });
    for (const port of new Set(ports)) {
      const found = known?.spec.inPorts.find(({ name }) => name === port);
      if (found === undefined) {
        const message = `there is no input port ${node}.${port}`;
        throw refused('InjectPacket', 'INPUT_PORT_NOT_FOUND', message);
      }
      const count = ports.filter((name) => name === port).length;
      const taken = this.kernel.packetsAt({ type: 'InputPort', node, port }).length;
      if (found.slots === null || taken + count <= found.slots) continue;
      const message = `input port ${node}.${port} has no ${counted(count, 'free slot')}`;
      throw refused('InjectPacket', 'INPUT_PORT_FULL', message, { nodeName: node });
    }
  }
}
