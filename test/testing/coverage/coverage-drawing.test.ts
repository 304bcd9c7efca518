/** Coverage in drawings of statecharts: as Mermaid reads them. */
import { expect, it } from 'vitest';
import { collectCoverage } from '../../../src/testing/coverage/coverage-collector.ts';
import { coverageStatechart } from '../../../src/testing/coverage/coverage-drawing.ts';
import { readMermaid } from '../../machines/mermaid.ts';
import { pair, runOnce } from './flows.ts';

const collector = collectCoverage();
await runOnce(pair({ retries: 1, deferNetActions: true }));
const record = collector.stop();

it('what was reached has a tick, what counts and was not a cross, what does not count nothing', async () => {
  const { nodes, edges } = await readMermaid(coverageStatechart(record, 'Add/epoch'));
  const labels = nodes.map(({ label }) => label);
  expect(labels).toEqual(
    expect.arrayContaining(['✓ attempting', '✓ finished', '✗ backingOff', '✗ failed', 'timedOut']),
  );
  const arrows = edges.map(({ label }) => label);
  expect(arrows).toContain('✗ timer.fire [firesRetry]');
  expect(arrows).toContain('✓ epoch.start [gateIsOpen]');
  expect(arrows.some((label) => label.startsWith('timer.fire [firesTimeout]'))).toBe(true);
});

it.each(['net', 'Add', 'node:Add', 'Add/in:x', 'Double/out:y', 'Double/epoch'])(
  'there is a drawing of %s',
  (part) => {
    expect(coverageStatechart(record, part)).toMatch(/^stateDiagram-v2\n/);
    expect(coverageStatechart(record, part)).toContain('#10003;');
  },
);

it('there is none of a part that no net has', () => {
  expect(() => coverageStatechart(record, 'Sub')).toThrow(
    expect.objectContaining({ code: 'NODE_UNKNOWN' }),
  );
});
