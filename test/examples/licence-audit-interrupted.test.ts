/** The licence audit is interrupted in the middle: what runs ends, what waits is kept, and a second run goes on with it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../architecture/tree.ts';
import { Running } from '../cli/running-process.ts';
import { lockText } from './audit-run.ts';

interface Line {
  readonly type: string;
  readonly event?: string;
  readonly [field: string]: unknown;
}

it('the first SIGINT lets the running epoch end, starts none after it, and exits with 130; a resumed run does the rest', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-interrupted-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // A pipe for a lock file: Parse reads until somebody has written it.
  const pipe = join(folder, 'package-lock.json');
  execFileSync('mkfifo', [pipe]);
  const kept = join(folder, 'run');
  const flow = join(root, 'examples/licence-audit/flow.toml');
  const asked = `Locate.path=${JSON.stringify(pipe)}`;
  const running = new Running(['run', flow, '--in', asked, '--json', '--run-dir', kept], folder);
  const over = running.ended.then((code) => {
    throw new Error(`ended with ${code}: ${running.stderr}`);
  });
  over.catch(() => undefined);
  const writer = await Promise.race([open(pipe, 'w'), over]);
  running.child.kill('SIGINT');
  await running.says('1 running epoch may finish');
  await writer.writeFile(lockText({ 'node_modules/a': { version: '1.0.0', license: 'MIT' } }));
  await writer.close();

  expect(await running.ended).toBe(130);
  expect(JSON.parse(running.stdout)).toMatchObject({
    state: 'interrupted',
    epochs: { finished: 3, cancelled: 0, failed: 0, running: 0 },
    packets: { destroyed: 0 },
  });
  expect(existsSync(join(folder, 'licence-audit-report.json'))).toBe(false);
  const lines = readFileSync(join(kept, 'history.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const told = lines.flatMap(({ event }) => (event === undefined ? [] : [event]));
  const paused = told.indexOf('NetPausing');
  expect(told.slice(paused).filter((event) => event.startsWith('Net'))).toEqual([
    'NetPausing',
    'NetPaused',
  ]);
  expect(told.slice(paused)).toContain('EpochFinished');
  expect(told.slice(paused)).not.toContain('EpochStarted');
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, at) => at));

  const resumed = new Running(['run', flow, '--json', '--run-dir', kept, '--resume'], folder);
  expect(await resumed.ended).toBe(0);
  expect(JSON.parse(resumed.stdout)).toMatchObject({
    state: 'drained',
    epochs: { failed: 0, cancelled: 0 },
    packets: { destroyed: 0 },
  });
  expect(existsSync(join(folder, 'licence-audit-report.json'))).toBe(true);
});
