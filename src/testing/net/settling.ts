/**
 * When a net has done everything that it can do without a test.
 *
 * Q1 nothing is decided by how long anything takes: functions of users are waited for however long they take, but for
 * those that are said not to be waited for. Q2 time stands still meanwhile.
 */
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { Run } from '../../runtime/run.ts';
import { isThenable } from '../../runtime/values/values.ts';

type Exec = NonNullable<NodeFunctions['exec']>;

/** Functions that a net under test waits for. */
const waitedFor = ['exec', 'start', 'failed'] as const;
type Watched = Pick<NodeFunctions, (typeof waitedFor)[number]>;

/** Any of them, as far as it matters here. */
type Called = (...given: never[]) => unknown;

/** Functions that are not waited for. */
const unwaited = new WeakSet<Called>();

/**
 * Functions of a node that may wait for what the test does later, such as for `ctx.signal` to abort: a net is settled
 * while they are under way.
 */
export function unawaited(functions: NodeFunctions | Exec): NodeFunctions {
  const own = typeof functions === 'function' ? { exec: functions } : functions;
  const apart = {
    ...own,
    ...replaced(
      own,
      (called) =>
        (...given) =>
          called.apply(own, given),
    ),
  };
  for (const key of waitedFor) {
    const one = apart[key];
    if (one !== undefined) unwaited.add(one);
  }
  return apart;
}

/** The functions that are waited for, each with another in its place. */
function replaced(functions: NodeFunctions, by: (called: Called, key: string) => Called): Watched {
  const given = waitedFor.flatMap((key) => {
    const called: Called | undefined = functions[key];
    return called === undefined ? [] : [[key, by(called, key)]];
  });
  return Object.fromEntries(given) as Watched;
}

/** The functions of users that are under way. */
export class UnderWay {
  readonly #promises = new Set<Promise<unknown>>();

  /** Functions of a node as they are, and waited for. */
  watched(functions: NodeFunctions): Watched {
    return replaced(functions, (called) =>
      unwaited.has(called) ? called : this.watching(called, functions),
    );
  }

  /** A function as it is, and waited for. */
  watching<T extends Called>(called: T, self?: object): T {
    const watch = (result: unknown): unknown => this.#watch(result);
    return ((...given) => watch(called.apply(self, given))) as T;
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

/** Resolves when the loop has nothing left to do. Throws `TEST_NOT_SETTLED`, after which it does nothing more. */
async function still({ loop, history }: Run, first: number): Promise<void> {
  let isStill = false;
  const told = loop
    .when(() => true)
    .then(() => {
      isStill = true;
    });
  told.catch(() => undefined);
  for (;;) {
    await Promise.race([told, round()]);
    if (isStill) return;
    const records = history.lastSeq - first;
    if (records <= limits.testRecords) continue;
    loop.fallAsleep();
    throw new NetrunError(
      'TEST_NOT_SETTLED',
      `${records} records later the net still does not come to rest`,
      { hint: 'Look for nodes that feed each other; hold one of them, or step().' },
    );
  }
}

/**
 * Resolves when nothing happens any more without a test, or an alarm of the clock. Throws `TEST_NOT_SETTLED` where it
 * goes on and on, and what a bug has failed the net with.
 */
export async function settled(run: Run, underWay: UnderWay): Promise<void> {
  const { history } = run;
  const first = history.lastSeq;
  for (;;) {
    const before = history.lastSeq;
    await round();
    await still(run, first);
    if (!underWay.isEmpty) await underWay.one();
    else if (history.lastSeq === before) return;
  }
}
