/**
 * The functions of the nodes as a simulation runs them.
 *
 * Owns: which asynchronous functions are under way, and what each waits for. O1 a function that is asynchronous happens
 * at a moment that the simulation chooses, all of it at once, and tells its outcome at another. O2 one that is
 * synchronous runs as it is. O3 of a process that is gone nothing comes any more. O4 a function that sets a timer waits
 * for the simulation's time, and for nothing else.
 */
import type {
  ExecContext,
  InputPackets,
  NodeFunctions,
  NodeLife,
} from '../../dsl/node-functions.ts';
import { isThenable } from '../../runtime/values/values.ts';
import type { FlowClock } from '../time/flow-clock.ts';
import { FunctionCall, type FunctionsTime } from '../time/function-call.ts';
import { type Fault, type FaultDraws, SimulatedFailure } from './faults.ts';
import { sleep } from './simulated-clock.ts';

/** Something that can happen next. */
export interface Operation {
  /** `Fetch (e3) runs`. */
  readonly what: string;
  release(): void;
}

interface WaitingOperation extends Operation {
  isReady(): boolean;
}

export interface OperationsWorld {
  readonly clock: FlowClock;
  readonly time: FunctionsTime;
  readonly faults: FaultDraws;
  /** Functions that are known to be asynchronous, `Node.exec`. */
  readonly asynchronous: ReadonlySet<string>;
  /** A function that was not known to be has given a promise. */
  onAsynchronous(key: string): void;
  /** An attempt is about to be made. */
  onAttempt(epoch: string, attempt: number): void;
  /** The outcome of the epoch is to be told twice. */
  onTwice(epoch: string): void;
  /** What a timer's callback of a function has thrown. */
  onUncaught(thrown: unknown, call: FunctionCall): void;
}

type Kind = keyof NodeFunctions;

const forever = (): Promise<never> => new Promise(() => undefined);

export const functionKey = (node: string, kind: Kind): string => `${node}.${kind}`;

export class Operations {
  readonly #world: OperationsWorld;
  #waiting: WaitingOperation[] = [];
  #isGone = false;
  /** Functions that were called and have not come back yet. */
  readonly #calls = new Set<FunctionCall>();
  /** Those that have come back, and have left timers behind. */
  readonly #left = new Set<FunctionCall>();
  /** Counts everything that happens. */
  activity = 0;

  constructor(world: OperationsWorld) {
    this.#world = world;
  }

  /** What can happen next, in the order in which it came up. */
  ready(): readonly Operation[] {
    return this.#waiting.filter((operation) => operation.isReady());
  }

