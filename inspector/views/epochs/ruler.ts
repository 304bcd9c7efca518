/** A stretch of time on the screen: what is where, how it is divided, and how one comes closer. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** Milliseconds; nothing shorter is shown across the whole width. */
const leastMs = 5;

const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  [1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  [1, 2, 4, 8, 12, 24, 48, 24 * 7, 24 * 30, 24 * 365].map((hours) => hours * 3_600_000),
);

/** `+250 ms`, `+3.4 s`, `+1:20`, `+2:05:00` since the beginning. */
export function sinceText(ms: number, step: number): string {
  if (ms === 0) return '0';
  if (ms < 1000 && step < 1000) return `+${Math.round(ms)}\u202fms`;
  const seconds = ms / 1000;
  if (seconds < 60) {
    const digits = step < 10 ? 3 : step < 100 ? 2 : step < 1000 ? 1 : 0;
    return `+${seconds.toFixed(digits)}\u202fs`;
  }
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const rest =
    step < 1000 ? (seconds % 60).toFixed(step < 100 ? 2 : 1).padStart(4, '0') : two(seconds % 60);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `+${minutes}:${rest}`;
  return `+${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

/** Marks at round times since `origin`, not nearer to each other than `leastPixels`. */
export function ticksOf(
  { from, to }: Range,
  origin: number,
  width: number,
  leastPixels = 90,
): readonly Tick[] {
  const perPixel = (to - from) / Math.max(1, width);
  const step = steps.find((each) => each / perPixel >= leastPixels) ?? steps.at(-1) ?? 1;
  const ticks: Tick[] = [];
  for (let since = Math.ceil((from - origin) / step) * step; origin + since <= to; since += step)
    ticks.push({ at: origin + since, text: sinceText(since, step) });
  return ticks;
}

/** A range that is never empty, and keeps what is at its edges in sight. */
export function fitted({ from, to }: Range): Range {
  const length = Math.max(to - from, leastMs);
  return { from: from - length * 0.015, to: from + length * 1.03 };
}

/** Closer (`factor` below 1) or further, with the time at `share` (0 left, 1 right) staying there. */
export function zoomed({ from, to }: Range, factor: number, share: number, whole: Range): Range {
  const most = Math.max(leastMs, whole.to - whole.from) * 1.2;
  const length = Math.min(Math.max((to - from) * factor, leastMs), most);
  const at = from + (to - from) * share;
  return { from: at - length * share, to: at + length * (1 - share) };
}

export function shifted({ from, to }: Range, ms: number): Range {
  return { from: from + ms, to: to + ms };
}
