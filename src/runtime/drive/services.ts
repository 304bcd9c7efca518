/**
 * The start and stop functions of nodes: each once per life of the net, a start also after it failed.
 *
 * Owns: which node's service is up, and which calls of start functions are under way. Whether and
 * when a start that failed is made again the kernel decides.
 * V1 a node's epochs start after its start function is done. V2 the stop function is called for
 * exactly those nodes whose start succeeded, the last started first. V3 a start has one outcome; what
 * comes after its time is over is recorded as a late result and changes nothing.
 * A node without `exec` has no service.
 */
import type { NodeLife } from '../../dsl/node-functions.ts';
import { NetrunError } from '../../errors.ts';
import { type Clock, elapsedOf } from '../time/clock.ts';
import type { ConsoleCapture } from '../logs/console-capture.ts';
import { errorCatalogue } from '../error-catalogue.ts';
import { NodeServiceFailed, asError } from '../errors.ts';
import type { FailureDesk } from '../failure/failure-desk.ts';
import type { Journal } from './journal.ts';
import type { Logs } from '../logs/logs.ts';
import { randomStream } from '../epochs/random.ts';
import { recordedError } from '../epochs/recorded-error.ts';
import { jitteredWait } from './retry-wait.ts';
import type { RunNode } from '../setup/run-node.ts';
import { isThenable } from '../values/values.ts';

export interface ServicesWorld {
  readonly nodes: ReadonlyMap<string, RunNode>;
  readonly journal: Journal;
  readonly logs: Logs;
  readonly console: ConsoleCapture;
  readonly desk: FailureDesk;
  readonly clock: Clock;
  readonly seed: string | number;
  /** Start functions under way at most. */
  readonly maxConcurrency: number;
  /** Keeps the net from going on until the function that comes back is called. */
  hold(): () => void;
  /** A bug: fails the net. */
  onBug(error: Error): void;
}

/** Milliseconds after which the event loop gets its turn while services come up. */
const sliceMs = 3;

/** One call of a start function. */
interface StartCall {
  readonly node: RunNode;
  /** From 0. */
  readonly attempt: number;
  over: boolean;
  /** Takes back the alarm of its time limit. */
  unwatch: () => void;
}

export class Services {
  readonly #world: ServicesWorld;
  readonly #life = new AbortController();
  #isAbandoned = false;
  /** In the order in which they came up. */
  readonly #up = new Set<RunNode>();
  /** Those whose start failed and is not made again. */
  readonly #failed = new Set<RunNode>();
  /** Starts that failed, by node. */
  readonly #failures = new Map<RunNode, number>();
  readonly #starting = new Map<StartCall, Promise<void>>();
  /** Nodes whose next start waits until there is room for it. */
  readonly #queue: RunNode[] = [];

  constructor(world: ServicesWorld) {
    this.#world = world;
  }

