/** The order flow: what it loads, what it keeps, and how a retry from the command line does the rest. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HeldClock } from '../../src/runtime/time/clock.ts';
import { Net } from '../../src/runtime/net.ts';
import { root } from '../architecture/tree.ts';
import { runCommand } from './command.ts';
import { copyExample } from './copied-example.ts';

/** What is right, worked out from the file by other means: cents by currency of the orders with these customers. */
function expected(home: string, customers: readonly string[]): { orders: number; cents: object } {
  const text = readFileSync(join(home, 'orders.csv'), 'utf8');
  const rows = [...text.matchAll(/^\d+,(C-\d+),(\d+)\.(\d\d),(EUR|USD)$/gm)];
  const cents: Record<string, number> = {};
  const counted = rows.filter(([, customer = '']) => customers.includes(customer));
  for (const [, , whole, part, currency = ''] of counted)
    cents[currency] = (cents[currency] ?? 0) + Number(`${whole}${part}`);
  return { orders: counted.length, cents };
}

function reportIn(home: string): unknown {
  return JSON.parse(readFileSync(join(home, 'orders-report.json'), 'utf8'));
}

async function inFolder<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await act();
  } finally {
    process.chdir(before);
  }
}

const knownAtFirst = ['C-101', 'C-102', 'C-103'];

it('what fails is kept, and a retry after the data was mended completes the report', async () => {
  const home = copyExample('examples/etl');
  const flow = join(home, 'flow.toml');
  await inFolder(home, async () => {
    const first = await runCommand(['run', flow, '--json']);
    expect(first.exitCode).toBe(0);
    const summary = JSON.parse(first.stdout) as { nodes: object[]; failures: object[] };
    expect(summary.failures).toMatchObject([
      { node: 'Lookup', attempts: 3, message: 'customer C-104 of order 4 is unknown' },
      { node: 'Lookup', attempts: 3, message: 'customer C-104 of order 8 is unknown' },
    ]);
    expect(summary.nodes).toMatchObject([
      { node: 'Read', finished: 1 },
      { node: 'Validate', finished: 12 },
      { node: 'Lookup', finished: 7, failed: 2 },
      { node: 'Load', finished: 7 },
      { node: 'Reject', finished: 3 },
    ]);
    expect(reportIn(home)).toEqual(expected(home, knownAtFirst));

    const list = await runCommand(['dlq', 'list', flow]);
    expect(list.stdout.match(/customer C-104 of order \d is unknown/g)).toEqual([
      'customer C-104 of order 4 is unknown',
      'customer C-104 of order 8 is unknown',
    ]);

    const tooEarly = await runCommand(['dlq', 'retry', flow, 'd1']);
    expect(tooEarly.exitCode).toBe(2);
    appendFileSync(join(home, 'customers.csv'), 'C-104,Dora,DE\n');
    const retried = await runCommand(['dlq', 'retry', flow, '--all', '--json']);
    expect(retried.exitCode).toBe(0);
    expect(JSON.parse(retried.stdout)).toMatchObject({ retried: ['d2', 'd3'], failures: [] });
    expect(reportIn(home)).toEqual(expected(home, [...knownAtFirst, 'C-104']));
    expect(reportIn(home)).toMatchObject({ orders: 9 });
    expect((await runCommand(['dlq', 'list', flow])).stdout).toContain('no open dead letters');
  });
});

it('orders get through whose lookup fails at first, and Load starts a fiftieth of a second apart', async () => {
  const home = copyExample('examples/etl');
  const clock = new HeldClock();
  const net = Net.fromTomlFile(join(home, 'flow.toml'), { clock });
  net.setNodeConfig('Load', { config: { out: home } });
  await net.load();
  const state = { isOver: false };
  const running = net.start().finally(() => {
    state.isOver = true;
  });
  while (!state.isOver) await clock.advance(clock.next === null ? 0 : clock.next - clock.now());
  const { blocked, counts } = await running;
  expect(blocked).toBe('drained');
  // Orders 3, 5 (twice), 10 (twice) and 12, and both that have no customer, twice each.
  expect(counts.nodes.get('Lookup')).toMatchObject({ retried: 10, finished: 7, failed: 2 });
  const loads = new Set(
    [...net.history.events()]
      .filter((record) => record.event === 'EpochCreated' && record['node'] === 'Load')
      .map((record) => record['epoch']),
  );
  const starts = [...net.history.actions()]
    .filter((record) => record.action === 'StartEpoch' && loads.has(record['epoch']))
    .map((record) => Number(record['now']));
  expect(starts).toHaveLength(7);
  const pauses = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
  expect(Math.min(...pauses)).toBe(20);
  await net.stop();
});

it('no order is lost in any order, whatever goes wrong, and the same seeds do the same', async () => {
  const flow = `${root}examples/etl/flow.toml`;
  const args = ['simulate', flow, '--with', `${root}examples/etl/simulation.ts`, '--runs', '12'];
  const first = await runCommand(args);
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout).toContain('everything holds\ndigest sha256-');
  expect((await runCommand(args)).stdout).toBe(first.stdout);
});
