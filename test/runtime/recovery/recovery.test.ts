/** Recovery from every point at which a process may have ended gives what an undisturbed run gives. */
import { afterAll, describe, expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { ExecContext, InputPackets, Packet } from '../../../src/dsl/node-functions.ts';
import type { HeldClock } from '../../../src/runtime/time/clock.ts';
import { chain, mapping, node } from '../nets.ts';
import { Cuts, type Flow } from './cut-histories.ts';

const made: Cuts[] = [];
afterAll(() => {
  for (const cuts of made) cuts.remove();
});

/** The only packet at `in`. */
function only(packets: InputPackets): Packet {
  const [packet] = packets['in'] ?? [];
  if (packet === undefined) throw new Error('no packet');
  return packet;
}

function send(ctx: ExecContext, value: unknown): void {
  ctx.loadOutputPort('out', ctx.createPacket(value));
  ctx.sendOutputSalvo('send');
}

const sleep = (clock: HeldClock, ms: number): Promise<void> =>
  new Promise((done) => {
    clock.at(clock.now() + ms, done);
  });

const numbers = (port: string, count: number): [string, unknown][] =>
  Array.from({ length: count }, (_, at) => [port, at + 1]);

const flows: Record<string, Flow> = {
  'operations that reach the kernel one by one': {
    graph: chain(['A', 'B']),
    functions: () => ({
      A: mapping((n: number) => n + 1),
      B: async (ctx, packets) => {
        const value = (await ctx.consumePacket(only(packets))) as number;
        send(ctx, [value, Math.floor(ctx.random() * 1000)]);
      },
    }),
    inputs: numbers('A.in', 2),
  },
  'retries, with waits drawn by lot': {
    graph: chain(['A'], {
      A: { deferNetActions: true, retries: 3, retryWait: 0.5, retryJitter: 0.5 },
    }),
    functions: () => ({
      A: (ctx, packets) => {
        const value = ctx.consumePacketSync(only(packets)) as number;
        if (ctx.retryCount < value % 3) throw new RangeError(`attempt ${ctx.retryCount}`);
        send(ctx, [value, ctx.retryErrors.map(({ name, message }) => [name, message])]);
      },
    }),
    inputs: numbers('A.in', 4),
  },
  'timeouts of attempts and of epochs': {
    graph: chain(['A'], {
      A: {
        deferNetActions: true,
        retries: 1,
        retryWait: 1,
        attemptTimeout: 2,
        timeout: 6,
        maxParallelEpochs: 1,
      },
    }),
    settings: { onError: 'continue' },
    functions: (clock) => ({
      A: async (ctx, packets) => {
        const value = ctx.consumePacketSync(only(packets)) as number;
        await sleep(clock, value * 1000);
        send(ctx, value);
      },
    }),
    inputs: numbers('A.in', 3),
    look: (net) =>
      net.deadLetters
        .all()
        .map(({ outcome, packets, errors }) => [
          outcome,
          packets.map(({ value }) => value),
          errors.map(({ code }) => code),
        ]),
  },
  'limits: one at a time, starts spaced, ports and edges that fill': {
    graph: new Graph({
      nodes: [
        node('A', ['in'], ['out'], { rateLimitPerSecond: 2 }),
        node('B', [{ name: 'in', slots: 1 }], ['out'], { maxParallelEpochs: 1 }),
      ],
      edges: [{ from: 'A.out', to: 'B.in', capacity: 1 }],
      outputs: ['B.out'],
    }),
    functions: (clock) => ({
      A: mapping((n: number) => n * 10),
      B: async (ctx, packets) => {
        const value = ctx.consumePacketSync(only(packets));
        await sleep(clock, 700);
        send(ctx, value);
      },
    }),
    inputs: numbers('A.in', 3),
  },
  'memory, deferred and not': {
    graph: chain(['A', 'B'], {
      A: { deferNetActions: true, maxParallelEpochs: 1 },
      B: { maxParallelEpochs: 1 },
    }),
    functions: () => {
      const count = (ctx: ExecContext, packets: InputPackets): void => {
        const value = ctx.consumePacketSync(only(packets));
        const seen = ((ctx.memory.get('seen') as unknown[] | undefined) ?? []).concat([value]);
        ctx.memory.set('seen', seen);
        if (seen.length === 2) ctx.memory.set('second', new Map([['is', value]]));
        if (seen.length === 3) ctx.memory.delete('second');
        send(ctx, [...seen, ...ctx.memory.keys()]);
      };
      return { A: count, B: count };
    },
    inputs: numbers('A.in', 3),
  },
  'dead letters, and nets that pause for them': {
    graph: chain(['A']),
    functions: () => ({
      A: (ctx, packets) => {
        const value = ctx.consumePacketSync(only(packets)) as number;
        if (value % 2 === 0) throw Object.assign(new TypeError('even'), { code: 'EVEN' });
        send(ctx, value);
      },
    }),
    inputs: numbers('A.in', 4),
    look: (net) =>
      net.deadLetters
        .all()
        .map(({ id, node: name, epoch, packets, errors }) => [
          id,
          name,
          epoch,
          packets.map(({ packet, value }) => [packet, value]),
          errors.map(({ name: of, message, code }) => [of, message, code]),
        ]),
  },
  'epochs of their own accord, joins, copies, packets passed on': {
    graph: new Graph({
      nodes: [
        node('Source', [], ['out']),
        node('Left', ['in'], ['out'], { deferNetActions: true }),
        node('Right', ['in'], ['out']),
        node('Join', ['left', 'right'], ['out']),
      ],
      edges: [
        { from: 'Source.out', to: 'Left.in' },
        { from: 'Source.out', to: 'Right.in' },
        { from: 'Left.out', to: 'Join.left' },
        { from: 'Right.out', to: 'Join.right' },
      ],
      outputs: ['Join.out'],
    }),
    functions: () => ({
      Source: (ctx) => {
        for (const value of [1, 2]) send(ctx, { value });
      },
      Left: (ctx, packets) => {
        send(ctx, { left: ctx.consumePacketSync(only(packets)) });
      },
      Right: (ctx, packets) => {
        ctx.loadOutputPort('out', only(packets));
        ctx.sendOutputSalvo('send');
      },
      Join: (ctx, packets) => {
        const [left] = packets['left'] ?? [];
        const [right] = packets['right'] ?? [];
        if (left === undefined || right === undefined) throw new Error('no packets');
        send(ctx, [ctx.consumePacketSync(left), ctx.consumePacketSync(right)]);
      },
    }),
  },
  'a node that pauses the net, and services that have to come up': {
    graph: chain(['A', 'B'], { B: { startTimeout: 5 } }),
    functions: (clock) => ({
      A: (ctx, packets) => {
        const value = ctx.consumePacketSync(only(packets)) as number;
        if (value === 2) ctx.pauseNet('half of it');
        send(ctx, value);
      },
      B: { start: () => sleep(clock, 1000), exec: mapping((n: number) => -n) },
    }),
    inputs: numbers('A.in', 3),
  },
};

describe('a run recovered after any of its actions ends as if nothing had been', () => {
  it.each(Object.keys(flows))('%s', async (name) => {
    const flow = flows[name];
    if (flow === undefined) throw new Error(name);
    const cuts = new Cuts(flow);
    made.push(cuts);
    const expected = await cuts.run();
    expect(Object.values(expected.outputs).flat().length).toBeGreaterThan(0);
    for (const kept of cuts.places(17)) {
      const folder = cuts.found(kept);
      const outcome = await cuts.recovered(folder);
      expect({ kept, ...outcome }).toEqual({ kept, ...expected });
    }
  });
});
