/**
 * The net: what users hold.
 *
 * Owns: the public API of a run. The run itself is made at the first thing that needs one, so that
 * settings can be changed until then; run.ts wires it, lifecycle.ts drives it.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NetrunError } from '../errors.ts';
import type { Flow } from '../dsl/builder.ts';
import { Graph } from '../dsl/graph.ts';
import type { NodeFunctions } from '../dsl/node-functions.ts';
import type { Action, Answer, EpochId, PacketId } from '../machines/action.ts';
import type { NetSpec } from '../machines/spec.ts';
import { NetStateError, rejected } from './errors.ts';
import { openHistory } from './history/recorded-history.ts';
import type { HeaderRecord } from './history/record.ts';
import {
  type TakeOverOptions,
  type TakenOver,
  takenOver,
  writtenIn,
} from './recovery/recovered-source.ts';
import { type RecoveryNotice, recoverRun } from './recovery/recovery.ts';
import { assertSameNet, loadCheckpoint, writtenBeside } from './checkpoint/loaded-net.ts';
import { openCheckpoint } from './checkpoint/loading.ts';
import { saveCheckpoint, saveDefinition } from './checkpoint/saving.ts';
import { replayedSpec } from './replay/replayed-spec.ts';
import { Replay, type ReplayOptions } from './replay/replay.ts';
import { type Clock, ResumedClock, SystemClock } from './time/clock.ts';
import type { StepOptions, StepResult, StopOptions } from './drive/lifecycle.ts';
import { assertUnused } from './setup/history-file.ts';
import { type NetOptions, settingsOf } from './setup/net-options.ts';
import { type ExecFunction, type NodeConfig, NodeSetup } from './setup/node-setup.ts';
import type { Run, SavedRun } from './run.ts';
import { type RunParts, runParts } from './run-parts.ts';
import type { InjectOptions, RunResult } from './run-result.ts';
import type { Inspector, InspectorOptions } from './inspector/inspector.ts';
import { SeenNet } from './seen-net.ts';
import { refuseUnsupported } from './setup/unsupported.ts';

/** Actions that belong to the life cycle: the net applies them itself. */
const ownActions: ReadonlySet<string> = new Set([
  'StartNet',
  'PauseNet',
  'ResumeNet',
  'StopNet',
  'RecoverNet',
  'NodeUp',
  'NodeFailed',
  'FireTimer',
  'RecordLateResult',
  'RecordDeadLetter',
]);

/** Says in the log that a net went out of reach without having been stopped. */
const abandoned = new FinalizationRegistry<Pick<Run, 'logs' | 'console'>>(({ logs, console }) => {
  console.release();
  logs.net.warn(
    'the net was collected without having been stopped: its stop functions were not called',
  );
});

/** The id of what was injected, once its record is as durable as it is to be. */
function durably<T>({ journal }: Run, id: T): T | Promise<T> {
  const durable = journal.durable();
  return durable === null ? id : durable.then(() => id);
}

/**
 * A net that runs.
 *
 * ```ts
 * const net = Net.fromTomlFile('flow.toml');
 * await net.inject('Clean.in', 'some text');
 * const { blocked, outputs } = await net.start();
 * await net.stop();
 * ```
 */
export class Net extends SeenNet {
  readonly #options: NetOptions;
  readonly #setup: NodeSetup;
  readonly #spec: NetSpec;
  /** The spec has options that were changed since. */
  #changed = false;
  #parts: RunParts | null = null;
  /** The functions that are named by path are those of the run. */
  #isLoaded = false;
  #recovered: RecoveryNotice | null = null;
  /** A start whose functions are being loaded. */
  #entering: Promise<void> | null = null;

