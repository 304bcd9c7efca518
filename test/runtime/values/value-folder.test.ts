/** The folder of values: whole files, equal ones once, removed when nobody needs them and the history is durable. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { limits } from '../../../src/limits.ts';
import { ValueRecorder, textHash } from '../../../src/runtime/values/recorded-value.ts';
import { type ValueDisk, systemValueDisk } from '../../../src/runtime/values/value-disk.ts';
import { ValueFolder, readStored } from '../../../src/runtime/values/value-folder.ts';

function freshFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'netrun-values-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A history whose records become durable when the test says so. */
class Progress {
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  asked = 0;

  durable(): Promise<void> {
    this.asked += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  async reach(): Promise<void> {
    await settled();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    await settled();
  }

  async fail(): Promise<void> {
    await settled();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('full'));
    await settled();
  }
}

const settled = (): Promise<void> =>
  new Promise((done) => {
    setImmediate(done);
  });

function opened(disk: Partial<ValueDisk> = {}) {
  const path = join(freshFolder(), 'run');
  const problems: string[] = [];
  const folder = new ValueFolder(path, (problem) => problems.push(problem), {
    ...systemValueDisk,
    ...disk,
  });
  const progress = new Progress();
  folder.open();
  folder.follow(progress);
  return { folder, path, progress, problems };
}

const matching = (form: RegExp): unknown => expect.stringMatching(form);
const containing = (part: string): unknown => expect.stringContaining(part);

/** Names of all files in the folder. */
function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

const hexOf = (text: string): string => textHash(text).slice('sha256-'.length);