  /** Functions that were called and have not come back yet. */
  get underWay(): readonly FunctionCall[] {
    return [...this.#calls];
  }

  /** Those of them that do not wait for the simulation's time: they need the world's. */
  get awake(): readonly FunctionCall[] {
    return this.underWay.filter(({ isAsleep }) => !isAsleep);
  }

  /** The process is gone. */
  end(): void {
    this.#isGone = true;
    this.#waiting = [];
    for (const call of [...this.#calls, ...this.#left]) call.drop();
    this.#calls.clear();
    this.#left.clear();
  }

  /** Those functions of the node that it has, as the simulation runs them. */
  wrap(node: string, { exec, start, stop, failed }: NodeFunctions): NodeFunctions {
    return {
      ...(exec === undefined ? {} : { exec: this.#exec(node, exec) }),
      ...(start === undefined ? {} : { start: this.#service(node, 'start', start) }),
      ...(stop === undefined ? {} : { stop: this.#service(node, 'stop', stop) }),
      ...(failed === undefined
        ? {}
        : {
            failed: (failure) =>
              this.#called(node, 'failed', `the failed function of ${node}`, null, () =>
                failed(failure),
              ),
          }),
    };
  }

  #service(
    node: string,
    kind: 'start' | 'stop',
    called: (life: NodeLife) => unknown,
  ): (life: NodeLife) => unknown {
    const what = `the ${kind} function of ${node}`;
    return (life) =>
      this.#called(node, kind, what, kind === 'start' ? life.signal : null, () => called(life));
  }

  /** A function that is no attempt. */
  #called(
    node: string,
    kind: Kind,
    what: string,
    signal: AbortSignal | null,
    call: () => unknown,
  ): unknown {
    if (this.#isGone) return kind === 'stop' ? undefined : forever();
    if (!this.#isAsynchronous(node, kind)) {
      const result = this.#carriedOut(node, kind, call);
      if (isThenable(result)) this.#world.onAsynchronous(functionKey(node, kind));
      return result;
    }
    return this.#gate(`${what} runs`, signal, false).then((isReleased) => {
      if (!isReleased) throw signal?.reason;
      return this.#carriedOut(node, kind, call);
    });
  }

  #exec(
    node: string,
    exec: NonNullable<NodeFunctions['exec']>,
  ): NonNullable<NodeFunctions['exec']> {
    return (ctx, packets) => {
      if (this.#isGone) return forever();
      this.#world.onAttempt(ctx.epochId, ctx.retryCount);
      const isAsync = this.#isAsynchronous(node, 'exec');
      const fault = this.#world.faults.next(node, isAsync);
      if (fault === 'twice') this.#world.onTwice(ctx.epochId);
      if (isAsync) return this.#later(fault, ctx, () => exec(ctx, packets));
      return this.#atOnce(fault, ctx, packets, exec);
    };
  }

  #atOnce(
    fault: Fault,
    ctx: ExecContext,
    packets: InputPackets,
    exec: NonNullable<NodeFunctions['exec']>,
  ): unknown {
    if (fault === 'fails') throw failure(ctx, 'before');
    const result = this.#carriedOut(ctx.nodeName, ctx.epochId, () => exec(ctx, packets));
    if (isThenable(result)) {
      this.#world.onAsynchronous(functionKey(ctx.nodeName, 'exec'));
      return this.#outcome(fault, ctx, result);
    }
    if (fault === 'fails_after') throw failure(ctx, 'after');
    return result;
  }

  async #later(fault: Fault, ctx: ExecContext, call: () => unknown): Promise<unknown> {
    const { signal } = ctx;
    if (fault.startsWith('slow')) await sleep(this.#world.clock, Number(fault.slice(4)), signal);
    if (fault === 'hangs') await aborted(signal);
    const isDeaf = fault === 'late';
    const what = `${ctx.nodeName} (${ctx.epochId}) runs`;
    if (!(await this.#gate(what, signal, isDeaf))) {
      if (this.#isGone) return forever();
      throw signal.reason;
    }
    if (fault === 'fails') throw failure(ctx, 'before');
    return this.#outcome(fault, ctx, this.#carriedOut(ctx.nodeName, ctx.epochId, call));
  }

  async #outcome(fault: Fault, ctx: ExecContext, coming: unknown): Promise<unknown> {
    const result = await coming;
    // The outcome is told later than the work was done: whether in time or not.
    await this.#gate(`${ctx.nodeName} (${ctx.epochId}) comes back`, ctx.signal, false);
    if (this.#isGone) return forever();
    if (fault === 'fails_after') throw failure(ctx, 'after');
    return result;
  }

  /** Calls the function, which is under way until it comes back. */
  #carriedOut(node: string, what: string, called: () => unknown): unknown {
    const call = new FunctionCall(node, what, {
      clock: this.#world.clock,
      time: this.#world.time,
      onTimer: () => {
        this.activity += 1;
      },
      onUncaught: (thrown) => this.#world.onUncaught(thrown, call),
    });
    this.#calls.add(call);
    const over = (): void => {
      this.activity += 1;
      this.#calls.delete(call);
      if (call.hasTimers) this.#left.add(call);
      call.end();
    };
    let isLasting = false;
    try {
      const result = call.run(called);
      isLasting = isThenable(result);
      return isLasting ? Promise.resolve(result).finally(over) : result;
    } finally {
      if (!isLasting) over();
    }
  }

  #isAsynchronous(node: string, kind: Kind): boolean {
    return this.#world.asynchronous.has(functionKey(node, kind));
  }

  /** Resolves with true when the simulation lets it go, with false when the signal aborts first, unless it is deaf. */
  #gate(what: string, signal: AbortSignal | null, isDeaf: boolean): Promise<boolean> {
    this.activity += 1;
    return new Promise((resolve) => {
      const leave = (isReleased: boolean) => (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== operation);
        this.activity += 1;
        resolve(isReleased);
      };
      const isReady = (): boolean => !isDeaf || signal?.aborted === true;
      const operation = { what, isReady, release: leave(true) };
      if (signal?.aborted === true && !isDeaf) {
        resolve(false);
        return;
      }
      this.#waiting.push(operation);
      if (!isDeaf) signal?.addEventListener('abort', leave(false), { once: true });
    });
  }
}

function failure({ nodeName, epochId }: ExecContext, when: 'before' | 'after'): SimulatedFailure {
  return new SimulatedFailure(`simulated: ${nodeName} (${epochId}) failed ${when} its work`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
