/**
 * Where the packets of a lineage stand: what it was made from on the left, itself in the middle, what was
 * made of it on the right, each a column further.
 *
 * T1 no two boxes overlap. T2 a packet stands in the middle of those that lead on from it.
 */
import type { LineageNode } from '../../../src/runtime/explain/packet-lineage-node.ts';

export interface LineageBox {
  /** Unique in the drawing: a packet may stand in it more than once. */
  readonly key: string;
  /** Null: stands for `more` packets that are not drawn. */
  readonly node: LineageNode | null;
  readonly more: number;
  readonly x: number;
  readonly y: number;
}

export interface LineageLine {
  readonly key: string;
  readonly from: LineageBox;
  readonly to: LineageBox;
  readonly how: LineageNode['how'];
  readonly epoch: LineageNode['epoch'];
}

export interface LineageDrawing {
  readonly boxes: readonly LineageBox[];
  readonly lines: readonly LineageLine[];
  readonly width: number;
  readonly height: number;
}

export const boxWidth = 106;
export const boxHeight = 40;
const columnGap = 46;
const rowGap = 10;
/** Packets drawn of those that one leads to. */
const mostNext = 8;

interface Side {
  readonly boxes: LineageBox[];
  readonly lines: LineageLine[];
  readonly root: LineageBox;
  readonly rows: number;
  readonly depth: number;
}

/** Boxes of one direction; `x` counts columns from the root, `y` rows. */
function sideOf(root: LineageNode, direction: 'up' | 'down'): Side {
  const boxes: LineageBox[] = [];
  const lines: LineageLine[] = [];
  let rows = 0;
  let depth = 0;
  const take = (row: number): number => {
    rows = row + 1;
    return row;
  };
  const grow = (node: LineageNode, column: number, key: string): LineageBox => {
    depth = Math.max(depth, column);
    const shown = node.next.length > mostNext ? node.next.slice(0, mostNext - 1) : node.next;
    const below = shown.map((next, index) => grow(next, column + 1, `${key}.${index}`));
    const more = node.next.length - shown.length;
    if (more > 0) {
      depth = Math.max(depth, column + 1);
      const rest = { key: `${key}.more`, node: null, more, x: column + 1, y: take(rows) };
      boxes.push(rest);
      below.push(rest);
    }
    const first = below[0]?.y;
    const last = below.at(-1)?.y;
    const y = first === undefined || last === undefined ? take(rows) : (first + last) / 2;
    const box = { key: `${direction}${key}`, node, more: 0, x: column, y };
    if (column > 0) boxes.push(box);
    for (const child of below) {
      const [from, to] = direction === 'up' ? [child, box] : [box, child];
      const made = child.node ?? node.next.at(-1) ?? null;
      lines.push({
        key: `${direction}${key}-${child.key}`,
        from,
        to,
        how: made?.how ?? null,
        epoch: made?.epoch ?? null,
      });
    }
    return box;
  };
  const top = grow(root, 0, '0');
  return { boxes, lines, root: top, rows, depth };
}

/** The two trees of one packet as one drawing, in pixels. */
export function lineageDrawing(up: LineageNode, down: LineageNode): LineageDrawing {
  const left = sideOf(up, 'up');
  const right = sideOf(down, 'down');
  const step = boxWidth + columnGap;
  const row = boxHeight + rowGap;
  // Both roots are the same box.
  const middle = Math.max(left.root.y, right.root.y);
  const placed = new Map<LineageBox, LineageBox>();
  const root: LineageBox = {
    key: 'root',
    node: up,
    more: 0,
    x: left.depth * step,
    y: middle * row,
  };
  for (const [side, sign] of [
    [left, -1],
    [right, 1],
  ] as const) {
    placed.set(side.root, root);
    for (const box of side.boxes) {
      placed.set(box, {
        ...box,
        key: `${sign}${box.key}`,
        x: root.x + sign * box.x * step,
        y: (box.y - side.root.y + middle) * row,
      });
    }
  }
  const at = (box: LineageBox): LineageBox => placed.get(box) ?? root;
  const boxes = [...new Set(placed.values())];
  return {
    boxes,
    lines: [...left.lines, ...right.lines].map((line) => ({
      ...line,
      from: at(line.from),
      to: at(line.to),
    })),
    width: (left.depth + right.depth) * step + boxWidth,
    height: Math.max(...boxes.map(({ y }) => y)) + boxHeight,
  };
}

/** A line from the right edge of one box to the left edge of another. */
export function lineagePath({ from, to }: LineageLine): string {
  const x1 = from.x + boxWidth;
  const y1 = from.y + boxHeight / 2;
  const y2 = to.y + boxHeight / 2;
  const bend = columnGap / 2;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`;
}
