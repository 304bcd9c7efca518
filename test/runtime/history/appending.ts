/** A process that appends to a history, new or repaired, until it is killed; says what is durable. */
import { existsSync } from 'node:fs';
import { JournalFile } from '../../../src/runtime/history/journal-file.ts';
import { openHistory, repairHistory } from '../../../src/runtime/history/recorded-history.ts';
import type { HeaderRecord } from '../../../src/runtime/history/record.ts';

const [, , path = '', header = ''] = process.argv;

function opened(): JournalFile {
  const options = { maxBytes: 200_000 };
  if (!existsSync(path))
    return JournalFile.create(path, JSON.parse(header) as HeaderRecord, options);
  repairHistory(path);
  return JournalFile.open(openHistory(path).end(), options);
}

const file = opened();
for (;;) {
  for (let count = 0; count < 100; count++) {
    const port = `${file.nextSeq}`.repeat(20);
    file.append({ type: 'InjectPacket', port, now: 1 }, { ok: true, events: [] }, 1000);
  }
  await file.durable();
  process.stdout.write(`${file.nextSeq - 1}\n`);
}
