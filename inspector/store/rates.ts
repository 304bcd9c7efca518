/** How fast a run goes, from the overviews of the last few seconds. */
import type { Overview } from '../../src/runtime/inspector/instant-view.ts';

/** What an overview counted, when. */
export interface TickTime {
  /** Milliseconds, by the page's clock. */
  readonly now: number;
  readonly epochs: number;
  /** Records of the history. */
  readonly records: number;
  /** Epochs started, by node. */
  readonly started: readonly number[];
}

const windowMs = 5000;
const ticksKept = 64;

export function withTickTime(
  ticks: readonly TickTime[],
  overview: Overview,
  now: number,
): readonly TickTime[] {
  const tick: TickTime = {
    now,
    epochs: overview.net.epochsOpened,
    records: overview.at,
    started: overview.nodes.map(({ started }) => started),
  };
  const kept = ticks.filter((each) => each.now >= now - windowMs);
  return [...kept, tick].slice(-ticksKept);
}

/** Per second over the ticks kept; null while there are too few to say. */
export function ratePerSecond(
  ticks: readonly TickTime[],
  read: (tick: TickTime) => number,
): number | null {
  const [first] = ticks;
  const last = ticks.at(-1);
  if (first === undefined || last === undefined || last.now - first.now < 200) return null;
  return ((read(last) - read(first)) * 1000) / (last.now - first.now);
}
