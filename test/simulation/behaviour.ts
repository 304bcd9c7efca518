/** What the simulated nodes do, drawn anew for every attempt: well, badly, late, or never. */
import type { NodeInput } from '../../src/dsl/definition.ts';
import type {
  ExecContext,
  InputPackets,
  NodeFunctions,
  Packet,
} from '../../src/dsl/node-functions.ts';
import { NetrunError } from '../../src/errors.ts';
import { type Clock, HeldClock } from '../../src/runtime/time/clock.ts';
import { Draw } from '../../src/testing/simulation/draw.ts';

/** What a simulated value is; `of` says who made it. */
export interface SimulatedValue {
  readonly of: string;
  readonly number: number;
}

export interface BehaviourWorld {
  readonly seed: number;
  readonly clock: Clock;
  /**
   * Nothing that does not come back as it was when the net is saved and loaded: values that are yet to be
   * made, start functions that fail or take their time, draws that depend on the draws before them, a net
   * that is stopped. Default: false.
   */
  readonly isSavable?: boolean;
  /** Told of every attempt before it does anything. */
  onAttempt(ctx: ExecContext, packets: InputPackets): void;
}

/** Resolves after `ms` of simulated time; with a signal it rejects as soon as that aborts. */
function sleep(clock: Clock, ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = clock.at(clock.now() + ms, resolve);
    signal?.addEventListener('abort', () => {
      take();
      reject(signal.reason as Error);
    });
  });
}

/** Never resolves; once the signal aborts it ends, by a throw or as if nothing had been. */
function hang(signal: AbortSignal, throws: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => (throws ? reject(new Error('stopped hanging')) : resolve());
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}

function valueOf(draw: Draw, ctx: ExecContext): SimulatedValue {
  return { of: ctx.epochId, number: draw.integer(0, 999) };
}

function newPacket(draw: Draw, world: BehaviourWorld, ctx: ExecContext): Packet {
  const value = valueOf(draw, ctx);
  const kind = draw.weighted({ plain: 12, lazy: 3, lazyAsync: 1, failing: 1, failingAsync: 1 });
  switch (world.isSavable === true ? 'plain' : kind) {
    case 'plain':
      return ctx.createPacket(value);
    case 'lazy':
      return ctx.createPacketFromValueFunc(() => value);
    case 'lazyAsync':
      return ctx.createPacketFromValueFunc(() => Promise.resolve(value));
    case 'failing':
      return ctx.createPacketFromValueFunc(() => {
        throw new Error('no value');
      });
    case 'failingAsync':
      return ctx.createPacketFromValueFunc(() => Promise.reject(new Error('no value later')));
  }
}

/** One step of a function that does its work: consumes or passes on, makes, loads, sends. */
function* work(
  draw: Draw,
  world: BehaviourWorld,
  ctx: ExecContext,
  node: NodeInput,
  packets: InputPackets,
  sync: boolean,
): Generator<unknown, void> {
  const outPorts = (node.outPorts ?? []).map((port) =>
    typeof port === 'string' ? port : port.name,
  );
  if (draw.chance(0.1)) {
    const before = Number(ctx.memory.get('epochs') ?? 0);
    ctx.memory.set('epochs', before + draw.integer(0, 9));
  }
  if (draw.chance(0.1)) ctx.now();
  if (draw.chance(0.1)) ctx.random();
  for (const packet of Object.values(packets).flat()) {
    if (draw.chance(0.1)) ctx.loadOutputPort(draw.one(outPorts), packet);
    else if (sync) ctx.consumePacketSync(packet);
    else yield ctx.consumePacket(packet);
  }
  for (const port of outPorts) {
    const most = draw.one([0, 1, 1, 1, 1, 2]);
    for (let made = 0; made < most; made++) {
      const packet = newPacket(draw, world, ctx);
      if (!sync && draw.chance(0.3)) yield Promise.resolve();
      ctx.loadOutputPort(port, packet);
    }
  }
  if (draw.chance(0.92)) ctx.sendOutputSalvo('send');
  if (draw.chance(0.06)) ctx.sendOutputSalvo('send');
  if (draw.chance(0.05)) ctx.sendOutputSalvo(draw.one(['single', 'nothing']));
}

function runSync(steps: Generator<unknown, void>, upTo: number): void {
  for (let step = 0; step < upTo; step++) if (steps.next().done === true) return;
}

async function runAsync(steps: Generator<unknown, void>): Promise<void> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return;
    await step.value;
  }
}

