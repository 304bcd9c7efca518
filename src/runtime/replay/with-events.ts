/** A history with all of its events, also where only its actions were written down. */
import type { RecordSource } from './record-source.ts';
import { Replay, type ReplayOptions } from './replay.ts';

/**
 * The source itself where it has its events; else one whose events are those that its actions give, from
 * the beginning whatever is asked for. `graph` is the net where the history does not have it. Throws as Replay
 * where that cannot be.
 */
export function withEvents(source: RecordSource, graph?: ReplayOptions['graph']): RecordSource {
  if (source.header.level === 'full') return source;
  const options = { onDifference: 'report', ...(graph === undefined ? {} : { graph }) } as const;
  return { header: source.header, records: () => new Replay(source, options).records() };
}
