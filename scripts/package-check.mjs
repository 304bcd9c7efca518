/** Packs what is built and has publint and attw judge the tarball, as a user would get it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'netrun-package-'));

/** @type {Record<string, (tarball: string) => [command: string, args: string[]]>} */
const judges = {
  publint: (tarball) => [tool('publint'), ['run', tarball, '--strict']],
  attw: (tarball) => [tool('attw'), [tarball, '--profile', 'esm-only', '--no-emoji']],
};

/** @param {string} name */
function tool(name) {
  return join(root, 'node_modules', '.bin', name);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {number} its exit code
 */
function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  return status ?? 1;
}

try {
  const asked = process.argv.slice(2);
  const names = asked.length === 0 ? Object.keys(judges) : asked;
  process.exitCode = run('npm', [
    'pack',
    '--ignore-scripts',
    '--silent',
    `--pack-destination=${folder}`,
  ]);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  for (const name of names) {
    const judge = judges[name];
    if (judge === undefined)
      throw new Error(`no such check: ${name} (one of ${Object.keys(judges).join(', ')})`);
    if (process.exitCode !== 0 || tarball === undefined) break;
    process.exitCode = run(...judge(join(folder, tarball)));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
