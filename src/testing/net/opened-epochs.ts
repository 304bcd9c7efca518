/** The epochs that a history tells were opened. */
import type { EpochId } from '../../machines/action.ts';
import type { HistoryReader } from '../../runtime/history/history.ts';

/** Oldest first; of one node, or of all (null). */
export function openedEpochs(history: HistoryReader, node: string | null): EpochId[] {
  const opened: EpochId[] = [];
  for (const record of history.events()) {
    if (record.event !== 'EpochCreated') continue;
    if (node === null || record['node'] === node) opened.push(record['epoch'] as EpochId);
  }
  return opened;
}
