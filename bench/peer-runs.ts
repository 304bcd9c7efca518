/**
 * Runs netrun and its peers side by side: each on the same work, in a process of its own, in turn.
 *
 * B1 a figure is the median of its rounds, and the rounds of all peers alternate, so that a machine
 * that slows down slows all of them. B2 a peer that is not there, or does not do the work, has no figure
 * and says why.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('peers/', import.meta.url));

/** A peer and what it stands for; `PEER:VARIANT`. */
export interface Peer {
  readonly name: string;
  readonly module: string;
}

export const netrun: Peer = { name: 'netrun', module: 'netrun:compiled' };
export const kernel: Peer = { name: 'netrun, kernel alone', module: 'netrun-kernel:compiled' };
export const interpreted: Peer = { name: 'netrun, interpreted', module: 'netrun:interpreted' };
export const interpretedKernel: Peer = {
  name: 'netrun, kernel alone, interpreted',
  module: 'netrun-kernel:interpreted',
};
export const naive: Peer = { name: 'XState, naive', module: 'xstate-naive' };
export const logic: Peer = { name: 'XState, custom logic', module: 'xstate-logic' };
export const objects: Peer = { name: 'by hand, events as objects', module: 'hand-objects' };
export const columns: Peer = { name: 'by hand, events in columns', module: 'hand-columns' };
export const noflo: Peer = { name: 'NoFlo', module: 'noflo' };
export const nodeRed: Peer = { name: 'Node-RED', module: 'node-red' };
export const rxjs: Peer = { name: 'RxJS', module: 'rxjs' };
export const pQueue: Peer = { name: 'p-queue', module: 'p-queue' };
export const bullmq: Peer = { name: 'BullMQ', module: 'bullmq' };

export type ShapeName = 'linear' | 'diamond' | 'fanout' | `chain-${number}`;

/** One piece of work. `feed`: packets put in before each drain. */
export interface Work {
  readonly peer: Peer;
  readonly shape: ShapeName;
  readonly packets: number;
  readonly feed: number | 'all';
}

/** Median, least and most of the rounds. */
export interface Figure {
  readonly hopsPerSecond: number;
  readonly least: number;
  readonly most: number;
  readonly peakBytes: number;
}

export type Outcome = Figure | { readonly missing: string };

interface Sample {
  readonly seconds: number;
  readonly hops: number;
  readonly peakBytes: number;
}

/** Longest run of one peer; milliseconds. */
const timeoutMs = 180_000;

/** Installs the peers where they are not there yet, and Redis where the machine lets us. */
export function preparePeers(): void {
  if (!existsSync(`${folder}node_modules`)) {
    process.stderr.write('installing the peers (once)\n');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    if (process.getuid?.() !== 0) return;
    process.stderr.write('installing redis-server (once)\n');
    execFileSync('sh', ['-c', 'apt-get update && apt-get install -y redis-server'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
}

async function sample({ peer, shape, packets, feed }: Work): Promise<Sample | string> {
  const args = ['measure.mjs', peer.module, shape, String(packets), String(feed)];
  try {
    const run = await promisify(execFile)(process.execPath, args, {
      cwd: folder,
      timeout: timeoutMs,
      env: { ...process.env, NODE_ENV: 'production' },
    });
    return JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as Sample;
  } catch (thrown) {
    const { stderr = '', killed = false } = thrown as { stderr?: string; killed?: boolean };
    if (killed) return `not done in ${timeoutMs / 1000} s`;
    return (
      stderr
        .split('\n')
        .find((line) => /Error/.test(line))
        ?.trim() ?? 'failed'
    );
  }
}

function figure(samples: readonly Sample[]): Figure {
  const rates = samples.map(({ hops, seconds }) => hops / seconds).sort((a, b) => a - b);
  const peaks = samples.map(({ peakBytes }) => peakBytes).sort((a, b) => a - b);
  const middle = (list: readonly number[]): number => list[Math.floor(list.length / 2)] ?? 0;
  return {
    hopsPerSecond: middle(rates),
    least: rates[0] ?? 0,
    most: rates.at(-1) ?? 0,
    peakBytes: middle(peaks),
  };
}

/** Does all the work `rounds` times, in turn; the outcomes in the order of `works`. */
export async function runAll(works: readonly Work[], rounds: number): Promise<readonly Outcome[]> {
  const samples = works.map((): Sample[] => []);
  const missing = new Map<number, string>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, work] of works.entries()) {
      if (missing.has(at)) continue;
      process.stderr.write(
        `${work.peer.name}, ${work.shape}, ${work.packets} packets, fed ${work.feed}, round ${round + 1}\n`,
      );
      const one = await sample(work);
      if (typeof one === 'string') missing.set(at, one);
      else samples[at]?.push(one);
    }
  }
  return works.map((_, at) => {
    const why = missing.get(at);
    return why === undefined ? figure(samples[at] ?? []) : { missing: why };
  });
}
