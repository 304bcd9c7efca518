/** One process at a time: what a lock says of another process, and what it cannot say any more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessLock, lockHolder } from '../../src/runtime/drive/process-lock.ts';
import { Net } from '../../src/runtime/net.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { chain, mapping } from './nets.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'netrun-lock-')));
let other: ChildProcess;
beforeAll(() => {
  other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
});
afterAll(() => {
  other.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

let files = 0;
const fresh = (): string => join(root, `lock-${(files += 1)}`);
const held = (pid: number): Error => new Error(`process ${pid} has it`);

/** As the system tells it. */
function beganAt(pid: number): string {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return '';
  const stat = readFileSync(path, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** The lock of the other process. */
function othersLock(path: string, changes: object = {}): void {
  const pid = other.pid as number;
  writeFileSync(path, JSON.stringify({ pid, began: beganAt(pid), path, ...changes }));
}

describe('a lock', () => {
  it('is taken by one, and gone when it is given up', () => {
    const path = fresh();
    const lock = ProcessLock.take(path, held);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, path });
    lock.release();
    lock.release();
    expect(readdirSync(root).filter((name) => path.endsWith(name))).toEqual([]);
  });

  it('of another process that lives holds everybody up, and is left as it is', () => {
    const path = fresh();
    othersLock(path);
    const before = readFileSync(path, 'utf8');
    expect(() => ProcessLock.take(path, held)).toThrow(`process ${other.pid} has it`);
    expect(lockHolder(path)).toBe(other.pid);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('-1.'))).toEqual([]);
  });

  it.each<[string, (path: string) => void]>([
    ['that is gone', (path) => othersLock(path, { pid: 2 ** 22 + 1 })],
    ['whose number another one has by now', (path) => othersLock(path, { began: '1' })],
    ['in another folder, of which it is a copy', (path) => othersLock(path, { path: '/gone' })],
    ['that wrote half of it', (path) => writeFileSync(path, '{"pid":')],
    ['that wrote nothing', (path) => writeFileSync(path, '')],
    ['with no number that a process has', (path) => othersLock(path, { pid: -1 })],
  ])('of a process %s holds nobody up', (_, make) => {
    const path = fresh();
    make(path);
    expect(lockHolder(path)).toBeNull();
    ProcessLock.take(path, held).release();
    expect(existsSync(path)).toBe(false);
  });

  it('that was taken over is not given up by who had it before', () => {
    const path = fresh();
    const before = ProcessLock.take(path, held);
    const after = ProcessLock.take(path, held);
    before.release();
    expect(existsSync(path)).toBe(true);
    after.release();
    expect(existsSync(path)).toBe(false);
  });

  // Only where the system tells it.
  it.skipIf(!existsSync('/proc/self/stat'))(
    'of a process that has ended, and was not asked how, holds nobody up',
    async () => {
      // The shell goes on without asking for what became of its child.
      const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
      const [text] = (await once(shell.stdout, 'data')) as [Buffer];
      const pid = Number(text.toString());
      const path = fresh();
      while (existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(statOf(pid)))
        await new Promise((done) => {
          setImmediate(done);
        });
      writeFileSync(path, JSON.stringify({ pid, began: beganAt(pid), path }));
      expect(lockHolder(path)).toBeNull();
      shell.kill('SIGKILL');
    },
  );
});

const statOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'latin1');

describe('the history of a run', () => {
  const graph = chain(['A']);
  const functions = { A: mapping((n: number) => n + 1) };
  const options = { clock: new HeldClock(1000), logLevel: 'silent' as const };

  function begun(historyFile: string): Net {
    const net = new Net(graph, { ...options, historyFile });
    net.setNodeExec('A', functions.A);
    return net;
  }

  it('that another process writes is neither recovered nor touched', async () => {
    const historyFile = join(root, 'living', 'history.jsonl');
    const net = begun(historyFile);
    await net.inject('A.in', 1);
    await net.start();
    await net.suspend();
    writeFileSync(historyFile, '{"seq":', { flag: 'a' });
    const before = readFileSync(historyFile, 'utf8');
    othersLock(`${historyFile}.lock`);
    const recover = (): Promise<Net> => Net.recover(historyFile, { ...options, graph, functions });
    await expect(recover()).rejects.toMatchObject({
      code: 'HISTORY_IN_USE',
      message: `process ${other.pid} writes the history ${historyFile}`,
    });
    expect(readFileSync(historyFile, 'utf8')).toBe(before);
    const copy = join(root, 'copy', 'history.jsonl');
    mkdirSync(dirname(copy));
    for (const end of ['', '.lock']) copyFileSync(historyFile + end, copy + end);
    const copied = await Net.recover(copy, { ...options, graph, functions, historyFile: copy });
    await copied.stop();
    rmSync(`${historyFile}.lock`);
    await (await recover()).stop();
    expect(readdirSync(dirname(historyFile))).toEqual(['history.jsonl']);
  });

  it('is locked from its beginning until its net is stopped, suspended, or fails', async () => {
    for (const end of ['stop', 'suspend'] as const) {
      const historyFile = join(root, end, 'history.jsonl');
      const net = begun(historyFile);
      await net.inject('A.in', 1);
      expect(existsSync(`${historyFile}.lock`)).toBe(true);
      await net.start();
      await net[end]();
      expect(existsSync(`${historyFile}.lock`)).toBe(false);
    }
  });

  it('is recovered in the process that has it, where a net was left without an end', async () => {
    const historyFile = join(root, 'left', 'history.jsonl');
    await begun(historyFile).inject('A.in', 1);
    const recovered = await Net.recover(historyFile, { ...options, graph, functions });
    expect((await recovered.start()).outputs).toEqual({ 'A.out': [2] });
    await recovered.stop();
    expect(existsSync(`${historyFile}.lock`)).toBe(false);
  });
});
