/** A run in its folder, on the page: at each step what `netrun at` says of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { leavesOf } from '../../inspector/store/tones.ts';
import { openInspector, recordedRun } from '../../src/runtime/inspector/inspector.ts';
import { Workspace, documentOf, netrun } from '../cli/workspace.ts';
import { openView, standing, untilText, useBrowser } from './browser.ts';

const openPage = useBrowser();
const work = new Workspace();
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

work.file(
  'nodes.mjs',
  `
let tries = 0;
export function flaky(ctx, { in: [packet] }) {
  ctx.log.info('tries ' + (tries += 1));
  if (tries === 1) throw new RangeError('not yet');
  const value = ctx.consumePacketSync(packet);
  ctx.loadOutputPort('out', ctx.createPacket(value));
  ctx.sendOutputSalvo('send');
}
`,
);
const flow = work.file(
  'flow.toml',
  `
[net]
inputs = ["Try.in"]
outputs = ["Try.out"]
[nodes.Try]
exec_node_func = "./nodes.mjs#flaky"
in_ports = ["in"]
out_ports = ["out"]
[nodes.Try.options]
retries = 1
retry_wait = 0.01
defer_net_actions = true
`,
);

interface AtState {
  readonly actors: readonly { readonly address: string; readonly value: string }[];
}

it('the statechart of an epoch is at each step back what netrun at prints', async () => {
  const folder = work.path('run');
  expect((await netrun(['run', flow, '--run-dir', folder, '--in', 'Try.in=7'])).code).toBe(0);
  const inspector = await openInspector(await recordedRun(folder), {});
  ends.push(() => inspector.close());
  const page = await openPage(`${inspector.url}#view=statechart&actor=epoch:e1`);
  await untilText(standing(page), 'stopped');
  const place = page.locator('.now-seq');
  let seq = Number(await place.getAttribute('data-seq'));
  const seen = new Set<string>();
  for (;;) {
    await page.keyboard.press('Shift+ArrowLeft');
    await page.locator(`.now-seq:not([data-seq="${seq}"])`).waitFor();
    const next = Number(await place.getAttribute('data-seq'));
    expect(next).toBeLessThan(seq);
    seq = next;
    if (seq === 0) break;
    const printed = documentOf(await netrun(['at', folder, '--seq', String(seq), '--json']));
    const { actors } = printed['state'] as AtState;
    const epoch = actors.find(({ address }) => address === 'epoch:e1');
    if (epoch === undefined) continue;
    const expected = leavesOf(epoch.value).join(' ');
    seen.add(expected);
    await page.locator(`.actives[data-states="${expected}"]`).waitFor();
    const lit = page.locator('.chart-state.leaf[data-active=true]');
    await untilText(lit, expected.split('.').at(-1) ?? '');
    expect(await lit.count()).toBe(1);
  }
  expect(seen).toEqual(new Set(['startable', 'running.attempting', 'running.backingOff']));
});

it('its log is there, and where there is none the page says so', async () => {
  const folder = work.path('logged');
  await netrun(['run', flow, '--run-dir', folder, '--in', 'Try.in=7']);
  const inspector = await openInspector(await recordedRun(folder), {});
  ends.push(() => inspector.close());
  const page = await openPage(`${inspector.url}#view=logs`);
  await untilText(page.locator('.grid-row[data-key]'), /tries \d/);

  const lone = work.path('lone');
  await netrun(['run', flow, '--run-dir', lone, '--in', 'Try.in=7']);
  const text = work.file('alone/history.jsonl', readFileSync(join(lone, 'history.jsonl')));
  const other = await openInspector(await recordedRun(text), {});
  ends.push(() => other.close());
  const without = await openPage(other.url);
  await untilText(standing(without), 'stopped');
  await openView(without, 'Logs');
  await untilText(without.locator('.nothing'), 'This run has no log');
});
