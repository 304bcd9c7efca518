/** The story of a packet keeps what belongs to it, however long the history is. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { KernelEvent } from '../../../src/machines/action.ts';
import { PacketTracer } from '../../../src/runtime/explain/packet-trace.ts';
import { eventRecord } from '../../../src/runtime/history/record.ts';

/** What happens in one epoch that passes a packet on as a copy of it. */
function hop(number: number): readonly KernelEvent[] {
  const epoch = `e${number}` as const;
  const [packet, copy] = [`p${number}`, `p${number + 1_000_000}`] as const;
  return [
    { event: 'EpochCreated', epoch, node: `Node${number}` },
    { event: 'InputSalvoTriggered', epoch, condition: 'default', packets: [['in', packet]] },
    { event: 'PacketCreated', packet: copy, epoch, copyOf: packet },
    { event: 'EpochFailed', epoch, attempt: 0, error: { name: 'E', message: '' }, final: false },
    number % 3 === 0
      ? { event: 'EpochTimedOut', epoch }
      : number % 3 === 1
        ? { event: 'EpochFinished', epoch }
        : { event: 'EpochCancelled', epoch, reason: '' },
  ];
}

function trace(tracer: PacketTracer, from: number, to: number): void {
  const place = { seq: 1, at: '', action: 1 };
  for (let number = from; number < to; number++)
    for (const event of hop(number)) tracer.take(eventRecord(place, 1, event));
}

it('T1: nothing stays of epochs that have ended, nor of copies made since', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const tracer = new PacketTracer('p1000007');
  trace(tracer, 1, 1000);
  const before = heap();
  trace(tracer, 1000, 60_000);
  expect(heap() - before).toBeLessThan(4 * 1024 * 1024);
  expect(tracer.trace()).toMatchObject({
    maker: { epoch: 'e7', node: 'Node7', inputs: [['in', 'p7']] },
    lineage: ['p7'],
    complete: true,
  });
});
