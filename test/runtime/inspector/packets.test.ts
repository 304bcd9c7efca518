/** Ways and lineages of packets, of histories of any length, without the run being held up. */
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Net, defineNode, flow, packetLineage } from '../../../src/index.ts';
import { Inspection } from '../../../src/runtime/inspector/inspection.ts';
import { liveRun } from '../../../src/runtime/inspector/inspector.ts';
import type { Answers, Ask, Question } from '../../../src/runtime/inspector/protocol.ts';
import { questions } from '../../../src/runtime/inspector/protocol.ts';
import { partsOf } from './page.ts';

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

/** Each number goes on through two nodes, and to one that keeps a copy. */
function copyingNet(): Net {
  const hand = defineNode({
    in: { n: 'number' },
    out: { m: 'number' },
    exec: ({ n }) => ({ m: n + 1 }),
  });
  const keep = defineNode({ in: { m: 'number' }, exec: () => undefined });
  const graph = flow()
    .node('First', hand)
    .node('Second', hand)
    .node('Keep', keep)
    .node('End', keep)
    .edge('First.m', 'Second.n')
    .edge('First.m', 'Keep.m')
    .edge('Second.m', 'End.m');
  const net = new Net(graph.build());
  ends.push(() => net.stop());
  return net;
}

async function run(net: Net, numbers: number): Promise<void> {
  for (let n = 0; n < numbers; n++) await net.inject('First.n', n);
  await net.start();
}

function asker(net: Net) {
  const inspection = new Inspection(liveRun(net, partsOf(net)));
  return async <A extends Exclude<Ask, 'follow'>>(
    ask: A,
    question: Question<A>,
  ): Promise<Answers[A]> =>
    (await inspection.answer(ask, questions[ask].parse(question))) as Answers[A];
}

describe('a packet', () => {
  it('is told of as the net itself tells of it, also after the history has grown', async () => {
    const net = copyingNet();
    const ask = asker(net);
    for (const round of [1, 2]) {
      await run(net, 3);
      for (let number = 1; number <= round * 9; number++) {
        const packet = `p${number}` as const;
        const { trace } = await ask('packet', { packet });
        expect(trace).toEqual(net.packetTrace(packet));
        for (const direction of ['up', 'down'] as const) {
          const own = packetLineage(net.history, packet, { direction, depth: 8 });
          expect(await ask('lineage', { packet, direction })).toEqual(own);
        }
      }
    }
  });

  it('that was never made is refused until it is there', async () => {
    const net = copyingNet();
    const ask = asker(net);
    await run(net, 1);
    for (const what of ['packet', 'lineage'] as const)
      await expect(ask(what, { packet: 'p9' })).rejects.toMatchObject({ code: 'PACKET_NOT_FOUND' });
    await run(net, 4);
    expect((await ask('packet', { packet: 'p9' })).trace.packet).toBe('p9');
    expect((await ask('lineage', { packet: 'p9' })).root.packet).toBe('p9');
  });

  it('of a long history is looked for in slices, between which everything else has its turns', async () => {
    const net = copyingNet();
    await run(net, 1_500);
    const ask = asker(net);
    await ask('epochs', { limit: 1 });
    // Each look at the time takes some of it, on every machine the same.
    let nowMs = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 0.1));
    onTestFinished(() => clock.mockRestore());
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    for (const what of ['packet', 'lineage'] as const) {
      const before = turns;
      await ask(what, { packet: 'p7' });
      expect(turns - before, what).toBeGreaterThan(3);
    }
    isOver = true;
  });
});
