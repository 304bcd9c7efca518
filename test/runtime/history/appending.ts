/** A process that appends to a history, new or repaired, and then waits to be killed; says what is durable. */
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

/** Far more than whoever kills it waits for. */
const turns = 500;

const file = opened();
for (let turn = 0; turn < turns; turn++) {
  for (let count = 0; count < 100; count++) {
    const port = `${file.nextSeq}`.repeat(20);
    file.append({ type: 'InjectPacket', port, now: 1 }, { ok: true, events: [] }, 1000);
  }
  await file.durable();
  process.stdout.write(`${file.nextSeq - 1}\n`);
}
setInterval(() => undefined, 1_000_000);
