/** A net is laid out so that nothing lies over anything else, and every line ends at its ports. */
import ELK, { type ElkNode } from 'elkjs';
import { describe, expect, it } from 'vitest';
import { foldGraph } from '../../inspector/net/folding.ts';
import { type Placed, layOutNet } from '../../inspector/net/net-layout.ts';
import { middleOf } from '../../inspector/layout/rounded-path.ts';
import { countHeight, countText, countWidth } from '../../inspector/net/line-count.ts';
import { graphOf } from './graphs.ts';

const elk = new ELK.default();
const options = {
  measure: (text: string) => text.length * 7,
  layOut: (graph: ElkNode) => elk.layout(graph),
  room: { width: 1000, height: 600 },
};

function overlap(a: Placed, b: Placed): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

const chain = graphOf({
  ...Object.fromEntries(
    Array.from({ length: 14 }, (_, at) => [`N${at}`, [['in', 'side'], ['out']] as const]),
  ),
  edges: Array.from({ length: 13 }, (_, at) => [`N${at}.out`, `N${at + 1}.in`] as const),
});

const subnet = graphOf({
  A: [[], ['out']],
  'S->B': [['in'], ['out']],
  'S->C': [['in'], ['out']],
  D: [['in'], []],
  edges: [
    ['A.out', 'S->B.in'],
    ['S->B.out', 'S->C.in'],
    ['S->C.out', 'D.in'],
  ],
});

describe('the layout of a net', () => {
  for (const [title, graph, open] of [
    ['a long chain', chain, false],
    ['a folded subnet', subnet, false],
    ['an open subnet', subnet, true],
  ] as const) {
    it(`of ${title} puts no box over another, and every line from port to port`, async () => {
      const net = await layOutNet(
        foldGraph(graph, () => open),
        options,
      );
      for (const [index, a] of net.boxes.entries())
        for (const b of net.boxes.slice(index + 1)) expect(overlap(a, b)).toBe(false);
      const at = (box: string, port: string) => {
        const placed = net.boxes.find((each) => each.box.id === box)!;
        const { side, y } = placed.size.ports.find(({ id }) => id === port)!;
        return { x: placed.x + (side === 'in' ? 0 : placed.width), y: placed.y + y };
      };
      for (const { line, points } of net.lines) {
        expect(points[0]).toEqual(at(line.from.box, line.from.port));
        expect(points.at(-1)).toEqual(at(line.to.box, line.to.port));
      }
    });
  }

  it('of a long chain goes on in another row, to be drawn larger', async () => {
    const net = await layOutNet(
      foldGraph(chain, () => false),
      options,
    );
    expect(net.width / net.height).toBeLessThan(6);
  });

  it('of a cycle that is full has room for the counts of its lines, beside the boxes and each other', async () => {
    const cycle = graphOf({
      Queue: [['link'], ['page']],
      Fetch: [['page'], ['links']],
      edges: [
        ['Queue.page', 'Fetch.page'],
        ['Fetch.links', 'Queue.link'],
      ],
    });
    const full = { ...cycle, edges: cycle.edges.map((edge) => ({ ...edge, capacity: 12 })) };
    const net = await layOutNet(
      foldGraph(full, () => false),
      options,
    );
    const counts = net.lines.map(({ points }) => {
      const { x, y } = middleOf(points);
      const width = countWidth(countText(12, true));
      return { x: x - width / 2, y: y - countHeight / 2, width, height: countHeight };
    });
    for (const [index, count] of counts.entries()) {
      for (const box of net.boxes) expect(overlap(count, box)).toBe(false);
      for (const other of counts.slice(index + 1)) expect(overlap(count, other)).toBe(false);
    }
  });

  it('frames the nodes of an open subnet, and no other', async () => {
    const net = await layOutNet(
      foldGraph(subnet, () => true),
      options,
    );
    const [frame] = net.frames;
    const inside = net.boxes.filter((box) => overlap(box, frame!)).map(({ box }) => box.id);
    expect(inside.toSorted()).toEqual(['S->B', 'S->C']);
  });
});
