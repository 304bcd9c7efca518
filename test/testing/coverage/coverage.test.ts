/** What is collected of the statecharts of nets, and what the figures say of it. */
import { describe, expect, it } from 'vitest';
import type { Action, KernelEvent } from '../../../src/machines/action.ts';
import { createKernel } from '../../../src/runtime/kernel/kernel.ts';
import { collectCoverage } from '../../../src/testing/coverage/coverage-collector.ts';
import {
  type CoverageRecord,
  mergeCoverage,
  readCoverage,
} from '../../../src/testing/coverage/coverage-record.ts';
import {
  belowMinimum,
  coverageReport,
  coverageTable,
} from '../../../src/testing/coverage/coverage-report.ts';
import { itemsOf } from '../../../src/testing/coverage/statechart-items.ts';
import { netMachines } from '../../../src/testing/coverage/net-machines.ts';
import { countingOf } from '../../../src/testing/coverage/what-counts.ts';
import { scenarios } from '../../statecharts/scenarios.ts';
import { StatechartBook } from '../../statecharts/statechart-book.ts';
import { pair, runOnce } from './flows.ts';

async function covered(run: () => Promise<unknown>): Promise<CoverageRecord> {
  const collector = collectCoverage();
  await run();
  return collector.stop();
}

const retrying = { retries: 2, deferNetActions: true };
const unreached = (record: CoverageRecord, perNode = false): readonly string[] =>
  coverageReport(record, { perNode }).rows.flatMap((row) => row.unreached);

/** A retry, applied to a kernel action by action; its events. */
function driven(engine: 'compiled' | 'interpreted'): readonly KernelEvent[] {
  const kernel = createKernel(pair(retrying).graph, { engine });
  const error = { name: 'Error', message: 'not yet' };
  const actions: readonly Action[] = [
    { type: 'InjectPacket', port: 'Add.x' },
    { type: 'RunNetUntilBlocked' },
    { type: 'StartEpoch', epoch: 'e1' },
    { type: 'FailAttempt', epoch: 'e1', error },
    { type: 'FireTimer', key: 'retry:e1' },
    { type: 'CancelEpoch', epoch: 'e1' },
  ];
  return actions.flatMap((action) => {
    const answer = kernel.apply(action);
    if (!answer.ok) throw new Error(answer.message);
    return answer.events;
  });
}

const reachedByEpoch = [
  'cancelled',
  'running',
  'running : epoch.cancel -> cancelled',
  'running.attempting',
  'running.attempting : attempt.fail [retriesLeft] -> running.backingOff',
  'running.backingOff',
  'running.backingOff : timer.fire [firesRetry] -> running.attempting',
  'startable',
  'startable : epoch.start [gateIsOpen] -> running',
];

describe('what is collected', () => {
  it.each(['compiled', 'interpreted'] as const)(
    'is the same on every engine, and changes nothing of the history (G4): %s',
    (engine) => {
      const unwatched = driven('compiled');
      const collector = collectCoverage();
      expect(driven(engine)).toEqual(unwatched);
      const [net] = collector.stop().nets;
      expect(net?.reached['node:Add/epoch']).toEqual(reachedByEpoch);
    },
  );

  it('is nothing once it was stopped', async () => {
    const collector = collectCoverage();
    collector.stop();
    await runOnce(pair());
    expect(collector.record()).toEqual({ version: 1, nets: [] });
  });

  it('is plain JSON that can be read again', async () => {
    const record = await covered(() => runOnce(pair(retrying, 1)));
    expect(readCoverage(JSON.parse(JSON.stringify(record)))).toEqual(record);
    expect(() => readCoverage({ version: 2, nets: [] })).toThrow(
      expect.objectContaining({ code: 'COVERAGE_INVALID' }),
    );
  });

  it('holds of a kernel that began in the middle only what it went through', () => {
    const graph = pair(retrying).graph;
    const kernel = createKernel(graph);
    kernel.apply({ type: 'InjectPacket', port: 'Add.x' });
    kernel.apply({ type: 'RunNetUntilBlocked' });
    kernel.apply({ type: 'StartEpoch', epoch: 'e1' });
    const collector = collectCoverage();
    createKernel(graph, { snapshot: kernel.snapshot() });
    const [net] = collector.stop().nets;
    expect(net?.reached['node:Add/epoch']).toEqual(['running', 'running.attempting']);
  });
});

