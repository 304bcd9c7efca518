/** Rules checked on a whole history: of a run that is over, or as far as it was recorded. */
import { dirname } from 'node:path';
import { Graph } from '../../dsl/graph.ts';
import type { HistoryReader } from '../../runtime/history/history.ts';
import type { HeaderRecord } from '../../runtime/history/record.ts';
import { packetLineage } from '../../runtime/explain/packet-lineage.ts';
import { type RecordSource, recordSource } from '../../runtime/replay/record-source.ts';
import { withEvents } from '../../runtime/replay/with-events.ts';
import { storedTexts } from '../../runtime/setup/history-file.ts';
import { type ValueTexts, readValue } from '../../runtime/values/recorded-value.ts';
import { RuleMonitor } from './rule-monitor.ts';
import type { Rule, RuleViolation, RulesInput } from './rule.ts';
import { rulesOf } from './read-rules.ts';

export interface RulesVerdict {
  readonly ok: boolean;
  /** Those kept, in the order in which they were found. */
  readonly violations: readonly RuleViolation[];
  /** All that were found. */
  readonly count: number;
  /** By rule, how often it could not be judged: the history does not have the value of a packet. */
  readonly unchecked: ReadonlyMap<string, number>;
  /** Number of the last record. */
  readonly seq: number;
}

/** Where the values are that the header's definition keeps in a folder; null where it keeps none there. */
function textsOf({ definition, file, run }: HeaderRecord): Pick<ValueTexts, 'get'> | null {
  if (definition === undefined || definition === '') return null;
  const { settings } = Graph.fromToml(definition);
  return storedTexts(settings, file === undefined ? '.' : dirname(file), run);
}

/**
 * Holds rules against a history, in memory or opened with `openHistory`. What a `leadsTo` waits for has to have come
 * by the end of the history. A history in memory has no values: rules about them are unchecked there, and are followed
 * by `watchRules` while the net runs. Throws RulesError, and as Replay for a history without its events.
 */
export function checkRules(
  history: RecordSource | HistoryReader,
  rules: RulesInput | readonly Rule[],
): RulesVerdict {
  const source = recordSource(history);
  const monitor = new RuleMonitor(rulesOf(rules));
  const texts = textsOf(source.header);
  let seq = 0;
  for (const record of withEvents(source).records(1)) {
    monitor.read(record, (recorded) => readValue(recorded, texts));
    seq = record.seq;
  }
  monitor.end();
  const { violations, count } = monitor;
  const unchecked = monitor.unchecked();
  return { ok: count === 0 && unchecked.size === 0, violations, count, unchecked, seq };
}

/** What the packet that breaks a rule was made from, as a tree in text; null where it is about no packet. */
export function violationLineage(
  history: RecordSource | HistoryReader,
  { packet }: RuleViolation,
): string | null {
  return packet === null ? null : packetLineage(history, packet).text;
}
