/** Files of runs that somebody has damaged: every command and every call ends, in an answer or in an error in words. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetrunError } from '../../src/errors.ts';
import { Net } from '../../src/runtime/net.ts';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { FakeTerminal } from '../cli/fake-terminal.ts';
import { netrun } from '../cli/workspace.ts';
import { type Damage, damage, damaged } from './damage.ts';

const root = mkdtempSync(join(tmpdir(), 'netrun-hostile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const flow = join(root, 'flow.toml');
const whole = join(root, 'whole');
let copies = 0;

const definition = `
[net]
on_error = "continue"
inputs = ["Pass.in"]
outputs = ["Keep.out"]
packet_storage_path = "VALUES"
[nodes.Pass]
exec_node_func = "./nodes.mjs#pass"
in_ports = ["in"]
out_ports = ["out"]
options = { defer_net_actions = true, retries = 1, retry_wait = 0.001 }
[nodes.Keep]
exec_node_func = "./nodes.mjs#keep"
in_ports = ["in"]
out_ports = ["out"]
options = { timeout = 5000 }
[[edges]]
from = "Pass.out"
to = "Keep.in"
`;

const nodes = `
export function pass(ctx, { in: [packet] }) {
  const value = ctx.consumePacketSync(packet);
  if (value === 'bad') throw new RangeError('bad', { cause: [1n] });
  ctx.memory.set('seen', new Map([[value, ctx.random()]]));
  ctx.loadOutputPort('out', ctx.createPacket({ value, big: 2n, at: new Date(ctx.now()) }));
  ctx.sendOutputSalvo('send');
}
export function keep(ctx, { in: [packet] }) {
  const value = ctx.consumePacketSync(packet);
  ctx.loadOutputPort('out', ctx.createPacketFromValueFunc(() => value));
  ctx.sendOutputSalvo('send');
  if (value.value === 'pause') ctx.pauseNet('asked to');
}
`;

/** A run that has paused itself, with a retry to come, and a checkpoint of it. */
beforeAll(async () => {
  writeFileSync(join(root, 'nodes.mjs'), nodes);
  writeFileSync(flow, definition.replace('VALUES', join(whole, 'values')));
  const inputs = [1, 'bad', 'pause', 'last'].flatMap((value) => [
    '--in',
    `Pass.in=${JSON.stringify(value)}`,
  ]);
  const { code, stderr } = await netrun(['run', flow, '--run-dir', join(whole, 'run'), ...inputs]);
  if (code !== 2) throw new Error(stderr);
  const net = Net.fromTomlFile(flow, { logLevel: 'silent' });
  await net.load();
  for (const value of [1, 'bad', 'pause', 'last']) await net.inject('Pass.in', value);
  await net.start();
  await net.takeOutputs('Keep.out');
  await net.saveCheckpoint(join(whole, 'checkpoint'));
  await net.suspend();
});

/** A copy of the run with one of its files damaged; `among` says which. */
function copyWith(among: RegExp, which: number, ways: readonly Damage[]): string {
  copies += 1;
  const folder = join(root, `copy-${copies}`);
  cpSync(whole, folder, { recursive: true });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    among.test(name),
  );
  const file = join(folder, files.toSorted()[which % files.length] ?? '');
  writeFileSync(file, ways.reduce(damaged, readFileSync(file)));
  return folder;
}

/** Nothing but an answer, or an error of ours that is no bug. */
function judge(error: unknown): void {
  if (!(error instanceof NetrunError) || error.code === 'KERNEL_FAILED') throw error;
}

/** Runs a command; one that waits for a time that does not come is interrupted. */
async function command(args: readonly string[]): Promise<void> {
  const terminal = new FakeTerminal();
  const running = netrun(args, terminal);
  let rounds = 0;
  const watch = setInterval(() => {
    rounds += 1;
    if (rounds > 20) terminal.happen({ type: 'terminate' });
  }, 10);
  void running.finally(() => clearInterval(watch));
  const { code, stdout, stderr } = await running;
  const told = `${args.join(' ')}\n${stdout}\n${stderr}`;
  expect([0, 1, 2, 130], told).toContain(code);
  expect(stderr, told).not.toMatch(/UNEXPECTED_ERROR|TypeError|ReferenceError|KERNEL_FAILED/);
  if (code === 1) expect(stderr, told).toMatch(/^error [A-Z_]+ /m);
}

/** Goes on with a net that could be opened, as far as that takes no time. */
async function goOn(opened: Promise<Net>): Promise<void> {
  try {
    const net = await opened;
    const running = net.start().catch(judge);
    for (let round = 0; round < 20; round++) await new Promise((done) => setImmediate(done));
    await net.suspend();
    await running;
  } catch (error) {
    judge(error);
  }
}

const ways = fc.array(damage, { minLength: 1, maxLength: 3 });
const options = () => ({ clock: new HeldClock(1000), logLevel: 'silent' as const });

describe('damaged files', { timeout: 1_800_000 }, () => {
  it('of a run are refused or read by every command that looks at it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), ways, async (which, damages) => {
        const folder = copyWith(/^(run|values)\/.*(jsonl?|sha256.*)$/, which, damages);
        const run = join(folder, 'run');
        await command(['replay', run]);
        await command(['replay', run, '--reexec']);
        await command(['at', run, '--seq', '20']);
        await command(['history', run]);
        await command(['diff', run, join(whole, 'run')]);
        await command(['packet', 'p2', '--run', run, '--down']);
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 80, seed: 41 },
    );
  });

  it('of a run are refused, or gone on with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), ways, async (which, damages) => {
        const folder = copyWith(/^(run|values)\/.*(jsonl?|sha256.*)$/, which, damages);
        const again = join(folder, 'again');
        cpSync(join(folder, 'run'), again, { recursive: true });
        await goOn(Net.recover(again, options()));
        await command(['run', flow, '--run-dir', join(folder, 'run'), '--resume']);
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 80, seed: 42 },
    );
  });

  it('of a checkpoint are refused, or gone on with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), ways, async (which, damages) => {
        const folder = copyWith(/^checkpoint\//, which, damages);
        await goOn(Net.loadCheckpoint(join(folder, 'checkpoint'), options()));
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 150, seed: 43 },
    );
  });
});
