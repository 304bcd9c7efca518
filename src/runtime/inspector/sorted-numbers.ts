/** Numbers that only go up, and how many of them there are until a place. */

/** How many are at most `most`, by binary search. */
export function countUntil(sorted: readonly number[], most: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last that is at most `most`; 0 where there is none. */
export function lastUntil(sorted: readonly number[], most: number): number {
  return sorted[countUntil(sorted, most) - 1] ?? 0;
}
