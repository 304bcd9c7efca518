/** Processes that are killed while they append: what they said to be durable is there, and all of it whole. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openHistory, repairHistory } from '../../../src/runtime/history/recorded-history.ts';
import { freshFolder, headerOf } from './records.ts';

const script = fileURLToPath(new URL('appending.ts', import.meta.url));
const loader = fileURLToPath(
  new URL('../../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url),
);

/** Lets a process append until it has said `lines` times what is durable, and kills it; the last that it said. */
function killedAfter(path: string, lines: number): Promise<number> {
  const args = [loader, script, path, JSON.stringify(headerOf())];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('close', (_, signal) => {
      const whole = said.slice(0, said.lastIndexOf('\n')).split('\n');
      if (signal === 'SIGKILL') resolve(Number(whole.at(-1)));
      else reject(new Error(`the process ended by itself: ${said}`));
    });
  });
}

it('a process that is killed leaves all that was durable, in whole records; another goes on', async () => {
  const path = join(freshFolder(), 'history.jsonl');
  let before = 0;
  for (const lines of [1, 20, 50]) {
    const durable = await killedAfter(path, lines);
    expect(durable).toBeGreaterThan(before);
    repairHistory(path);
    const seqs = [...openHistory(path).records()].map(({ seq }) => seq);
    expect(seqs.length).toBeGreaterThan(durable);
    expect(seqs).toEqual(seqs.map((_, at) => at));
    before = durable;
  }
  expect(openHistory(path).files.length).toBeGreaterThan(1);
});
