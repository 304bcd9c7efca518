/** How long a run keeps the event loop from others: its delay beside a run of many packets. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Net } from 'netrun';
import type { Shape } from './flows.ts';

export interface LoopDelay {
  readonly packets: number;
  readonly seconds: number;
  /** Milliseconds, of the loop's delay while the net ran. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

async function delayBeside(packets: number, run: () => Promise<void>): Promise<LoopDelay> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const start = performance.now();
  delay.enable();
  await run();
  delay.disable();
  const millis = (nanos: number): number => nanos / 1e6;
  return {
    packets,
    seconds: (performance.now() - start) / 1000,
    p50: millis(delay.percentile(50)),
    p99: millis(delay.percentile(99)),
    max: millis(delay.max),
  };
}

/** All packets wait at once, then the net runs until it is drained. */
export async function loopDelay(shape: Shape, packets: number): Promise<LoopDelay> {
  const net = new Net(shape.flow, { historyMaxSize: 10_000 });
  for (let at = 0; at < packets; at += 1) await net.inject(shape.input, at);
  const delay = await delayBeside(packets, async () => {
    await net.start();
  });
  await net.stop();
  return delay;
}
