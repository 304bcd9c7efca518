/**
 * A program that loads checkpoints of random nets and lets each go on to its end. Its argument is a file that
 * lists them, as JSON; the outcome of each is written beside it, as `<folder>.outcome.json`.
 */
import fs, { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type SavedNet, loadedNet, outcomeOf } from './checkpoints.ts';

// Nothing is lost here that a disk would have kept: no machine fails.
fs.fsyncSync = () => undefined;
syncBuiltinESMExports();

const [, , list = ''] = process.argv;
for (const saved of JSON.parse(readFileSync(list, 'utf8')) as SavedNet[]) {
  const outcome = await outcomeOf(await loadedNet(saved), `${saved.folder}.elsewhere`);
  writeFileSync(`${saved.folder}.outcome.json`, JSON.stringify(outcome));
}