/** As `steps`, but an operation that is refused is shrugged off. */
function runCarelessly(steps: Generator<unknown, void>): void {
  try {
    runSync(steps, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (!(error instanceof NetrunError)) throw error;
  }
}

const weights = {
  well: 20,
  wellLater: 12,
  wellDelayed: 12,
  deaf: 3,
  throws: 5,
  throwsHalfway: 4,
  throwsLater: 4,
  hangs: 3,
  returnsAtOnce: 3,
  careless: 3,
  cancels: 2,
  pauses: 1,
  stops: 0.3,
};

async function delayed(
  draw: Draw,
  world: BehaviourWorld,
  ctx: ExecContext,
  steps: Generator<unknown, void>,
  deaf: boolean,
): Promise<void> {
  await sleep(world.clock, draw.integer(0, 120), deaf ? null : ctx.signal);
  await runAsync(steps);
}

function attempt(
  draw: Draw,
  world: BehaviourWorld,
  node: NodeInput,
  ctx: ExecContext,
  packets: InputPackets,
): unknown {
  const steps = (sync: boolean) => work(draw, world, ctx, node, packets, sync);
  const kind = draw.weighted(weights);
  switch (kind) {
    case 'well':
      return runSync(steps(true), Number.POSITIVE_INFINITY);
    case 'wellLater':
      return runAsync(steps(false));
    case 'wellDelayed':
    case 'deaf':
      return delayed(draw, world, ctx, steps(false), kind === 'deaf');
    case 'throws':
      throw new Error('thrown at once');
    case 'throwsHalfway':
      runCarelessly(steps(true));
      throw new Error('thrown in the end');
    case 'throwsLater':
      return runAsync(steps(false)).then(() => {
        throw new Error('thrown later');
      });
    case 'hangs':
      return hang(ctx.signal, draw.chance(0.5));
    case 'returnsAtOnce':
      return undefined;
    case 'careless':
      return runCarelessly(steps(true));
    case 'cancels':
      return ctx.cancelEpoch(draw.chance(0.5) ? 'not wanted' : undefined);
    case 'pauses':
      ctx.pauseNet('a node wants a pause');
      return runAsync(steps(false));
    case 'stops':
      if (world.isSavable !== true) ctx.stopNet('a node wants the end');
      return undefined;
  }
}

function failedFunction(draw: Draw, world: BehaviourWorld): Pick<NodeFunctions, 'failed'> {
  switch (draw.weighted({ none: 5, sync: 2, async: 2, throws: 1 })) {
    case 'sync':
      return { failed: ({ error }) => error.message };
    case 'async':
      return {
        failed: () => {
          const ms = world.isSavable === true ? 20 : draw.integer(0, 40);
          return sleep(world.clock, ms, null);
        },
      };
    case 'throws':
      return {
        failed: () => {
          throw new Error('failed fails');
        },
      };
    default:
      return {};
  }
}

function startFunction(draw: Draw, world: BehaviourWorld): Pick<NodeFunctions, 'start' | 'stop'> {
  const stop = draw.chance(0.2)
    ? () => {
        if (draw.chance(0.2)) throw new Error('stop fails');
      }
    : undefined;
  const ending = stop === undefined ? {} : { stop };
  if (world.isSavable === true) return ending;
  switch (draw.weighted({ none: 12, async: 3, throws: 0.4, throwsAtTimes: 0.8, hangs: 0.2 })) {
    case 'async':
      return { start: () => sleep(world.clock, draw.integer(0, 30), null), ...ending };
    case 'throws':
      return {
        start: () => {
          throw new Error('start fails');
        },
        ...ending,
      };
    case 'throwsAtTimes':
      return {
        start: () => {
          if (draw.chance(0.6)) throw new Error('start fails at times');
        },
        ...ending,
      };
    case 'hangs':
      return { start: ({ signal }) => hang(signal, draw.chance(0.5)), ...ending };
    default:
      return ending;
  }
}

/** The functions of a simulated node; undefined for one that has none. */
export function functionsOf(node: NodeInput, world: BehaviourWorld): NodeFunctions | undefined {
  const draw = new Draw(world.seed, 'functions', node.name);
  if (draw.chance(0.03)) return undefined;
  return {
    exec: (ctx, packets) => {
      world.onAttempt(ctx, packets);
      const own = new Draw(world.seed, 'attempt', ctx.epochId, ctx.retryCount);
      return attempt(own, world, node, ctx, packets);
    },
    ...failedFunction(draw, world),
    ...startFunction(draw, world),
  };
}

/**
 * The functions of a node that does its work as well as it can, at once or later, and lets a simulation do the rest:
 * what goes wrong, what takes its time, and in which order things are done.
 */
export function steadyFunctionsOf(node: NodeInput, seed: number): NodeFunctions {
  const isAsync = new Draw(seed, 'steady', node.name).chance(0.6);
  const world: BehaviourWorld = {
    seed,
    clock: new HeldClock(0),
    isSavable: true,
    onAttempt: () => undefined,
  };
  return {
    exec: (ctx, packets) => {
      const own = new Draw(seed, 'attempt', ctx.epochId, ctx.retryCount);
      const steps = work(own, world, ctx, node, packets, !isAsync);
      return isAsync ? runAsync(steps) : runSync(steps, Number.POSITIVE_INFINITY);
    },
  };
}
