/** Where records stand on the time bar, and what the bar shows of each stretch of them. */
import type { TimebarView } from '../../src/runtime/inspector/history-view.ts';

/** Width and height that the bar is drawn in; it is stretched to the room there is. */
export const barWidth = 1000;
export const barHeight = 32;

/** The place of a record, from 0 to `barWidth`. */
export function placeOf(seq: number, { from, to }: Pick<TimebarView, 'from' | 'to'>): number {
  if (to <= from) return barWidth;
  return (Math.min(Math.max(seq - from, 0), to - from) / (to - from)) * barWidth;
}

/** The record at a place, given as a share of the bar from 0 to 1. */
export function recordAt(share: number, { from, to }: Pick<TimebarView, 'from' | 'to'>): number {
  return Math.round(from + Math.min(Math.max(share, 0), 1) * (to - from));
}

/** An area under the counts, the largest of them filling the height; small counts are still seen. */
export function areaPath(counts: readonly number[], most: number): string {
  if (counts.length === 0 || most <= 0) return '';
  const step = barWidth / counts.length;
  const tops = counts.map((value, index) => {
    const height = value === 0 ? 0 : Math.max(1.5, Math.sqrt(value / most) * (barHeight - 4));
    const y = (barHeight - height).toFixed(2);
    return `L${(index * step).toFixed(2)} ${y}L${((index + 1) * step).toFixed(2)} ${y}`;
  });
  return `M0 ${barHeight}${tops.join('')}L${barWidth} ${barHeight}Z`;
}
