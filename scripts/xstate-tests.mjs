/** Runs XState's own tests, of a checkout of its repository, on compiled machines: `npm run xstate:tests -- PATH [FILES]`. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [path, ...files] = process.argv.slice(2);
const core = path === undefined ? undefined : join(resolve(path), 'packages', 'core');
if (core === undefined || !existsSync(join(core, 'test'))) {
  console.error(
    'xstate-tests: give the path of a checkout of XState, with packages/core/test in it',
  );
  process.exit(1);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--config',
    join(root, 'test', 'xstate-own', 'vitest.config.ts'),
    ...files,
  ],
  { cwd: core, stdio: 'inherit', env: { ...process.env, XSTATE_CORE: core } },
);
process.exit(status ?? 1);
