/**
 * The net: what users hold.
 *
 * Owns: the public API of a run. The run itself is made at the first thing that needs one, so that
 * settings can be changed until then; run.ts wires it, lifecycle.ts drives it.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AnyActorRef, InspectionEvent, Observer } from 'xstate';
import { NetrunError } from '../errors.ts';
import type { Flow } from '../dsl/builder.ts';
import { Graph } from '../dsl/graph.ts';
import type { NodeFunctions } from '../dsl/node-functions.ts';
import type { Action, Answer, BlockKind, EpochId, PacketId } from '../machines/action.ts';
import type { NetSpec } from '../machines/spec.ts';
import { SystemClock } from './time/clock.ts';
import type { DeadLetterQueue } from './failure/dead-letters.ts';
import { NetStateError, rejected } from './errors.ts';
import { explainBlocked } from './explain/explain-blocked.ts';
import type { BlockExplanation } from './explain/explanation.ts';
import type { HistoryReader } from './history/history.ts';
import { openHistory } from './history/recorded-history.ts';
import type { EpochView, PacketView } from './kernel/kernel.ts';
import {
  Lifecycle,
  type StepOptions,
  type StepResult,
  type StopOptions,
  type WaitOptions,
} from './drive/lifecycle.ts';
import type { LogLine } from './logs/logs.ts';
import { type NetOptions, settingsOf } from './setup/net-options.ts';
import { NetOutputs } from './values/net-outputs.ts';
import { type ExecFunction, type NodeConfig, NodeSetup } from './setup/node-setup.ts';
import { type PacketTrace, packetTrace } from './explain/packet-trace.ts';
import { Replay, type ReplayOptions } from './replay/replay.ts';
import { Run } from './run.ts';
import type { InjectOptions, NetStatus, RunResult } from './run-result.ts';
import { refuseUnsupported } from './setup/unsupported.ts';
import type { ValueReader } from './values/values.ts';

interface Parts {
  readonly run: Run;
  readonly lifecycle: Lifecycle;
  readonly outputs: NetOutputs;
}

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
export class Net {
  readonly #options: NetOptions;
  readonly #setup: NodeSetup;
  readonly #spec: NetSpec;
  /** The spec has options that were changed since. */
  #changed = false;
  #parts: Parts | null = null;
  /** A start whose functions are being loaded. */
  #entering: Promise<void> | null = null;

  /**
   * Throws GraphValidationError with all problems of the graph, `UNSUPPORTED` for settings that this
   * version cannot follow, `ENGINE_UNAVAILABLE`, `UNKNOWN_OPTION`.
   */
  constructor(source: Graph | Flow, options: NetOptions = {}) {
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
    await this.#made().lifecycle.pause(reason);
  }

  /** Goes on, and resolves as `start` does. Throws `NET_NOT_PAUSED`. */
  async resume(): Promise<RunResult> {
    await this.#made().lifecycle.resume();
    return this.#result();
  }

  /**
   * Cancels what runs, calls the stop functions, and ends the net's life. Calling it again gives the
   * same promise. Throws `NODE_STOP_FAILED` with the first error of a stop function, when all are done.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    if (this.#entering !== null) await this.#entering;
    const parts = this.#made();
    abandoned.unregister(this);
    await parts.lifecycle.stop(options);
  }

  /**
   * A packet with this value at an input port that faces the outside; resolves with its id once it is
   * placed. Throws `PORT_NOT_INPUT`, `INPUT_PORT_FULL` without `wait`, `NET_STATE` once the net stops.
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
    if (wait && run.waiting.has(port)) return run.waiting.add(port, value);
    const action: Action = { type: 'InjectPacket', port };
    const answer = run.journal.apply(action, [value]);
    if (answer.ok) return answer.packet as PacketId;
    if (wait && answer.code === 'INPUT_PORT_FULL') return run.waiting.add(port, value);
    throw rejected(action, answer);
  }

  /** An epoch of the node with an empty salvo, whatever its conditions say. Throws `NODE_NOT_FOUND`, `NET_STATE`. */
  async injectEpoch(node: string): Promise<EpochId> {
    const { run } = this.#accepting('injectEpoch()');
    return run.journal.must({ type: 'CreateEpoch', node }).epoch as EpochId;
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
    return this.#made().run.journal.apply(action, [value]);
  }

  /** The values that left by an output port, `Node.port`, so far and in order. Throws `PORT_NOT_OUTPUT`. */
  async outputs(port: string): Promise<readonly unknown[]> {
    return this.#made().outputs.values(port);
  }

  /** As `outputs`; the values are collected no more. */
  async takeOutputs(port: string): Promise<readonly unknown[]> {
    return this.#made().outputs.take(port);
  }

  /** Takes values as they come; ends when the net has stopped. Throws `PORT_NOT_OUTPUT`. */
  output(port: string): AsyncIterableIterator<unknown> {
    return this.#made().outputs.stream(port);
  }

  /** Resolves with the kind of block. Throws `WAIT_TIMEOUT`, and `NET_STATE` where the net is stopped first. */
  whenBlocked(options: WaitOptions = {}): Promise<BlockKind> {
    return this.#made().lifecycle.whenBlocked(options);
  }

  status(): NetStatus {
    const { run, lifecycle } = this.#made();
    const view = run.kernel.net();
    return {
      state: lifecycle.state,
      activity: view.activity,
      blocked: view.blocked,
      counts: run.tally.counts(),
      running: view.running,
      startable: view.startable,
      timers: view.timers,
      packetsInside: view.inside,
      waitingInputs: run.waiting.size,
    };
  }

  /** Why the net stands still, per node, and what could be done first; as data, and as `text`. */
  explainBlocked(): BlockExplanation {
    const { run, lifecycle } = this.#made();
    return explainBlocked({
      spec: run.spec,
      kernel: run.kernel,
      state: lifecycle.state,
      inputs: run.graph.inputs,
      waitingInputs: run.waiting.byPort(),
    });
  }

  /** Every place a packet has been, with its lineage; also of one that has ended. Throws `PACKET_NOT_FOUND`. */
  packetTrace(packet: string): PacketTrace {
    return packetTrace(this.#made().run.history, packet as PacketId);
  }

  /** Epochs that wait to be started, in order; of one node, or of all. Throws `NODE_UNKNOWN`. */
  startableEpochs(node?: string): readonly EpochId[] {
    const { kernel } = this.#made().run;
    const epochs = kernel.startableEpochs();
    if (node === undefined) return epochs;
    this.#setup.node(node);
    return epochs.filter((epoch) => kernel.epoch(epoch).node === node);
  }

  /** A live epoch. Throws `EPOCH_NOT_FOUND`. */
  epoch(id: string): EpochView {
    return this.#made().run.kernel.epoch(id as EpochId);
  }

  /** A live packet. Throws `PACKET_NOT_FOUND`. */
  packet(id: string): PacketView {
    return this.#made().run.kernel.packet(id as PacketId);
  }

  /** The log lines of a node and of its epochs, oldest first. Throws `NODE_UNKNOWN`. */
  nodeLog(node: string): readonly LogLine[] {
    this.#setup.node(node);
    return this.#made().run.logs.lines((line) => line.node === node);
  }

  /** The log lines of an epoch, oldest first; also of one that has ended. */
  epochLog(epoch: string): readonly LogLine[] {
    return this.#made().run.logs.lines((line) => line.epoch === epoch);
  }

  /** The log lines of the whole net, oldest first. */
  log(): readonly LogLine[] {
    return this.#made().run.logs.lines(() => true);
  }

  /** XState's inspection events of every actor. */
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): {
    unsubscribe(): void;
  } {
    return this.#made().run.kernel.inspect(observer);
  }

  /** `net`, `node:A`, `node:A/in:x`, `node:A/out:y`, or a live `epoch:e12`. Throws `ACTOR_NOT_FOUND`. */
  actor(address: string): AnyActorRef {
    const actor = this.#made().run.kernel.actor(address);
    if (actor !== undefined) return actor;
    throw new NetrunError('ACTOR_NOT_FOUND', `there is no actor ${address}`, {
      hint: 'Addresses are net, node:A, node:A/in:x, node:A/out:y, epoch:e12 while the epoch lives.',
    });
  }

  get history(): HistoryReader {
    return this.#made().run.history;
  }

  get values(): ValueReader {
    return this.#made().run.values;
  }

  get deadLetters(): DeadLetterQueue {
    return this.#made().run.deadLetters;
  }

  /** The run, made at the first thing that needs one. */
  #made(): Parts {
    if (this.#parts !== null) return this.#parts;
    const options = this.#options;
    const { graph } = this.#setup;
    const spec = this.#changed ? graph.toSpec() : this.#spec;
    const run = new Run({
      graph,
      spec,
      nodes: this.#setup.runNodes(spec),
      clock: options.clock ?? new SystemClock(),
      engine: options.engine,
      errorCallback: options.errorCallback ?? null,
      onDeadLetter: options.onDeadLetter ?? null,
      file: options.file,
      folder: options.file === undefined ? '.' : dirname(resolve(options.file)),
      logLevel: options.logLevel ?? 'info',
      logDestination: options.logDestination ?? null,
      signals: options.handleSignals ?? false,
    });
    const lifecycle = new Lifecycle(run);
    const outputs = new NetOutputs({
      journal: run.journal,
      values: run.values,
      outputs: run.outputs,
      isOver: () => lifecycle.isOver,
    });
    this.#parts = { run, lifecycle, outputs };
    return this.#parts;
  }

  /** The run, with the functions that are named by path. */
  /** As `#loaded`; who pauses or stops the net meanwhile waits until it has begun. */
  #entered(): Promise<Parts> {
    const loaded = this.#loaded();
    const entering = loaded.then(
      () => undefined,
      () => undefined,
    );
    this.#entering = entering;
    void entering.then(() => {
      if (this.#entering === entering) this.#entering = null;
    });
    return loaded;
  }

  async #loaded(): Promise<Parts> {
    await this.#setup.load();
    const parts = this.#made();
    for (const node of parts.run.nodes.values())
      node.functions = this.#setup.functionsOf(node.name);
    const { logs, console } = parts.run;
    abandoned.register(this, { logs, console }, this);
    return parts;
  }

  /** The run, while it takes inputs. */
  #accepting(what: string): Parts {
    const parts = this.#made();
    const { state } = parts.lifecycle;
    if (state !== 'stopping' && state !== 'stopped' && state !== 'failed') return parts;
    throw new NetStateError('NET_STATE', `${what}: the net is ${state}`, {
      hint: 'Make a new Net for another run.',
    });
  }

  async #result(): Promise<RunResult> {
    const { run, lifecycle, outputs } = this.#made();
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
  #assertInService({ run, lifecycle }: Parts, name: string): void {
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
