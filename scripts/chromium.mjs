/** Where the browser is that the tests of the inspector's page drive; run by itself, it sees to it that there is one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { argv, env, getuid } from 'node:process';
import { fileURLToPath } from 'node:url';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** @returns {string | undefined} */
function found() {
  return [env['CHROMIUM'], ...usual].find((path) => path !== undefined && existsSync(path));
}

/**
 * Throws where there is none.
 *
 * @returns {string}
 */
export function chromiumPath() {
  const path = found();
  if (path !== undefined) return path;
  throw new Error(
    'no Chromium is installed: "apt-get update && apt-get install -y chromium" as root, or set CHROMIUM to the path of one',
  );
}

/** @param {string[]} args */
function aptGet(args) {
  const { status } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

if (argv[1] === fileURLToPath(import.meta.url) && found() === undefined) {
  if (getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    aptGet(['update']);
    aptGet(['install', '-y', '--no-install-recommends', 'chromium']);
  }
  chromiumPath();
}
