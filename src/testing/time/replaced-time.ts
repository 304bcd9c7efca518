/**
 * The timers and clocks of Node, replaced for functions of nodes that are tested.
 *
 * Owns: what stands in their place, and for how long. R1 only what is called from such a function sees the time of its
 * flow; all else, Node's own parts included, has the real one. R2 everything is as it was once nobody needs it any more;
 * what other code has replaced meanwhile is left to it.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { type FunctionCall, SimulatedTimer, callUnderWay } from './function-call.ts';

type Called = (...given: never[]) => unknown;

/** Something replaced: a property of an object. */
interface Replacement {
  readonly holder: object;
  readonly key: string;
  readonly before: PropertyDescriptor | undefined;
  readonly by: unknown;
}

interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Whether it is one of Node's own parts that calls, such as `fetch`, which waits for the world. */
function isCalledByNode(called: Called): boolean {
  const { stackTraceLimit } = Error;
  const prepareStackTrace: unknown = Reflect.get(Error, 'prepareStackTrace');
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, sites) => sites[0]?.getFileName() ?? '';
    const place: { stack?: unknown } = {};
    Error.captureStackTrace(place, called);
    return typeof place.stack === 'string' && place.stack.startsWith('node:');
  } finally {
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** As it is before anything is replaced. */
const { setTimeout: realWait } = timersPromises;

/** Resolves when the call's time has come by; rejects as Node does where the signal aborts. */
function waited<T>(
  call: FunctionCall,
  delayMs: number,
  value: T,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve(realWait(0, value, { signal }));
      return;
    }
    const abort = (): void => {
      timer.close();
      if (signal !== undefined) resolve(realWait(0, value, { signal }));
    };
    const ring = (): void => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    };
    const timer = call.timer({ delayMs, repeats: false, isGuard: false, ring });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

async function* repeated<T>(
  call: FunctionCall,
  delayMs: number,
  value: T,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  for (;;) yield await waited(call, Math.max(1, delayMs), value, signal);
}

/** `setTimeout` or `setInterval`. */
function settingTimers(real: Called, repeats: boolean): Called {
  const set = (callback: Called, delay?: unknown, ...given: never[]): unknown => {
    const call = callUnderWay();
    if (call === null || typeof callback !== 'function' || isCalledByNode(set))
      return Reflect.apply(real, globalThis, [callback, delay, ...given]);
    const delayMs = Number(delay ?? 0);
    return call.timer({ delayMs, repeats, isGuard: false, ring: () => void callback(...given) });
  };
  return set;
}

function clearingTimers(real: Called): Called {
  return (timer: unknown) => {
    if (timer instanceof SimulatedTimer) timer.close();
    else Reflect.apply(real, globalThis, [timer]);
  };
}

function waitingTimers(real: typeof timersPromises.setTimeout): Called {
  return (delay?: number, value?: unknown, options?: WaitOptions) => {
    const call = callUnderWay();
    return call === null
      ? real(delay, value, options)
      : waited(call, delay ?? 0, value, options?.signal);
  };
}

function dates(real: DateConstructor): DateConstructor {
  return new Proxy(real, {
    construct(target, given: unknown[], as) {
      const call = given.length === 0 ? callUnderWay() : null;
      const told = call === null ? given : [call.clock.now()];
      return Reflect.construct(target, told, as) as object;
    },
    apply: (target, _, given: []) =>
      callUnderWay() === null ? target(...given) : new Date().toString(),
  });
}

function timersReplaced(): readonly [holder: object, key: string, by: Called][] {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const wait = waitingTimers(timersPromises.setTimeout);
  const repeat = timersPromises.setInterval;
  const { scheduler } = timersPromises;
  const schedulerWait = scheduler.wait.bind(scheduler);
  const by = {
    setTimeout: Object.assign(settingTimers(setTimeout, false), { [promisify.custom]: wait }),
    setInterval: settingTimers(setInterval, true),
    clearTimeout: clearingTimers(clearTimeout),
    clearInterval: clearingTimers(clearInterval),
  };
  const everywhere = Object.entries(by).flatMap(([key, called]): [object, string, Called][] => [
    [globalThis, key, called],
    [timers, key, called],
  ]);
  const repeating: Called = (delay?: number, value?: unknown, options?: WaitOptions) => {
    const call = callUnderWay();
    return call === null
      ? repeat(delay, value, options)
      : repeated(call, delay ?? 1, value, options?.signal);
  };
  const waiting: Called = (delay: number, options?: WaitOptions) => {
    const call = callUnderWay();
    return call === null
      ? schedulerWait(delay, options)
      : waited(call, delay, undefined, options?.signal);
  };
  return [
    ...everywhere,
    [timersPromises, 'setTimeout', wait],
    [timersPromises, 'setInterval', repeating],
    [scheduler, 'wait', waiting],
  ];
}

function clocksReplaced(): readonly [holder: object, key: string, by: Called][] {
  const { Date: realDate, performance } = globalThis;
  const dateNow = realDate.now.bind(realDate);
  const performanceNow = performance.now.bind(performance);
  const timeoutSignal = AbortSignal.timeout.bind(AbortSignal);
  return [
    [globalThis, 'Date', dates(realDate)],
    [realDate, 'now', () => callUnderWay()?.clock.now() ?? dateNow()],
    [
      performance,
      'now',
      () => {
        const clock = callUnderWay()?.clock;
        return clock === undefined ? performanceNow() : clock.now() - clock.startMs;
      },
    ],
    [
      AbortSignal,
      'timeout',
      (delayMs: number) => {
        const call = callUnderWay();
        if (call === null) return timeoutSignal(delayMs);
        const controller = new AbortController();
        const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
        const ring = (): void => controller.abort(reason);
        call.timer({ delayMs, repeats: false, isGuard: true, ring });
        return controller.signal;
      },
    ],
  ];
}

/** Everything replaced, until it is put back. */
class Patch {
  readonly #replacements: readonly Replacement[];

  constructor() {
    this.#replacements = [...timersReplaced(), ...clocksReplaced()].map(([holder, key, by]) => {
      const before = Object.getOwnPropertyDescriptor(holder, key);
      const enumerable = before?.enumerable ?? true;
      Object.defineProperty(holder, key, {
        value: by,
        configurable: true,
        writable: true,
        enumerable,
      });
      return { holder, key, before, by };
    });
    syncBuiltinESMExports();
  }

  undo(): void {
    for (const { holder, key, before, by } of this.#replacements) {
      if (Object.getOwnPropertyDescriptor(holder, key)?.value !== by) continue;
      if (before === undefined) Reflect.deleteProperty(holder, key);
      else Object.defineProperty(holder, key, before);
    }
    syncBuiltinESMExports();
  }
}

let holders = 0;
let patch: Patch | null = null;

/** From now on functions see the time of their flow, until the function returned is called. */
export function replaceTime(): () => void {
  holders += 1;
  patch ??= new Patch();
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holders -= 1;
    if (holders > 0) return;
    patch?.undo();
    patch = null;
  };
}
