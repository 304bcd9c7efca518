/** A history with all of its events, also where only its actions were written down. */
import type { RecordSource } from './record-source.ts';
import { Replay } from './replay.ts';

/**
 * The source itself where it has its events; else one whose events are those that its actions give, from
 * the beginning whatever is asked for. Throws as Replay where that cannot be.
 */
export function withEvents(source: RecordSource): RecordSource {
  if (source.header.level === 'full') return source;
  return {
    header: source.header,
    records: () => new Replay(source, { onDifference: 'report' }).records(),
  };
}
