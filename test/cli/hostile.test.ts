/** Whatever is named as a file, every command says what is wrong with it, and shows no stack. */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileFailure } from '../../src/cli/files.ts';
import { Workspace, documentOf, netrun } from './workspace.ts';

const workspace = new Workspace();
mkdirSync(workspace.path('folder'));
const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 256);
const server = createServer();
beforeAll(async () => {
  // By its name alone: the address of a socket has room for some hundred bytes, wherever the folder is.
  const here = process.cwd();
  process.chdir(workspace.folder);
  server.listen('socket');
  process.chdir(here);
  await once(server, 'listening');
});
afterAll(() => server.close());

const hostile: [what: string, path: string, code: string][] = [
  ['a folder', workspace.path('folder'), 'FILE_UNREADABLE'],
  ['a missing file', workspace.path('missing.toml'), 'FILE_UNREADABLE'],
  ['a path through a file', workspace.file('plain', '') + '/x', 'FILE_UNREADABLE'],
  ['a socket', workspace.path('socket'), 'FILE_UNREADABLE'],
  ['a device without an end', '/dev/zero', 'FILE_UNREADABLE'],
  ['a path with NUL', 'a\0b', 'FILE_UNREADABLE'],
  ['a path that is too long', 'x'.repeat(10_000), 'FILE_UNREADABLE'],
  ['binary rubbish', workspace.file('rubbish', bytes), 'DEFINITION_BINARY'],
  [
    'bytes that are not UTF-8',
    workspace.file('latin', Buffer.from([0x61, 0xe9, 0x62])),
    'DEFINITION_NOT_UTF8',
  ],
  ['10 MB of brackets', workspace.file('brackets', '['.repeat(10_000_000)), 'DEFINITION_TOO_LARGE'],
  ['3 MB of brackets', workspace.file('some-brackets', '['.repeat(3_000_000)), ''],
  [
    'a key of a million parts',
    workspace.file('parts', `${'a.'.repeat(1_000_000)}b = 1`),
    'TOML_KEY_TOO_LONG',
  ],
];

describe.each(['run', 'check', 'fmt', 'graph', 'explain'])('netrun %s', (command) => {
  it.each(hostile)('refuses %s with a code and a hint', async (what, path, expected) => {
    const { code, stderr } = await netrun([command, path]);
    expect(code).toBe(1);
    const wanted = command === 'explain' && what === 'a folder' ? 'RUN_DIR_INVALID' : expected;
    expect(stderr).toMatch(new RegExp(`^error ${wanted}`));
    expect(stderr).toContain('\n  hint: ');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).not.toContain('\0');
    expect(Math.max(...stderr.split('\n').map((line) => line.length))).toBeLessThan(11_000);
  });
});

it('a file that may not be read says so', () => {
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  const { problems, exitCode } = fileFailure('FILE_UNREADABLE', 'secret.toml', denied);
  expect(exitCode).toBe(1);
  expect(problems).toEqual([
    expect.objectContaining({
      code: 'FILE_UNREADABLE',
      message: 'secret.toml cannot be read: there is no permission',
    }),
  ]);
});

it('text that would change the terminal is made harmless', async () => {
  const file = workspace.file('escape.toml', '[nodes.A]\n"\\u001b[2J" = 1\n');
  const { stderr } = await netrun(['check', file, 'missing\u001b[31m.toml']);
  expect(stderr).toContain('missing\\u{1b}[31m.toml');
  expect(stderr).not.toContain('\u001b');
});

it('with --json the problems are a document on standard output too', async () => {
  const ran = await netrun(['run', workspace.path('missing.toml'), '--json']);
  expect(ran.code).toBe(1);
  expect(documentOf(ran)).toEqual({
    ok: false,
    problems: [expect.objectContaining({ code: 'FILE_UNREADABLE' })],
  });
});