describe('the figures', () => {
  it('fall below a limit and name what is missing when the only test of a retry is removed', async () => {
    const plain = await covered(() => runOnce(pair(retrying)));
    const failing = await covered(() => runOnce(pair(retrying, 1)));
    const missing = 'epoch: backingOff → attempting';
    const whole = coverageReport(mergeCoverage([plain, failing]));
    const without = coverageReport(plain);
    const min = whole.total.percent;
    expect(belowMinimum(whole, min)).toEqual([]);
    expect(whole.rows.flatMap((row) => row.unreached)).not.toContain(missing);
    expect(belowMinimum(without, min)).toEqual(['total']);
    expect(without.rows.find(({ name }) => name === 'epoch')?.unreached).toContain(missing);
    expect(coverageTable(without)).toContain(`\n  ${missing}\n`);
  });

  it('count what a definition can reach, and nothing else', async () => {
    const plain = await covered(() => runOnce(pair()));
    const names = unreached(plain).join('\n');
    for (const impossible of ['backingOff', 'throttled', 'saturated', 'held', 'blocked', 'dag']) {
      expect(names).not.toContain(impossible);
    }
    const limited = await covered(() =>
      runOnce(pair({ rateLimitPerSecond: 5, maxParallelEpochs: 3, maxPendingEpochs: 4 })),
    );
    expect(unreached(limited)).toEqual(
      expect.arrayContaining(['node gate: saturated', 'node intake: held → collecting']),
    );
  });

  it('tell nodes apart where they are asked to', async () => {
    const record = await covered(() => runOnce(pair(retrying, 1)));
    const { rows } = coverageReport(record, { perNode: true });
    expect(rows.map(({ name }) => name)).toEqual(['net', 'Add', 'Double']);
    const [, add, double] = rows;
    expect(add?.unreached.some((name) => name.includes('backingOff'))).toBe(false);
    expect(double?.unreached).toContain('epoch: failed');
    expect(belowMinimum(coverageReport(record, { perNode: true }), 101)).toHaveLength(3);
  });

  it('do not depend on the order of files, nor on how often one is merged', async () => {
    const records = [
      await covered(() => runOnce(pair(retrying, 1))),
      await covered(() => runOnce(pair())),
      await covered(() => runOnce(pair(retrying))),
    ];
    const merged = mergeCoverage(records);
    expect(mergeCoverage([...records].reverse())).toEqual(merged);
    expect(mergeCoverage([merged, merged])).toEqual(merged);
    expect(coverageReport(merged).total.reached).toBeGreaterThanOrEqual(
      Math.max(...records.map((record) => coverageReport(record).total.reached)),
    );
  });

  it('are full where nothing counts', () => {
    expect(coverageReport({ version: 1, nets: [] }).total).toEqual({
      counted: 0,
      reached: 0,
      percent: 100,
    });
  });
});

describe('what is said to be out of reach', () => {
  const collector = collectCoverage();
  for (const scenario of Object.values(scenarios)) scenario(new StatechartBook());
  const record = collector.stop();

  it('is reached by none of the runs that between them reach everything', () => {
    const contradictions = record.nets.flatMap(({ spec, reached }) =>
      netMachines(spec).flatMap((subject) => {
        const names = new Set(reached[subject.address] ?? []);
        const counting = countingOf(spec, subject);
        return itemsOf(subject.machine)
          .filter((item) => names.has(item.name) && counting(item) === 'never')
          .map(({ name }) => `${subject.address} ${name}`);
      }),
    );
    expect(contradictions).toEqual([]);
  });

  it('is the reason why those runs leave nothing unreached', () => {
    const { rows } = coverageReport(record, { detail: 'transitions' });
    expect(rows.flatMap((row) => row.unreached)).toEqual([]);
    expect(coverageReport(record).total.percent).toBe(100);
  });
});
