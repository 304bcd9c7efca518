/**
 * When a net has done everything that it can do without a test.
 *
 * Q1 nothing is decided by how long anything takes: functions of users are waited for however long they take, but for
 * those that wait for a timer of their own, or are said not to be waited for. Q2 time stands still meanwhile.
 */
import type { ExecContext, NodeFunctions } from '../../dsl/node-functions.ts';
import { limits } from '../../limits.ts';
import type { Run } from '../../runtime/run.ts';
import { isThenable } from '../../runtime/values/values.ts';
import { FunctionCall, type FunctionCallWorld } from '../time/function-call.ts';
import { replaceTime } from '../time/replaced-time.ts';
import { TestError } from '../test-error.ts';

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

/** What a call is of: the node, and `e5` or the name of the function. */
function called(node: string, key: string, given: readonly unknown[]): [string, string] {
  const [first] = given;
  const epoch = key === 'exec' ? (first as ExecContext).epochId : key;
  return [node, epoch];
}

/** The functions of users that are under way. */
export class UnderWay {
  readonly #world: Omit<FunctionCallWorld, 'onTimer'>;
  /** All of them, with what puts back the time that was replaced for each. */
  readonly #calls = new Map<FunctionCall, (() => void) | null>();
  /** The end of each that is waited for. */
  readonly #ends = new Map<FunctionCall, Promise<void>>();
  readonly #onTimer = new Set<() => void>();

  constructor(world: Omit<FunctionCallWorld, 'onTimer'>) {
    this.#world = world;
  }

  /** Functions of a node as they are, in the time of the test, and waited for. */
  watched(node: string, functions: NodeFunctions): Watched {
    return replaced(functions, (own, key) =>
      this.watching(own, functions, (given) => called(node, key, given)),
    );
  }

  /** A function as it is, in the time of the test, and waited for; `who` says whose it is. */
  watching<T extends Called>(
    own: T,
    self: object | undefined,
    who: (given: readonly unknown[]) => [node: string, what: string],
  ): T {
    const isWaitedFor = !unwaited.has(own);
    return ((...given) => this.call(who(given), () => own.apply(self, given), isWaitedFor)) as T;
  }

  /** Calls a function in the time of the test; `onTimer` is told of its timers. */
  call(
    [node, what]: readonly [node: string, what: string],
    own: () => unknown,
    isWaitedFor: boolean,
    onTimer: () => void = () => undefined,
  ): unknown {
    const call = new FunctionCall(node, what, {
      ...this.#world,
      onTimer: () => {
        onTimer();
        for (const wake of this.#onTimer) wake();
      },
    });
    const putBack = this.#world.time === 'real' ? null : replaceTime();
    this.#calls.set(call, putBack);
    const over = (): void => {
      call.end();
      this.#calls.delete(call);
      this.#ends.delete(call);
      putBack?.();
    };
    let isLasting = false;
    try {
      const result = call.run(own);
      if (!isThenable(result)) return result;
      isLasting = true;
      const ended = Promise.resolve(result).then(over, over);
      if (isWaitedFor) this.#ends.set(call, ended);
      return result;
    } finally {
      if (!isLasting) over();
    }
  }

  /** Those that wait for a timer of their own, in the order in which they were called. */
  get asleep(): readonly FunctionCall[] {
    return [...this.#calls.keys()].filter(({ isAsleep }) => isAsleep);
  }

  /** The net is over: what never comes back does not keep time replaced. */
  release(): void {
    for (const putBack of this.#calls.values()) putBack?.();
  }

  /** Every function that is waited for waits for a timer of its own. */
  get isQuiet(): boolean {
    return this.#awake().length === 0;
  }

  /** Resolves when one of those that are waited for has ended, or waits for a timer. */
  async one(): Promise<void> {
    let wake = (): void => undefined;
    const timer = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#onTimer.add(wake);
    await Promise.race([timer, ...this.#awake()]);
    this.#onTimer.delete(wake);
  }

  #awake(): readonly Promise<void>[] {
    return [...this.#ends].flatMap(([call, ended]) => (call.isAsleep ? [] : [ended]));
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
    throw new TestError(
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
    if (!underWay.isQuiet) await underWay.one();
    else if (history.lastSeq === before) return;
  }
}
