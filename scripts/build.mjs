/** Makes a clean dist: the types of src, its code in one file for each entry point, and the inspector's page. */
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { bundle } from './build/bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

rmSync(`${root}dist`, { recursive: true, force: true });
const compiler = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(
  'package.json',
  'bin/tsc',
);
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});
process.exitCode = status ?? 1;
if (status === 0) {
  await bundle(root);
  chmodSync(`${root}dist/cli/main.js`, 0o755);
  await build({ configFile: `${root}inspector/vite.config.ts`, logLevel: 'warn' });
}
