/** Draws the timeline of epochs on a canvas, and finds the bar at a place of it. */
import { type Stretch, stretchesOf } from './bars.ts';
import type { Group, Placed } from './lanes.ts';
import { type Range, ticksOf } from './ruler.ts';

export interface Scene {
  readonly groups: readonly Group[];
  readonly range: Range;
  /** The time that the ruler counts from. */
  readonly origin: number;
  readonly now: number;
  readonly width: number;
  /** Of what is seen; the lanes are scrolled under the ruler. */
  readonly height: number;
  readonly scrolled: number;
  readonly selected: string | null;
  readonly hovered: string | null;
}

const rulerHeight = 26;
const laneHeight = 15;
const barHeight = 11;
const groupGap = 9;

/** Pixels. `gutter`: on the left, for the names of nodes. */
export const geometry = {
  gutter: 132,
  /** Of the whole drawing. */
  heightOf: (lanes: number, groups: number): number =>
    rulerHeight + groups * (groupGap + 3) + lanes * laneHeight + 14,
} as const;

const colours = [
  'ink',
  'ink-2',
  'ink-3',
  'line',
  'line-strong',
  'surface',
  'surface-2',
  'accent',
  'waiting',
  'running',
  'throttled',
  'done',
  'failed',
  'idle',
] as const;

export type Palette = Readonly<Record<(typeof colours)[number], string>>;

/** The colours of the page as they are now, light or dark. */
export function paletteOf(style: { getPropertyValue(name: string): string }): Palette {
  return Object.fromEntries(
    colours.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Palette;
}

/** Where a time is. */
function xOf(at: number, { range, width }: Scene): number {
  return (
    geometry.gutter +
    ((at - range.from) / (range.to - range.from)) * Math.max(1, width - geometry.gutter)
  );
}

/** Where the first lane of a group is on the canvas. */
function groupTop(group: Group, index: number, { scrolled }: Scene): number {
  return rulerHeight + group.first * laneHeight + index * (groupGap + 3) + groupGap - scrolled;
}

function outcomeColour(outcome: Stretch['outcome'], palette: Palette): string {
  if (outcome === 'failed' || outcome === 'timedOut') return palette.failed;
  if (outcome === 'finished') return palette.done;
  return outcome === 'cancelled' ? palette.idle : palette.running;
}

function drawBar(
  brush: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  { row }: Placed,
  y: number,
): void {
  for (const { kind, from, to, outcome } of stretchesOf(row, scene.now)) {
    const left = Math.max(geometry.gutter, xOf(from, scene));
    const right = Math.min(scene.width, xOf(to, scene));
    if (right < geometry.gutter || left > scene.width) continue;
    if (kind === 'attempt') {
      brush.fillStyle = outcomeColour(outcome, palette);
      brush.beginPath();
      brush.roundRect(left, y, Math.max(right - left, 2), barHeight, 2);
      brush.fill();
    } else if (right - left >= 1) {
      brush.fillStyle = kind === 'waiting' ? palette.waiting : palette.throttled;
      brush.globalAlpha = 0.55;
      brush.fillRect(left, y + barHeight / 2 - 1, right - left, 2);
      brush.globalAlpha = 1;
    }
  }
  if (row.epoch !== scene.selected && row.epoch !== scene.hovered) return;
  const left = Math.max(geometry.gutter, xOf(row.opened, scene));
  const right = Math.min(scene.width - 2, xOf(row.ended ?? scene.now, scene));
  brush.strokeStyle = row.epoch === scene.selected ? palette.accent : palette['ink-3'];
  brush.lineWidth = row.epoch === scene.selected ? 2 : 1;
  brush.beginPath();
  brush.roundRect(left - 2.5, y - 2.5, Math.max(right - left, 2) + 5, barHeight + 5, 4);
  brush.stroke();
}

/** Lines down from the marks of the ruler, under the bars. */
function drawTicks(brush: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { range, origin, width, height } = scene;
  brush.fillStyle = palette.line;
  for (const { at } of ticksOf(range, origin, width - geometry.gutter))
    brush.fillRect(Math.round(xOf(at, scene)), rulerHeight, 1, height);
}

/** Where the instant shown is, under the bars: what ended at it is seen. */
function drawNow(brush: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const x = xOf(scene.now, scene);
  if (x < geometry.gutter || x > scene.width) return;
  brush.fillStyle = palette.ink;
  brush.fillRect(x, rulerHeight, 1.5, scene.height);
}

/** The ruler stays on top, whatever is scrolled. */
function drawRuler(brush: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { range, origin, width } = scene;
  brush.fillStyle = palette['surface-2'];
  brush.fillRect(0, 0, width, rulerHeight);
  brush.font = '11px Inter, system-ui, sans-serif';
  brush.textBaseline = 'middle';
  for (const { at, text } of ticksOf(range, origin, width - geometry.gutter)) {
    const x = Math.round(xOf(at, scene));
    brush.fillStyle = palette['line-strong'];
    brush.fillRect(x, rulerHeight - 6, 1, 6);
    brush.fillStyle = palette['ink-3'];
    const room = brush.measureText(text).width;
    if (x + 5 + room < width) brush.fillText(text, x + 5, rulerHeight / 2);
  }
  brush.fillStyle = palette['line-strong'];
  brush.fillRect(0, rulerHeight - 1, width, 1);
}

function drawName(
  brush: CanvasRenderingContext2D,
  node: string,
  palette: Palette,
  y: number,
): void {
  brush.font = '560 12px Inter, system-ui, sans-serif';
  brush.fillStyle = palette['ink-2'];
  let text = node;
  while (text.length > 2 && brush.measureText(text).width > geometry.gutter - 26)
    text = `${text.slice(0, -2)}…`;
  brush.fillText(text, 14, y);
}

export function drawTimeline(
  brush: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
): void {
  const { width, height, groups } = scene;
  brush.clearRect(0, 0, width, height);
  drawTicks(brush, scene, palette);
  drawNow(brush, scene, palette);
  brush.textBaseline = 'middle';
  for (const [index, group] of groups.entries()) {
    const top = groupTop(group, index, scene);
    if (top > height || top + group.lanes * laneHeight < rulerHeight) continue;
    if (index > 0) {
      brush.fillStyle = palette.line;
      brush.fillRect(0, Math.round(top - groupGap / 2 - 2), width, 1);
    }
    // The name of a group stays in sight as long as one of its lanes is.
    const end = top + group.lanes * laneHeight - laneHeight / 2;
    const name = Math.max(top + laneHeight / 2 - 1, Math.min(rulerHeight + 12, end));
    drawName(brush, group.node, palette, name);
    for (const bar of group.bars) {
      const y = top + bar.lane * laneHeight + 1;
      if (y > rulerHeight - laneHeight && y < height) drawBar(brush, scene, palette, bar, y);
    }
  }
  drawRuler(brush, scene, palette);
}

/** The bar at a place; null where there is none. */
export function barAt(scene: Scene, x: number, y: number): Placed | null {
  if (x < geometry.gutter || y < rulerHeight) return null;
  for (const [index, group] of scene.groups.entries()) {
    const top = groupTop(group, index, scene);
    if (y < top || y >= top + group.lanes * laneHeight) continue;
    const lane = Math.floor((y - top) / laneHeight);
    const reach = 2;
    const found = group.bars.findLast(({ row, lane: ofBar }) => {
      if (ofBar !== lane) return false;
      const right = Math.max(xOf(row.ended ?? scene.now, scene), xOf(row.opened, scene) + 2);
      return x >= xOf(row.opened, scene) - reach && x <= right + reach;
    });
    return found ?? null;
  }
  return null;
}
