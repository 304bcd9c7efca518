/**
 * A program that runs many epochs and prints what they cost, as one line of JSON: simulated time and
 * heap of epochs that sleep, promises of epochs that do not. Needs `node --expose-gc`.
 */
import { createHook } from 'node:async_hooks';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { Net } from '../../src/runtime/net.ts';
import { Graph } from '../../src/dsl/graph.ts';

export interface LoadReport {
  /** Milliseconds of simulated time until all had slept. */
  readonly sleptMs: number;
  readonly finished: number;
  /** Most epochs that ran at once. */
  readonly atOnce: number;
  /** Bytes in use after a collection, when a tenth was done and when all were. */
  readonly heapAtATenth: number;
  readonly heapAtTheEnd: number;
  /** Promises made while 100 and while 1,000 synchronous epochs ran. */
  readonly promisesOfFew: number;
  readonly promisesOfMany: number;
}

const sleepers = 10_000;
const sleepMs = 100;
const maxConcurrency = 256;
/** Packets kept waiting, so that the heap is the same throughout the run. */
const waiting = 600;

const graph = new Graph({
  nodes: [
    {
      name: 'A',
      inPorts: ['in'],
      inConditions: [{ name: 'default', when: 'nonempty(in)', ports: { in: 1 } }],
    },
  ],
  net: { maxConcurrency, historyMaxSize: 1000 },
});

function heap(): number {
  if (globalThis.gc === undefined) throw new Error('run this with node --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

function put(net: Net, count: number): void {
  for (let made = 0; made < count; made++) net.apply({ type: 'InjectPacket', port: 'A.in' }, made);
}

async function sleepLoad() {
  const clock = new HeldClock(0);
  const net = new Net(graph, { clock });
  let running = 0;
  let atOnce = 0;
  net.setNodeExec('A', async (ctx, packets) => {
    running += 1;
    atOnce = Math.max(atOnce, running);
    for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
    await new Promise<void>((done) => void clock.at(clock.now() + sleepMs, done));
    running -= 1;
  });
  let injected = 0;
  const finished = () => net.status().counts.epochs.finished;
  const feed = () => {
    const more = Math.min(waiting + finished() - injected, sleepers - injected);
    put(net, more);
    injected += more;
  };
  /** Time stands still until as many run as may: what is counted is simulated time alone. */
  const fill = async () => {
    feed();
    while (running < Math.min(maxConcurrency, sleepers - finished())) await clock.advance(0);
  };
  void net.start();
  let heapAtATenth = 0;
  while (finished() < sleepers) {
    await fill();
    await clock.advance(sleepMs);
    if (heapAtATenth === 0 && finished() >= sleepers / 10) heapAtATenth = heap();
  }
  const sleptMs = clock.now();
  const heapAtTheEnd = heap();
  await net.stop();
  return { sleptMs, finished: finished(), atOnce, heapAtATenth, heapAtTheEnd };
}

/** Promises made from the start of the run until it is blocked. */
async function promisesOf(epochs: number): Promise<number> {
  const net = new Net(graph, { clock: new HeldClock(0) });
  net.setNodeExec('A', (ctx, packets) => {
    for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
  });
  put(net, epochs);
  let promises = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROMISE') promises += 1;
    },
  }).enable();
  await net.start();
  hook.disable();
  await net.stop();
  return promises;
}

const slept = await sleepLoad();
const promisesOfFew = await promisesOf(100);
const promisesOfMany = await promisesOf(1000);
const report: LoadReport = { ...slept, promisesOfFew, promisesOfMany };
console.log(JSON.stringify(report));
