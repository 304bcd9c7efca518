/**
 * The services of nodes whose attempts are run again after their run.
 *
 * Owns: which of them were started. S1 a start function is called once, before the first attempt of its node
 * that is run, and the stop functions at the end.
 */
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import { NodeServiceFailed, asError } from '../errors.ts';
import type { RunNode } from '../setup/run-node.ts';
import type { AttemptRecord } from './attempt-records.ts';
import type { AttemptVerdict, RerunWorld } from './rerun.ts';

type Skipped = Extract<AttemptVerdict, { outcome: 'skipped' }>;

/** The start and stop functions of the nodes whose attempts are run again. */
export class RerunServices {
  readonly #world: RerunWorld;
  readonly #life = new AbortController();
  readonly #started = new Map<RunNode, Error | null>();

  constructor(world: RerunWorld) {
    this.#world = world;
  }

  /** Starts the node of the attempt, once; why the attempt cannot be run, or null. */
  async obstacle({ node: name }: AttemptRecord): Promise<Skipped | null> {
    const node = this.#world.nodes.get(name);
    if (node === undefined) return skipped(`the net has no node ${name}`);
    if (node.functions.exec === undefined) return skipped(`node ${name} has no function`);
    let error = this.#started.get(node);
    if (error === undefined) {
      error = await this.#call(node, node.functions.start);
      this.#started.set(node, error);
    }
    return error === null
      ? null
      : skipped(`the start function of its node threw: ${error.message}`);
  }

  /** Throws `NODE_STOP_FAILED` with the first error, when all are done. */
  async stop(): Promise<void> {
    let first: NodeServiceFailed | null = null;
    this.#life.abort(new Error('the re-execution is over'));
    for (const [node, failed] of [...this.#started].reverse()) {
      if (failed !== null) continue;
      const error = await this.#call(node, node.functions.stop);
      if (error === null) continue;
      const told = new NodeServiceFailed('NODE_STOP_FAILED', node.name, error);
      if (first === null) first = told;
      else first.suppressed.push(told);
    }
    if (first !== null) throw first;
  }

  async #call(
    node: RunNode,
    called: NodeFunctions['start'] | NodeFunctions['stop'],
  ): Promise<Error | null> {
    if (called === undefined) return null;
    const { console, logs } = this.#world;
    const { name: nodeName, config } = node;
    const log = logs.node(nodeName);
    const life = { nodeName, config, log, signal: this.#life.signal };
    try {
      await console.run(node, life, () => called(life));
      return null;
    } catch (thrown) {
      return asError(thrown);
    }
  }
}

function skipped(reason: string): Skipped {
  return { outcome: 'skipped', reason };
}
