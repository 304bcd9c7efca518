/** A run in its folder, on the page: at each step what `netrun at` says of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHistory } from 'netrun';
import { expect, it } from 'vitest';
import { leavesOf } from '../../inspector/store/tones.ts';
import { openInspector, recordedRun } from '../../src/runtime/inspector/inspector.ts';
import { Workspace, documentOf, netrun } from '../cli/workspace.ts';
import {
  eventually,
  openView,
  rows,
  standing,
  untilCount,
  untilRecord,
  untilText,
  useBrowser,
} from './browser.ts';

const { openPage, atEnd } = useBrowser();
const work = new Workspace();

/** The address of the inspector of a run in its folder. */
async function inspectedRun(folder: string): Promise<string> {
  const inspector = await openInspector(await recordedRun(folder), {});
  atEnd(() => inspector.close());
  return inspector.url;
}

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
  const page = await openPage(`${await inspectedRun(folder)}#view=statechart&actor=epoch:e1`);
  await untilText(standing(page), 'stopped');
  const place = async (): Promise<number> =>
    Number(await page.locator('.now-seq').getAttribute('data-seq'));
  let seq = openHistory(folder).end().nextSeq - 1;
  await untilRecord(page, seq);
  const seen = new Set<string>();
  for (;;) {
    await page.keyboard.press('Shift+ArrowLeft');
    await eventually(place, 'the record before').toBeLessThan(seq);
    seq = await place();
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
    await untilCount(lit, 1);
  }
  expect(seen).toEqual(new Set(['startable', 'running.attempting', 'running.backingOff']));
});

it('its log is there, and where there is none the page says so', async () => {
  const folder = work.path('logged');
  await netrun(['run', flow, '--run-dir', folder, '--in', 'Try.in=7']);
  const page = await openPage(`${await inspectedRun(folder)}#view=logs`);
  await untilText(rows(page), /tries \d/);

  const lone = work.path('lone');
  await netrun(['run', flow, '--run-dir', lone, '--in', 'Try.in=7']);
  const text = work.file('alone/history.jsonl', readFileSync(join(lone, 'history.jsonl')));
  const without = await openPage(await inspectedRun(text));
  await untilText(standing(without), 'stopped');
  await openView(without, 'Logs');
  await untilText(without.locator('.nothing'), 'This run has no log');
});
