/** A line through points, its corners rounded. */

interface Point {
  readonly x: number;
  readonly y: number;
}

function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return from;
  const share = Math.min(distance / length, 0.5);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/** The path as SVG has it; empty with fewer than two points. */
export function roundedPath(points: readonly Point[], radius: number): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const at = ({ x, y }: Point): string => `${Number(x.toFixed(1))} ${Number(y.toFixed(1))}`;
  const parts = [`M${at(first)}`];
  for (const [index, corner] of rest.slice(0, -1).entries()) {
    const before = points[index] ?? corner;
    const after = points[index + 2] ?? corner;
    const into = towards(corner, before, radius);
    const outOf = towards(corner, after, radius);
    parts.push(`L${at(into)}Q${at(corner)} ${at(outOf)}`);
  }
  parts.push(`L${at(last)}`);
  return parts.join('');
}

/** The middle of the line, measured along it. */
export function middleOf(points: readonly Point[]): Point {
  const lengths = points
    .slice(1)
    .map(({ x, y }, index) => Math.hypot(x - (points[index]?.x ?? x), y - (points[index]?.y ?? y)));
  let left = lengths.reduce((sum, each) => sum + each, 0) / 2;
  for (const [index, length] of lengths.entries()) {
    const from = points[index];
    const to = points[index + 1];
    if (from === undefined || to === undefined) break;
    if (left <= length) {
      const share = length === 0 ? 0 : left / length;
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    }
    left -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}
