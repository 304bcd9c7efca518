/**
 * When a net has done everything that it can do without a test.
 *
 * Q1 nothing is decided by how long anything takes: functions of users are waited for however long they take, but for
 * those that are said not to be waited for. Q2 time stands still meanwhile.
 */
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { Run } from '../../runtime/run.ts';
import { isThenable } from '../../runtime/values/values.ts';

type Exec = NonNullable<NodeFunctions['exec']>;
type Start = NonNullable<NodeFunctions['start']>;

/** Functions that are not waited for. */
const unwaited = new WeakSet<Exec | Start>();

/**
 * Functions of a node that may wait for what the test does later, such as for `ctx.signal` to abort: a net is settled
 * while they are under way.
 */
export function unawaited(functions: NodeFunctions | Exec): NodeFunctions {
  const own = typeof functions === 'function' ? { exec: functions } : functions;
  const { exec, start } = own;
  const apart: NodeFunctions = { ...own };
  if (exec !== undefined) apart.exec = (ctx, packets) => exec.call(own, ctx, packets);
  if (start !== undefined) apart.start = (life) => start.call(own, life);
  for (const one of [apart.exec, apart.start]) if (one !== undefined) unwaited.add(one);
  return apart;
}

/** The functions of users that are under way. */
export class UnderWay {
  readonly #promises = new Set<Promise<unknown>>();

  /** `exec` and `start` as they are, and waited for. */
  watched(functions: NodeFunctions): Pick<NodeFunctions, 'exec' | 'start'> {
    const { exec, start } = functions;
    const watched: Pick<NodeFunctions, 'exec' | 'start'> = {};
    if (exec !== undefined && !unwaited.has(exec))
      watched.exec = (ctx, packets) => this.#watch(exec.call(functions, ctx, packets));
    if (start !== undefined && !unwaited.has(start))
      watched.start = (life) => this.#watch(start.call(functions, life));
    return watched;
  }

  get isEmpty(): boolean {
    return this.#promises.size === 0;
  }

  /** Resolves when one of them has ended. */
  async one(): Promise<void> {
    await Promise.race(this.#promises);
  }

  #watch(result: unknown): unknown {
    if (!isThenable(result)) return result;
    const ended = Promise.resolve(result).then(
      () => undefined,
      () => undefined,
    );
    this.#promises.add(ended);
    void ended.then(() => this.#promises.delete(ended));
    return result;
  }
}

/** Lets the event loop go round once. */
function round(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done);
  });
}

/** Resolves when nothing happens any more without a test, or an alarm of the clock. Rejects where the net has failed by a bug. */
export async function settled({ loop, history, desk }: Run, underWay: UnderWay): Promise<void> {
  for (;;) {
    const before = history.lastSeq;
    await round();
    await loop.when(() => true);
    if (!underWay.isEmpty) await underWay.one();
    else if (!desk.idle) await loop.when(() => desk.idle);
    else if (history.lastSeq === before) return;
  }
}
