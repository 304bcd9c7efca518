/** Another process on what might as well be another machine does in a simulation what any other does. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Digests } from './digests.ts';
import { bundledProgram } from './program.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const recorded = JSON.parse(readFileSync(file('recorded/digests.json'), 'utf8')) as Digests;

const places: readonly (readonly [
  what: string,
  options: readonly string[],
  env: Readonly<Record<string, string>>,
])[] = [
  [
    'where it is tomorrow, i is no I, and no code is made while it runs',
    ['--jitless', '--disallow-code-generation-from-strings'],
    { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  ],
  [
    'with little memory, and other seeds of its own',
    ['--max-old-space-size=128', '--max-semi-space-size=1', '--hash-seed=4711', '--random-seed=3'],
    { TZ: 'UTC', LC_ALL: 'C' },
  ],
];

test.each(places)('a process %s has the histories that were recorded', async (_, options, env) => {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-elsewhere-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = await bundledProgram('digests', folder);
  const { stdout } = await promisify(execFile)(process.execPath, [...options, program], {
    env: { ...process.env, ...env },
    cwd: file('../..'),
  });
  expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toEqual(recorded);
});
