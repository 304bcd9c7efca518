/** What toMatchHistory writes in a run of vitest by itself: as the version of vitest tells its matchers. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const root = file('../..');

const test = `
import { expect, it } from 'vitest';
import { defineNode, flow } from 'netrun';
import { testNet } from 'netrun/testing';
import 'netrun/testing/vitest';

it('is as it was', async () => {
  const echo = defineNode({ in: { text: 'string' }, exec: () => undefined });
  const t = testNet(flow().node('Echo', echo).build());
  await t.inject('Echo.text', 'a');
  await t.untilBlocked();
  await expect(t).toMatchHistory('echo.jsonl');
});
`;

/** Runs vitest on the one test in the folder; whether it passes. */
async function passes(folder: string, args: readonly string[], env: object): Promise<boolean> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const config = join(folder, 'vitest.config.mjs');
  const limits = ['--test-timeout=600000', '--hook-timeout=600000'];
  const command = [vitest, 'run', '--root', folder, '--config', config, ...limits, ...args];
  try {
    await promisify(execFile)(process.execPath, command, {
      cwd: root,
      env: { ...process.env, VITEST: undefined, CI: undefined, ...env },
    });
    return true;
  } catch (error) {
    expect((error as { stderr: string }).stderr).toMatch(/there is no file|expected the history/);
    return false;
  }
}

it('is written where it is missing, but not in CI, and written anew with --update', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-vitest-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'echo.test.ts'), test);
  const aliases = ['index.ts', 'testing/index.ts', 'testing/vitest.ts'].map((path) => {
    const name = `netrun/${path}`.replace(/\/index\.ts$|\.ts$/, '');
    return { find: `^${name}$`, replacement: join(root, 'src', path) };
  });
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `export default { resolve: { alias: ${JSON.stringify(aliases)}.map(({ find, replacement }) => ({ find: new RegExp(find), replacement })) } };`,
  );
  const path = join(folder, 'echo.jsonl');
  expect(await passes(folder, [], { CI: 'true' })).toBe(false);
  expect(existsSync(path)).toBe(false);
  expect(await passes(folder, [], {})).toBe(true);
  const written = readFileSync(path, 'utf8');
  const other = written.replace('"value":"a"', '"value":"b"');
  expect(other).not.toBe(written);
  writeFileSync(path, other);
  expect(await passes(folder, ['--update'], { CI: 'true' })).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe(written);
});
