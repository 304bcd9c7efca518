/** Seeded random streams: the same seed and place give the same numbers on every machine. */

/** A stream of numbers in [0, 1). */
export type RandomStream = () => number;

/** 32-bit hash of a text (FNV-1a). */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  return h >>> 0;
}

/** Mulberry32, seeded by the run's seed and by what the stream is for. */
export function randomStream(
  seed: string | number,
  ...place: readonly (string | number)[]
): RandomStream {
  let state = hash([seed, ...place].join('/'));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
