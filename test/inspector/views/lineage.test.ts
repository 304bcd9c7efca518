/** A lineage is drawn from left to right: no box over another, each beside those it leads to. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type LineageBox,
  boxHeight,
  boxWidth,
  lineageDrawing,
  lineagePath,
} from '../../../inspector/views/packets/lineage-layout.ts';
import type { LineageNode } from '../../../src/runtime/explain/packet-lineage-node.ts';

type Shape = readonly Shape[];

function nodeOf(shape: Shape, name: string): LineageNode {
  return {
    packet: `p${name.length}`,
    how: 'made',
    epoch: { epoch: 'e1', node: 'A' },
    port: 'x',
    maker: null,
    entry: null,
    born: 1,
    end: 'live',
    endEpoch: null,
    endSeq: null,
    next: shape.map((each, index) => nodeOf(each, `${name}${index}`)),
    cut: null,
  };
}

const leaf: fc.Arbitrary<Shape> = fc.constant([]);
const twig: fc.Arbitrary<Shape> = fc.array(leaf, { maxLength: 11 });
const branch: fc.Arbitrary<Shape> = fc.array(twig, { maxLength: 3 });
const tree: fc.Arbitrary<Shape> = fc.array(branch, { maxLength: 3 });

it('no two boxes overlap (T1), and lines go from left to right', () => {
  fc.assert(
    fc.property(tree, tree, (up, down) => {
      const drawing = lineageDrawing(nodeOf(up, 'u'), nodeOf(down, 'd'));
      expect(new Set(drawing.boxes.map(({ key }) => key)).size).toBe(drawing.boxes.length);
      const isWithin = ({ x, y }: LineageBox): boolean =>
        x >= 0 && y >= 0 && x + boxWidth <= drawing.width && y + boxHeight <= drawing.height;
      expect(drawing.boxes.filter((box) => !isWithin(box))).toEqual([]);
      const isOver = (box: LineageBox, other: LineageBox): boolean =>
        Math.abs(box.x - other.x) < boxWidth && Math.abs(box.y - other.y) < boxHeight;
      const over = drawing.boxes.filter((box, index) =>
        drawing.boxes.slice(index + 1).some((other) => isOver(box, other)),
      );
      expect(over).toEqual([]);
      expect(drawing.lines).toHaveLength(drawing.boxes.length - 1);
      expect(drawing.lines.filter(({ from, to }) => from.x + boxWidth >= to.x)).toEqual([]);
    }),
    { seed: 1 },
  );
});

it('what it was made from stands on the left, what was made of it on the right', () => {
  const { boxes, lines } = lineageDrawing(nodeOf([[]], 'u'), nodeOf([[], []], 'd'));
  const root = boxes.find(({ key }) => key === 'root')!;
  expect(boxes.filter(({ x }) => x < root.x)).toHaveLength(1);
  expect(boxes.filter(({ x }) => x > root.x)).toHaveLength(2);
  expect(lines.every((line) => line.from === root || line.to === root)).toBe(true);
  expect(lineagePath(lines[0]!)).toMatch(/^M\d+ \d+C/);
});

it('of many that follow some are drawn, and the rest are counted', () => {
  const many = Array.from({ length: 30 }, () => []);
  const { boxes } = lineageDrawing(nodeOf([], 'u'), nodeOf(many, 'd'));
  expect(boxes).toHaveLength(1 + 8);
  expect(boxes.find(({ node }) => node === null)?.more).toBe(30 - 7);
});