  /**
   * Starts the services of `nodes`, in order; resolves when all have been started once. The net does
   * not go on between two that start at once, however long that takes.
   */
  async start(nodes: readonly RunNode[]): Promise<void> {
    const { clock } = this.#world;
    let sliceEnd = elapsedOf(clock) + sliceMs;
    let release = this.#world.hold();
    try {
      for (const node of nodes) {
        while (this.#isFull()) {
          release();
          await Promise.race(this.#starting.values());
          release = this.#world.hold();
        }
        if (this.#life.signal.aborted) return;
        this.#startOne(node);
        if (elapsedOf(clock) < sliceEnd) continue;
        await new Promise<void>((done) => {
          setImmediate(done);
        });
        sliceEnd = elapsedOf(clock) + sliceMs;
      }
    } finally {
      release();
    }
  }

  /** Starts of a node that failed before this process took over. */
  noteFailures(node: RunNode, count: number): void {
    this.#failures.set(node, count);
  }

  /** Calls the start function of a node again. */
  restart(name: string): void {
    const node = this.#world.nodes.get(name);
    if (node === undefined) throw new Error(`restart of unknown node ${name}`);
    if (this.#isFull()) this.#queue.push(node);
    else this.#startOne(node);
  }

  /** Whether the node's start function failed, and is not called again. */
  hasFailed(node: RunNode): boolean {
    return this.#failed.has(node);
  }

  /** Tells functions that the net stops: aborts the signal of `NodeLife`. */
  abort(reason: string): void {
    for (const call of this.#starting.keys()) call.unwatch();
    this.#queue.length = 0;
    this.#life.abort(new Error(reason));
  }

  /** As `abort`; what comes late is told in the log only, for the run goes on without this process. */
  abandon(reason: string): void {
    this.#isAbandoned = true;
    this.abort(reason);
  }

  /** Calls the stop functions, one after the other; the errors that came of it. */
  async stop(): Promise<readonly NodeServiceFailed[]> {
    const errors: NodeServiceFailed[] = [];
    for (const node of [...this.#up].reverse()) {
      const error = await this.#stopOne(node);
      if (error !== null) errors.push(error);
    }
    return errors;
  }

  #isFull(): boolean {
    return this.#starting.size >= this.#world.maxConcurrency;
  }

  #startOne(node: RunNode): void {
    const attempt = this.#failures.get(node) ?? 0;
    const call: StartCall = { node, attempt, over: false, unwatch: () => undefined };
    const limit = node.options.startTimeout;
    const own = limit === undefined ? null : new AbortController();
    const { signal } = this.#life;
    const life = this.#lifeOf(node, own === null ? signal : AbortSignal.any([signal, own.signal]));
    let result: unknown;
    try {
      result = this.#call(life, node, node.functions.start);
    } catch (thrown) {
      this.#down(call, thrown);
      return;
    }
    if (!isThenable(result)) {
      void this.#rise(call);
      return;
    }
    const overdue = own === null || limit === undefined ? null : this.#overdue(call, limit, own);
    const ended = Promise.resolve(result).then(
      () => this.#rise(call),
      (thrown: unknown) => this.#down(call, thrown),
    );
    const under = (overdue === null ? ended : Promise.race([ended, overdue]))
      .catch((bug: unknown) => this.#world.onBug(asError(bug)))
      .then(() => {
        this.#starting.delete(call);
        const waiting = this.#isFull() ? undefined : this.#queue.shift();
        if (waiting !== undefined) this.#startOne(waiting);
      });
    this.#starting.set(call, under);
  }

  /** Resolves when the time of the call, in seconds, is over, and the start has failed by that. */
  #overdue(call: StartCall, limit: number, own: AbortController): Promise<void> {
    const { clock } = this.#world;
    const { name } = call.node;
    return new Promise((resolve, reject) => {
      call.unwatch = clock.at(clock.now() + Math.max(1, Math.round(limit * 1000)), () => {
        const error = new NetrunError(
          'START_TIMEOUT',
          `the start function of node ${name} was not done within ${limit} s`,
          { nodeName: name, hint: errorCatalogue['START_TIMEOUT'] },
        );
        try {
          this.#down(call, error);
          own.abort(error);
          resolve();
        } catch (bug) {
          reject(asError(bug));
        }
      });
    });
  }

  /** The start succeeded; where the net has stopped meanwhile, what was started is stopped. */
  #rise(call: StartCall): void | Promise<void> {
    if (call.over) {
      this.#late(call, 'returned', null);
      return undefined;
    }
    this.#end(call);
    const { node } = call;
    this.#up.add(node);
    if (this.#life.signal.aborted) return this.#stopOne(node).then(() => undefined);
    this.#world.journal.must({ type: 'NodeUp', node: node.name });
    return undefined;
  }

  #down(call: StartCall, thrown: unknown): void {
    const cause = asError(thrown);
    if (call.over) {
      this.#late(call, 'threw', cause);
      return;
    }
    this.#end(call);
    const { node, attempt } = call;
    const { journal, logs, desk, seed } = this.#world;
    this.#failures.set(node, attempt + 1);
    if (this.#life.signal.aborted) {
      this.#failed.add(node);
      logs
        .node(node.name)
        .error({ err: cause }, `start failed while the net was stopping: ${cause.message}`);
      return;
    }
    const error = new NodeServiceFailed('NODE_START_FAILED', node.name, cause, attempt + 1);
    const waitMs = jitteredWait(node, attempt, randomStream(seed, node.name, attempt, 'restart'));
    const action = {
      type: 'NodeFailed' as const,
      node: node.name,
      error: recordedError(cause),
      ...(waitMs === null ? {} : { waitMs }),
    };
    const { events } = journal.must(action, undefined, undefined, cause);
    if (events.some(({ event }) => event === 'NodeRestartScheduled')) {
      logs.node(node.name).error({ err: cause, attempt, final: false }, error.message);
      return;
    }
    this.#failed.add(node);
    desk.serviceFailed(error);
  }

  #end(call: StartCall): void {
    call.over = true;
    call.unwatch();
  }

  /** Writes down what came after the call was over. */
  #late({ node, attempt }: StartCall, outcome: 'returned' | 'threw', thrown: Error | null): void {
    const error = thrown === null ? {} : { error: recordedError(thrown) };
    const value = { attempt, outcome, ...error };
    this.#world.logs.node(node.name).warn(value, 'late result ignored');
    if (this.#isAbandoned) return;
    this.#world.journal.must({ type: 'RecordLateResult', node: node.name, ...value });
  }

  async #stopOne(node: RunNode): Promise<NodeServiceFailed | null> {
    this.#up.delete(node);
    try {
      await this.#call(this.#lifeOf(node, this.#life.signal), node, node.functions.stop);
      return null;
    } catch (thrown) {
      const error = new NodeServiceFailed('NODE_STOP_FAILED', node.name, asError(thrown));
      this.#world.logs.node(node.name).error({ err: error.cause }, error.message);
      return error;
    }
  }

  #call(life: NodeLife, node: RunNode, called: ((life: NodeLife) => unknown) | undefined): unknown {
    if (called === undefined) return undefined;
    return this.#world.console.run(node, life, () => called(life));
  }

  #lifeOf(node: RunNode, signal: AbortSignal): NodeLife {
    return {
      nodeName: node.name,
      config: node.config,
      log: this.#world.logs.node(node.name),
      signal,
    };
  }
}
