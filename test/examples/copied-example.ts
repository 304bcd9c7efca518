/** An example in a folder of its own, for those that write beside their flow or are to be changed. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from '../architecture/tree.ts';

/** Copies an example, `examples/etl`, without what its runs have left; the copy is gone when the test is over. */
export function copyExample(folder: string): string {
  const home = mkdtempSync(join(tmpdir(), 'netrun-example-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'), 'dir');
  const copy = join(home, basename(folder));
  cpSync(join(root, folder), copy, {
    recursive: true,
    filter: (path) => basename(path) !== '.netrun',
  });
  return copy;
}
