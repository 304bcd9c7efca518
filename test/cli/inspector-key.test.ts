/** The key of the user: what stands in its place, and who made it, decides whether it is used. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keyIn } from '../../src/cli/run/inspector-key.ts';

const root = mkdtempSync(join(tmpdir(), 'netrun-key-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

function fresh(): { readonly state: string; readonly file: string } {
  const state = join(root, `state-${(folders += 1)}`);
  return { state, file: join(state, 'netrun', 'inspector.key') };
}

/** A state folder in which something stands in the key's place. */
function holding(place: (file: string) => void): { readonly state: string; readonly file: string } {
  const made = fresh();
  mkdirSync(join(made.state, 'netrun'), { recursive: true });
  place(made.file);
  return made;
}

const key = 'ab'.repeat(32);

describe('the key of the user', () => {
  it('is made once, whole and for nobody else, and nothing is left beside it', () => {
    const { state, file } = fresh();
    const made = keyIn(state);
    expect(made).toMatch(/^[0-9a-f]{64}$/);
    expect(keyIn(state)).toBe(made);
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(state, 'netrun')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(state, 'netrun'))).toEqual(['inspector.key']);
  });

  it.each(['', 'half', `${key}${key}`, 'x'.repeat(64), '\0'.repeat(64), 'a'.repeat(1_000_000)])(
    'is made anew where it was damaged: %#',
    (text) => {
      const { state, file } = holding((path) => writeFileSync(path, text, { mode: 0o600 }));
      const made = keyIn(state);
      expect(made).toMatch(/^[0-9a-f]{64}$/);
      expect(readFileSync(file, 'utf8')).toBe(made);
      expect(lstatSync(file).mode & 0o777).toBe(0o600);
      expect(keyIn(state)).toBe(made);
    },
  );

  it.each<[string, (file: string) => void]>([
    ['a link to a key', (file) => linkTo(file, true)],
    ['a link to nothing', (file) => linkTo(file, false)],
    ['a folder', (file) => mkdirSync(file)],
    ['a pipe', (file) => execFileSync('mkfifo', ['-m', '600', file])],
    ['what others can read', (file) => kept(file, 0o640)],
    ['what others can write', (file) => kept(file, 0o602)],
  ])('is not used where %s stands in its place, and that is left alone', (_, place) => {
    const { state, file } = holding(place);
    const before = lstatSync(file);
    expect(keyIn(state)).toBeNull();
    expect(lstatSync(file)).toMatchObject({ mode: before.mode, ino: before.ino });
  });

  it('is not there where its folder cannot be made', () => {
    const file = join(root, 'no-folder');
    writeFileSync(file, '');
    expect(keyIn(file)).toBeNull();
  });
});

function kept(file: string, mode: number): void {
  writeFileSync(file, key);
  chmodSync(file, mode);
}

function linkTo(file: string, isThere: boolean): void {
  const target = `${file}-target`;
  if (isThere) writeFileSync(target, key, { mode: 0o600 });
  symlinkSync(target, file);
}
