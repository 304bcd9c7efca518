/** What one hop (one node firing) costs: processor time, actor messages, bytes allocated. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Net } from 'netrun';
import type { Shape } from './flows.ts';

export interface HopCost {
  readonly shape: string;
  readonly packets: number;
  /** Processor time, user and system, in microseconds. */
  readonly cpuMicros: number;
  readonly hopsPerSecond: number;
  /** Messages between actors, counted in a run of its own. */
  readonly messages: number;
  /** Bytes that stay in memory per hop with the whole history kept. */
  readonly keptBytes: number;
}

async function fed(shape: Shape, packets: number): Promise<Net> {
  const net = new Net(shape.flow);
  for (let at = 0; at < packets; at += 1) await net.inject(shape.input, at);
  return net;
}

async function messagesPerHop(shape: Shape, packets: number): Promise<number> {
  const net = await fed(shape, packets);
  let messages = 0;
  const watching = net.inspect((event) => {
    if (event.type === '@xstate.event') messages += 1;
  });
  await net.start();
  watching.unsubscribe();
  await net.stop();
  return messages / (packets * shape.hopsPerPacket);
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function memoryInUse(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** All `packets` wait at once, then the net runs until it is drained. */
export async function hopCost(shape: Shape, packets: number): Promise<HopCost> {
  const warm = await fed(shape, Math.min(packets, 200));
  await warm.start();
  await warm.stop();
  const messages = await messagesPerHop(shape, Math.min(packets, 500));
  const before = memoryInUse();
  const net = await fed(shape, packets);
  const start = process.cpuUsage();
  const wall = performance.now();
  await net.start();
  const seconds = (performance.now() - wall) / 1000;
  const { user, system } = process.cpuUsage(start);
  const hops = packets * shape.hopsPerPacket;
  const keptBytes = (memoryInUse() - before) / hops;
  await net.stop();
  return {
    shape: shape.name,
    packets,
    cpuMicros: (user + system) / hops,
    hopsPerSecond: hops / seconds,
    messages,
    keptBytes,
  };
}