  /**
   * Throws GraphValidationError with all problems of the graph, `UNSUPPORTED` for settings that this
   * version cannot follow, `ENGINE_UNAVAILABLE`, `UNKNOWN_OPTION`.
   */
  constructor(source: Graph | Flow, options: NetOptions = {}) {
    super();
    const settings = settingsOf(options);
    const given = source instanceof Graph ? source : source.graph;
    const { definition } = given;
    const graph =
      Object.keys(settings).length === 0
        ? given
        : new Graph({ ...definition, net: { ...definition.net, ...settings } });
    this.#spec = graph.toSpec();
    refuseUnsupported(graph);
    this.#options = options;
    this.#setup = new NodeSetup(
      graph,
      source instanceof Graph ? new Map() : source.functions,
      options.file,
    );
  }

  /** A net from a definition in TOML; `file` is what its paths are relative to. Throws as the constructor. */
  static fromToml(text: string | Uint8Array, options: NetOptions = {}): Net {
    const { file } = options;
    const reading = { readFile: (path: string) => readFileSync(path) };
    return new Net(
      Graph.fromToml(text, file === undefined ? reading : { file, ...reading }),
      options,
    );
  }

  /** Throws `DEFINITION_UNREADABLE`, and as `fromToml`. */
  static fromTomlFile(path: string, options: NetOptions = {}): Net {
    const file = resolve(path);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch (cause) {
      throw new NetrunError('DEFINITION_UNREADABLE', `the definition ${file} cannot be read`, {
        cause,
        hint: 'Check the path, and that it is a file that may be read.',
      });
    }
    return Net.fromToml(bytes, { ...options, file });
  }

  /** A run gone through again from its history (a file, or its folder), without its nodes. Throws as Replay and openHistory. */
  static replay(path: string, options: ReplayOptions = {}): Replay {
    return new Replay(openHistory(path), options);
  }

  /**
   * Goes on with a run whose process is gone, from its history: the file, or the folder that has it. The
   * net is paused; `start` or `resume` goes on, in the same files. What was running is run again: the
   * outcome of every epoch counts once. Throws `HISTORY_OTHER_DEFINITION` where the graph given is not the
   * run's, `HISTORY_IN_USE` where another process is at work on it, `HISTORY_INCOMPLETE`, NonDeterminismError where this version would have acted otherwise,
   * `RECOVERY_REFUSED` for a run that failed, `RECOVERY_FUNCTION_MISSING`; RecoveryValueMissing with all
   * values that were not kept; and as `load` and the reading of histories do.
   */
  static async recover(path: string, options: TakeOverOptions = {}): Promise<Net> {
    const history = openHistory(path);
    assertUnused(history.path);
    const { header } = history;
    const net = Net.#takingOver(takenOver(writtenIn(header), options));
    replayedSpec(header, net.#spec);
    await net.#setup.load();
    const base = net.#clock();
    const clock = new ResumedClock(base);
    const parts = net.#newParts(clock, header, null);
    net.#recovered = await recoverRun(parts, history, clock, base);
    net.#parts = parts;
    return net;
  }

  /**
   * The net of a checkpoint, where it was: the same ids, values, deadlines, memory and counts. It is paused;
   * `start` or `resume` goes on. Where its settings name a history file, the history goes on there: in
   * the file that it was saved from, or in a new one. Throws `CHECKPOINT_INVALID` with file and place,
   * `HISTORY_OTHER_DEFINITION` where the graph given is not the net's, `HISTORY_FILE_EXISTS` where that
   * file has another history by now, `RECOVERY_FUNCTION_MISSING`, RecoveryValueMissing with all lazy values
   * whose functions are not to be had again, and as `load`.
   */
  static async loadCheckpoint(path: string, options: TakeOverOptions = {}): Promise<Net> {
    const checkpoint = openCheckpoint(path);
    const net = Net.#takingOver(takenOver(writtenBeside(checkpoint), options));
    assertSameNet(checkpoint, net.#spec, options.graph !== undefined);
    await net.#setup.load();
    const base = net.#clock();
    const clock = new ResumedClock(base);
    net.#parts = await loadCheckpoint(checkpoint, { clock, base }, (saved) =>
      net.#newParts(clock, checkpoint.header, saved),
    );
    return net;
  }

  /** A net from a definition that `saveDefinition` wrote: as `fromTomlFile`. */
  static loadDefinition(path: string, options: NetOptions = {}): Net {
    return Net.fromTomlFile(path, options);
  }

  /** A net for a run that has begun already. */
  static #takingOver({ source, options, functions }: TakenOver): Net {
    const net = new Net(source, options);
    for (const [node, given] of Object.entries(functions)) net.#setup.setFunctions(node, given);
    return net;
  }

  /** What was found where the run was left, and done about it; null for a net that was not recovered. */
  get recovered(): RecoveryNotice | null {
    return this.#recovered;
  }

  get graph(): Graph {
    return this.#setup.graph;
  }

  /**
   * Sets a node's function, or several of them; those it has and that are not given stay. Throws
   * `NODE_UNKNOWN`, `FUNCTION_INVALID`; `NET_RUNNING` unless the net is not started yet or paused.
   */
  setNodeExec(name: string, functions: ExecFunction | NodeFunctions): void {
    this.#setup.node(name);
    this.#assertChangeable('The functions of a node');
    const node = this.#parts?.run.nodes.get(name);
    if (node !== undefined && this.#parts !== null) this.#assertInService(this.#parts, name);
    const merged = this.#setup.setFunctions(name, functions);
    if (node !== undefined) node.functions = merged;
  }

  /**
   * Merges options into a node's, and `config` into what its functions are given. Throws
   * `NODE_UNKNOWN`, GraphValidationError for options that are unknown or wrong; `NET_RUNNING` unless the net
   * is not started yet or paused, and for options once anything was applied to the net.
   */
  setNodeConfig(name: string, settings: NodeConfig): void {
    this.#setup.node(name);
    this.#assertChangeable('The configuration of a node');
    const { config, ...options } = settings;
    if (Object.keys(options).length > 0) {
      if (this.#parts !== null) {
        throw new NetStateError(
          'NET_RUNNING',
          `the options of node ${name} cannot be changed any more`,
          {
            nodeName: name,
            hint: 'Set options before anything is injected or started.',
          },
        );
      }
      this.#setup.setOptions(name, options);
      this.#changed = true;
    }
    if ('config' in settings) {
      const merged = this.#setup.setConfig(name, config);
      const node = this.#parts?.run.nodes.get(name);
      if (node !== undefined) node.config = merged;
    }
  }

  /**
   * Imports the functions and port types that are named by path; `start` does it too. Throws
   * `FUNCTION_PATH_INVALID`, `FUNCTION_FILE_NOT_FOUND`, `FUNCTION_IMPORT_FAILED`,
   * `FUNCTION_EXPORT_NOT_FOUND`, `FUNCTION_NOT_A_FUNCTION`, `PORT_TYPE_NOT_FOUND`.
   */
  load(): Promise<void> {
    return this.#setup.load();
  }

  /**
   * Runs until the net is blocked, paused or stopped; goes on where it is paused. Rejects with the
   * first error where `on_error` is `raise`; throws `NET_STATE` once the net was stopped, and as `load`.
   */
  async start(): Promise<RunResult> {
    const { lifecycle } = await this.#entered();
    await lifecycle.start();
    return this.#result();
  }

  /** Moves packets until none can move, starts every epoch that may start, waits for those. Throws as `start`. */
  async runStep(options: StepOptions = {}): Promise<StepResult> {
    const { run, lifecycle } = await this.#entered();
    const result = await lifecycle.step(options);
    if (result.error !== undefined && run.spec.onError === 'raise') throw result.error;
    return result;
  }

  /** Lets running epochs end and starts no new ones; resolves when none runs. Throws `NET_STATE` before the start. */
  async pause(reason = 'paused'): Promise<void> {
    if (this.#entering !== null) await this.#entering;
    await this.made().lifecycle.pause(reason);
  }

  /** Goes on, and resolves as `start` does. Throws `NET_NOT_PAUSED`. */
  async resume(): Promise<RunResult> {
    await this.made().lifecycle.resume();
    return this.#result();
  }

  /**
   * Cancels what runs, calls the stop functions, and ends the net's life. Calling it again gives the
   * same promise. Throws `NODE_STOP_FAILED` with the first error of a stop function, when all are done.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    if (this.#entering !== null) await this.#entering;
    const parts = this.made();
    abandoned.unregister(this);
    await parts.lifecycle.stop(options);
  }

  /**
   * Ends this process's part in the run, and not the run: aborts the functions that run, calls the stop
   * functions, writes everything down and closes the files. Another process, or this one, can go on with
   * it by `Net.recover`. Calling it again gives the same promise. Throws `NODE_STOP_FAILED` as `stop`.
   */
  async suspend(): Promise<void> {
    if (this.#entering !== null) await this.#entering;
    const parts = this.made();
    abandoned.unregister(this);
    await parts.lifecycle.suspend();
  }

  /**
   * Saves all of the net in a folder of its own: definition, state, values, history. A checkpoint that is
   * there is replaced as a whole, or stays as it is. Throws `NET_STATE` unless the net is paused, blocked or
   * stopped; CheckpointUnserialisable with everything that no file can keep; `CHECKPOINT_UNWRITABLE`.
   */
  async saveCheckpoint(path: string): Promise<void> {
    saveCheckpoint(path, this.made());
  }

  /**
   * Writes the definition in TOML, whole or not at all. Throws GraphValidationError, DslError `NOT_PRINTABLE` where
   * it holds what only code can say, `CHECKPOINT_UNWRITABLE`.
   */
  async saveDefinition(path: string): Promise<void> {
    saveDefinition(path, this.graph);
  }

  /**
   * A packet with this value at an input port that faces the outside; resolves with its id once it is
   * placed, and its record is as durable as `history_fsync` has it. Throws `PORT_NOT_INPUT`,
   * `INPUT_PORT_FULL` without `wait`, `NET_STATE` once the net stops, `HISTORY_UNWRITABLE`.
   */
  async inject(
    port: string,
    value: unknown,
    { wait = false }: InjectOptions = {},
  ): Promise<PacketId> {
    if (!this.#setup.graph.inputs.includes(port)) {
      throw new NetrunError('PORT_NOT_INPUT', `${port} does not face the outside`, {
        hint: `The inputs of the net are: ${this.#setup.graph.inputs.join(', ') || 'none'}.`,
      });
    }
    const { run } = this.#accepting('inject()');
    if (wait && run.waiting.has(port)) return durably(run, await run.waiting.add(port, value));
    const action: Action = { type: 'InjectPacket', port, now: run.journal.now() };
    const answer = run.journal.apply(action, [value]);
    if (answer.ok) return durably(run, answer.packet as PacketId);
    if (wait && answer.code === 'INPUT_PORT_FULL')
      return durably(run, await run.waiting.add(port, value));
    throw rejected(action, answer);
  }

  /**
   * An epoch of the node with an empty salvo, whatever its conditions say; resolves as `inject` does.
   * Throws `NODE_NOT_FOUND`, `NET_STATE`, `HISTORY_UNWRITABLE`.
   */
  async injectEpoch(node: string): Promise<EpochId> {
    const { run } = this.#accepting('injectEpoch()');
    return durably(run, run.journal.must({ type: 'CreateEpoch', node }).epoch as EpochId);
  }

  /**
   * Serves the inspector, a page on which one sees the net run: its graph, every actor's statechart, its
   * history from the beginning on. It can be opened at any time, also once the net has stopped, and stays
   * until it is closed. Throws `OPTION_INVALID`, `INSPECTOR_PORT_TAKEN`, `INSPECTOR_NOT_OPENED`,
   * `INSPECTOR_PAGE_MISSING`.
   */
  async openInspector(options: InspectorOptions = {}): Promise<Inspector> {
    const { openInspector, liveRun } = await import('./inspector/inspector.ts');
    return openInspector(liveRun(this, this.made()), options);
  }

  /**
   * Applies an action of the kernel, such as a first step of `explainBlocked`. A packet that it makes
   * has the value given. Throws `OPTION_INVALID` for actions of the life cycle.
   */
  apply(action: Action, value?: unknown): Answer {
    if (ownActions.has(action.type)) {
      throw new NetrunError('OPTION_INVALID', `${action.type} belongs to the life of the net`, {
        hint: 'Use start, pause, resume and stop.',
      });
    }
    return this.made().run.journal.apply(action, [value]);
  }

  protected made(): RunParts {
    this.#parts ??= this.#newParts(this.#clock(), null, null);
    // A function that looks at the net, or acts on it, finds there what it has done itself.
    this.#parts.run.journal.settle();
    return this.#parts;
  }

  #clock(): Clock {
    return this.#options.clock ?? new SystemClock();
  }

  #newParts(clock: Clock, recorded: HeaderRecord | null, saved: SavedRun | null): RunParts {
    const spec = this.#changed ? this.#setup.graph.toSpec() : this.#spec;
    return runParts({ options: this.#options, setup: this.#setup, spec, clock, recorded, saved });
  }

  protected assertNode(name: string): void {
    this.#setup.node(name);
  }

  /** As `#loaded`; who pauses or stops the net meanwhile waits until it has begun. */
  #entered(): Promise<RunParts> {
    const loaded = this.#loaded();
    // It is over before whoever asked goes on: what follows from the start itself does not wait.
    const over = (): void => {
      if (this.#entering === entering) this.#entering = null;
    };
    const entering = loaded.then(over, over);
    this.#entering = entering;
    return loaded;
  }

  /** The run, with the functions that are named by path. */
  async #loaded(): Promise<RunParts> {
    await this.#setup.load();
    const parts = this.made();
    if (this.#isLoaded) return parts;
    this.#isLoaded = true;
    for (const node of parts.run.nodes.values())
      node.functions = this.#setup.functionsOf(node.name);
    const { logs, console } = parts.run;
    abandoned.register(this, { logs, console }, this);
    return parts;
  }

  /** The run, while it takes inputs. */
  #accepting(what: string): RunParts {
    const parts = this.made();
    if (parts.lifecycle.takesInputs) return parts;
    throw new NetStateError('NET_STATE', `${what}: the net is ${parts.lifecycle.state}`, {
      hint: 'Make a new Net for another run.',
    });
  }

  async #result(): Promise<RunResult> {
    const { run, lifecycle, outputs } = this.made();
    const error = run.desk.first;
    if (error !== null && run.spec.onError === 'raise') throw error;
    const { state } = lifecycle;
    return {
      state,
      blocked: state === 'blocked' ? run.kernel.net().blocked : null,
      counts: run.tally.counts(),
      outputs: await outputs.all(),
      ...(error === null ? {} : { error }),
    };
  }

  #assertChangeable(what: string): void {
    const state = this.#parts?.lifecycle.state ?? 'created';
    if (state === 'created' || state === 'paused') return;
    throw new NetStateError('NET_RUNNING', `${what} cannot be changed while the net is ${state}`, {
      hint: 'Set it before start(), or pause() the net first.',
    });
  }

  /** A node whose service is not up stays down in this life, whatever functions it is given. */
  #assertInService({ run, lifecycle }: RunParts, name: string): void {
    const node = run.nodes.get(name);
    if (node === undefined || !(lifecycle.wasFunctionless(node) || run.services.hasFailed(node)))
      return;
    throw new NetStateError(
      'NET_RUNNING',
      `node ${name} was not started with the net, and cannot be started later`,
      {
        nodeName: name,
        hint: 'Set its functions before start().',
      },
    );
  }
}
