/**
 * The start and stop functions of nodes: each once per life of the net.
 *
 * Owns: which node's service is up. V1 a node's epochs start after its start function is done. V2 the
 * stop function is called for exactly those nodes whose start succeeded, the last started first.
 * A node without `exec` has no service.
 */
import type { NodeLife } from '../dsl/node-functions.ts';
import { NodeServiceFailed, asError } from './errors.ts';
import type { FailureDesk } from './failure-desk.ts';
import type { Journal } from './journal.ts';
import type { Logs } from './logs.ts';
import { recordedError } from './recorded-error.ts';
import type { RunNode } from './run-node.ts';
import { isThenable } from './values.ts';

export interface ServicesWorld {
  readonly journal: Journal;
  readonly logs: Logs;
  readonly desk: FailureDesk;
  /** Start functions under way at most. */
  readonly maxConcurrency: number;
}

/** Milliseconds after which the event loop gets its turn while services come up. */
const sliceMs = 3;

export class Services {
  readonly #world: ServicesWorld;
  readonly #life = new AbortController();
  /** In the order in which they came up. */
  readonly #up = new Set<RunNode>();
  readonly #failed = new Set<RunNode>();
  readonly #starting = new Set<Promise<void>>();

  constructor(world: ServicesWorld) {
    this.#world = world;
  }

  /** Starts the services of `nodes`, in order; resolves when all have come up or failed. */
  async start(nodes: readonly RunNode[]): Promise<void> {
    let sliceEnd = performance.now() + sliceMs;
    for (const node of nodes) {
      if (this.#life.signal.aborted) return;
      this.#startOne(node);
      if (this.#starting.size >= this.#world.maxConcurrency) await Promise.race(this.#starting);
      if (performance.now() < sliceEnd) continue;
      await new Promise<void>((done) => {
        setImmediate(done);
      });
      sliceEnd = performance.now() + sliceMs;
    }
    while (this.#starting.size > 0) await Promise.race(this.#starting);
  }

  /** Whether the node's start function failed. */
  hasFailed(node: RunNode): boolean {
    return this.#failed.has(node);
  }

  /** Tells functions that the net stops: aborts the signal of `NodeLife`. */
  abort(reason: string): void {
    this.#life.abort(new Error(reason));
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

  #startOne(node: RunNode): void {
    const { start } = node.functions;
    let result: unknown;
    try {
      result = start?.(this.#lifeOf(node));
    } catch (thrown) {
      this.#down(node, thrown);
      return;
    }
    if (!isThenable(result)) {
      void this.#rise(node);
      return;
    }
    const under = Promise.resolve(result)
      .then(
        () => this.#rise(node),
        (thrown: unknown) => this.#down(node, thrown),
      )
      .then(() => {
        this.#starting.delete(under);
      });
    this.#starting.add(under);
  }

  /** The start succeeded; where the net has stopped meanwhile, what was started is stopped. */
  #rise(node: RunNode): void | Promise<void> {
    this.#up.add(node);
    if (this.#life.signal.aborted) return this.#stopOne(node).then(() => undefined);
    this.#world.journal.must({ type: 'NodeUp', node: node.name });
    return undefined;
  }

  #down(node: RunNode, thrown: unknown): void {
    const cause = asError(thrown);
    this.#failed.add(node);
    if (this.#life.signal.aborted) {
      this.#world.logs
        .node(node.name)
        .error({ err: cause }, `start failed while the net was stopping: ${cause.message}`);
      return;
    }
    this.#world.desk.serviceFailed(new NodeServiceFailed('NODE_START_FAILED', node.name, cause));
    this.#world.journal.must({ type: 'NodeFailed', node: node.name, error: recordedError(cause) });
  }

  async #stopOne(node: RunNode): Promise<NodeServiceFailed | null> {
    this.#up.delete(node);
    try {
      await node.functions.stop?.(this.#lifeOf(node));
      return null;
    } catch (thrown) {
      const error = new NodeServiceFailed('NODE_STOP_FAILED', node.name, asError(thrown));
      this.#world.logs.node(node.name).error({ err: error.cause }, error.message);
      return error;
    }
  }

  #lifeOf(node: RunNode): NodeLife {
    return {
      nodeName: node.name,
      config: node.config,
      log: this.#world.logs.node(node.name),
      signal: this.#life.signal,
    };
  }
}