describe('a folder of values', () => {
  test('has each value in a file named by its hash, below the first two digits of it', () => {
    const { folder, path } = opened();
    expect(folder.put('"a"')).toBe(textHash('"a"'));
    const hex = hexOf('"a"');
    expect(readFileSync(join(path, hex.slice(0, 2), hex), 'utf8')).toBe('"a"');
    expect(folder.get(textHash('"a"'))).toEqual({ text: '"a"' });
    expect(filesIn(path)).toEqual([hex]);
  });

  test('writes equal values once', () => {
    const written: string[] = [];
    const { folder, path } = opened({
      write: (file, bytes) => {
        written.push(file);
        systemValueDisk.write(file, bytes);
      },
    });
    folder.hold(folder.put('1'));
    folder.hold(folder.put('1'));
    folder.put('2');
    expect(written).toHaveLength(2);
    expect(filesIn(path)).toEqual([hexOf('1'), hexOf('2')].sort());
  });

  test('removes a value when all who held it have released it and the history is durable past that', async () => {
    const { folder, path, progress } = opened();
    const ref = folder.put('1');
    folder.hold(ref);
    folder.hold(ref);
    folder.release(ref);
    await progress.reach();
    expect([filesIn(path), progress.asked]).toEqual([[hexOf('1')], 0]);
    folder.release(ref);
    await settled();
    expect([filesIn(path), progress.asked]).toEqual([[hexOf('1')], 1]);
    await progress.reach();
    expect([filesIn(path), folder.size]).toEqual([[], 0]);
  });

  test('keeps a value that is needed again before it was removed', async () => {
    const { folder, path, progress } = opened();
    const ref = folder.put('1');
    folder.hold(ref);
    folder.release(ref);
    await settled();
    folder.hold(folder.put('1'));
    await progress.reach();
    expect(filesIn(path)).toEqual([hexOf('1')]);
    folder.release(ref);
    await progress.reach();
    expect(filesIn(path)).toEqual([]);
  });

  test('asks for durability again for what is released while it waits for it', async () => {
    const { folder, path, progress } = opened();
    for (const text of ['1', '2']) folder.hold(folder.put(text));
    folder.release(textHash('1'));
    await settled();
    folder.release(textHash('2'));
    await progress.reach();
    expect([filesIn(path), progress.asked]).toEqual([[hexOf('2')], 2]);
    await progress.reach();
    expect(filesIn(path)).toEqual([]);
  });

  test('removes nothing where the history cannot be written any more', async () => {
    const { folder, path, progress } = opened();
    folder.hold(folder.put('1'));
    folder.release(textHash('1'));
    await progress.fail();
    expect(filesIn(path)).toEqual([hexOf('1')]);
  });

  test('says what could not be removed, and goes on', async () => {
    const { folder, progress, problems } = opened({
      remove: () => {
        throw new Error('busy');
      },
    });
    folder.hold(folder.put('1'));
    folder.release(textHash('1'));
    await progress.reach();
    expect(problems).toEqual([expect.stringMatching(/could not be removed: busy$/)]);
    folder.hold(folder.put('2'));
    expect(folder.get(textHash('2'))).toEqual({ text: '2' });
  });

  test('has at every moment what is held, and in the end nothing else', async () => {
    const step = fc.tuple(
      fc.constantFrom('hold', 'release', 'reach'),
      fc.integer({ max: 3, min: 0 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { folder, path, progress } = opened();
        const model = [0, 0, 0, 0];
        const held = (): string[] =>
          model.flatMap((count, n) => (count > 0 ? [hexOf(String(n))] : [])).sort();
        for (const [what, n] of steps) {
          const count = model[n] ?? 0;
          if (what === 'reach') await progress.reach();
          else if (what === 'hold') {
            folder.hold(folder.put(String(n)));
            model[n] = count + 1;
          } else if (count > 0) {
            folder.release(textHash(String(n)));
            model[n] = count - 1;
          }
          expect(filesIn(path)).toEqual(expect.arrayContaining(held()));
        }
        await progress.reach();
        await progress.reach();
        expect(filesIn(path)).toEqual(held());
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});

describe('writing a value', () => {
  test('that fails leaves nothing behind, and says where', () => {
    for (const what of ['write', 'rename'] as const) {
      let fails = true;
      const { folder, path } = opened({
        [what]: (from: string, to: never) => {
          if (fails && what === 'write') writeFileSync(from, 'ha');
          if (fails) throw Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC' });
          systemValueDisk[what](from, to);
        },
      });
      expect(() => folder.put('"half"')).toThrow(/^the value cannot be written to .*: ENOSPC/);
      expect([filesIn(path), folder.size]).toEqual([[], 0]);
      fails = false;
      expect(folder.get(folder.put('"half"'))).toEqual({ text: '"half"' });
    }
  });

  test('into a folder that cannot be made is refused with its path', () => {
    const file = join(freshFolder(), 'taken');
    writeFileSync(file, '');
    const folder = new ValueFolder(join(file, 'run'));
    expect(() => folder.open()).toThrow(
      expect.objectContaining({
        code: 'VALUE_STORE_UNUSABLE',
        message: containing(file),
      }),
    );
  });

  test('is not tried for one that is too large: the record says that it is lost', () => {
    const { folder, path } = opened();
    const record = new ValueRecorder({ mode: 'store', texts: folder });
    const large = 'x'.repeat(limits.storedValueBytes + 1);
    expect(record.record(large)).toEqual({ lost: `larger than ${limits.storedValueBytes} bytes` });
    expect(filesIn(path)).toEqual([]);
  });
});

describe('what was put', () => {
  test('is synced before the history is, with the folders that name it, and once', async () => {
    for (const later of [false, true]) {
      const synced: string[] = [];
      const { folder, path } = opened({
        sync: (file) => void synced.push(file),
        syncLater: (file) => Promise.resolve(void synced.push(file)),
        syncFolder: (file) => void synced.push(file),
      });
      folder.put('1');
      const file = join(path, hexOf('1').slice(0, 2), hexOf('1'));
      for (let round = 0; round < 2; round++) {
        if (later) await folder.syncLater();
        else folder.sync();
      }
      expect(synced).toEqual([file, join(path, '..'), path, join(file, '..')]);
    }
  });

  test('and was removed before it was synced is no failure', async () => {
    const { folder, path } = opened();
    folder.put('1');
    folder.put('2');
    rmSync(path, { recursive: true });
    mkdirSync(path);
    for (const text of ['1', '2']) mkdirSync(join(path, hexOf(text).slice(0, 2)));
    await expect(folder.syncLater()).resolves.toBeUndefined();
    folder.sync();
  });

  test('and cannot be synced is told to who asks', async () => {
    const fails = (): never => {
      throw new Error('EIO');
    };
    const { folder } = opened({ sync: fails, syncLater: () => Promise.reject(new Error('EIO')) });
    folder.put('1');
    expect(() => folder.sync()).toThrow('EIO');
    await expect(folder.syncLater()).rejects.toThrow('EIO');
  });
});

describe('reading a value', () => {
  test('that is not there, damaged, too large or named by something else says so', () => {
    const { folder, path } = opened();
    const ref = folder.put('"whole"');
    const file = join(path, hexOf('"whole"').slice(0, 2), hexOf('"whole"'));
    appendFileSync(file, ' ');
    expect(folder.get(ref)).toEqual({
      missing: `is damaged: ${file} has not the content it is named by`,
    });
    rmSync(file);
    expect(folder.get(ref)).toEqual({
      missing: matching(/^is not in the folder .* any more/),
    });
    mkdirSync(file);
    expect(folder.get(ref)).toEqual({
      missing: matching(/^cannot be read from .*EISDIR/),
    });
    const many = readStored(path, ref, {
      read: (_, most) => {
        throw new Error(`more than ${most}`);
      },
    });
    expect(many).toEqual({ missing: containing(String(limits.storedValueBytes)) });
    for (const bad of [
      '',
      'sha256-',
      `sha256-${'../'.repeat(21)}x`,
      `sha256-${'A'.repeat(64)}`,
      `sha512-${'a'.repeat(64)}`,
    ])
      expect(folder.get(bad)).toEqual({ missing: 'is kept under a name that no value has' });
  });
});

describe('a folder that another process has left', () => {
  test('is rid of half-written files and of values that nobody holds, once the history is durable', async () => {
    const before = opened();
    for (const text of ['1', '2', '3']) before.folder.put(text);
    const { path } = before;
    writeFileSync(join(path, '.writing-abc-1'), 'ha');
    writeFileSync(join(path, 'mine.txt'), 'of the user');
    const after = new ValueFolder(path);
    for (const text of ['1', '2', '3']) after.hold(textHash(text));
    after.release(textHash('2'));
    expect(filesIn(path)).toHaveLength(5);
    const progress = new Progress();
    after.open();
    after.follow(progress);
    after.sweep();
    after.release(textHash('3'));
    await settled();
    expect(filesIn(path)).toHaveLength(5);
    await progress.reach();
    await progress.reach();
    expect(filesIn(path)).toEqual([hexOf('1'), 'mine.txt'].sort());
  });

  test('is made safe as far as it is needed: the process before may not have come to it', () => {
    const { path } = opened();
    const synced: string[] = [];
    const after = new ValueFolder(path, () => undefined, {
      ...systemValueDisk,
      sync: (file) => void synced.push(file),
    });
    after.hold(textHash('1'));
    after.hold(textHash('2'));
    after.release(textHash('2'));
    after.hold('no hash');
    after.sync();
    expect(synced).toEqual([join(path, hexOf('1').slice(0, 2), hexOf('1'))]);
    expect(existsSync(join(path, 'no hash'))).toBe(false);
  });
});
