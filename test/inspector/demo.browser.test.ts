/** The demo in all views of the page, live and gone back through; and its drawings, whether they can be read. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Replay } from 'netrun';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import {
  eventually,
  follow,
  row,
  rows,
  standing,
  untilCount,
  untilRecord,
  untilRows,
  untilText,
  useBrowser,
} from './browser.ts';
import { demo } from './nets.ts';

const { openPage, inspected, atEnd } = useBrowser();

async function inspectedDemo() {
  const out = mkdtempSync(join(tmpdir(), 'netrun-page-'));
  atEnd(() => rmSync(out, { recursive: true, force: true }));
  const net = demo(out);
  return { net, url: await inspected(net) };
}

interface Drawing {
  readonly parts: string;
  readonly texts: string;
  /** Pixels on the screen. */
  readonly leastText: number;
}

/** Waits until all parts of a drawing are within its room, and its texts there and large enough. */
async function untilDrawn(page: Page, { parts, texts, leastText }: Drawing, what: string) {
  const look = (): Promise<unknown> =>
    page.evaluate(`(() => {
    const room = document.querySelector('.net-room').getBoundingClientRect();
    const zoom = new DOMMatrix(
      getComputedStyle(document.querySelector('.react-flow.placed .react-flow__viewport')).transform,
    ).a;
    const isOutside = (each) => {
      const { left, right, top, bottom } = each.getBoundingClientRect();
      const slack = 1;
      return left < room.left - slack || right > room.right + slack ||
        top < room.top - slack || bottom > room.bottom + slack;
    };
    const named = (each) => each.dataset.state ?? each.dataset.box ?? each.textContent;
    const found = [...document.querySelectorAll(${JSON.stringify(texts)})];
    const isSmall = (each) =>
      Number.parseFloat(getComputedStyle(each).fontSize) * zoom <= ${leastText};
    return {
      outside: [...document.querySelectorAll(${JSON.stringify(parts)})].filter(isOutside).map(named),
      small: found.filter(isSmall).map(named),
      hasTexts: found.length > 1,
    };
  })()`);
  await page.locator('.react-flow.placed').waitFor();
  await eventually(look, what).toEqual({ outside: [], small: [], hasTexts: true });
}

describe('the demo', () => {
  it('is seen from its start until it is drained, in every view, and gone back through', async () => {
    const { net, url } = await inspectedDemo();
    const page = await openPage(url);
    await untilText(standing(page), 'not started');
    await page.locator('[data-box=Collect]').waitFor();
    await untilCount(page.locator('.card'), 16);
    const { blocked, counts: made } = await net.start();
    expect(blocked).toBe('drained');
    await untilText(standing(page), 'drained');
    const epochs = new RegExp(`^${made.epochs.opened}`.replace(/\B(?=\d{3}$)/, '.'));
    await untilText(page.locator('.figures'), epochs);

    await page.keyboard.press('2');
    await page
      .locator('.chart-state[data-state="net.lifecycle.running"][data-active=true]')
      .waitFor();
    await page.locator('.chart-state.folded[data-state="net.activity"]').click();
    await page
      .locator('.chart-state[data-state="net.activity.blocked.drained"][data-active=true]')
      .waitFor();
    await page.keyboard.press('3');
    await row(page, 'e1').waitFor();
    await untilRows(page, made.epochs.opened);
    await page.keyboard.press('4');
    await page.getByPlaceholder('Go to packet').fill('p20');
    await page.keyboard.press('Enter');
    await untilText(page.locator('.trace'), /made in e4 Split.*consumed, in e\d+/s);
    await page.locator('.lineage-box').nth(2).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('5');
    await untilText(page.locator('.sequence-head'), 'outside');
    await page.locator('.sequence-message').first().waitFor();
    await page.keyboard.press('6');
    await untilText(rows(page), 'The report is in');
    await page.keyboard.press('7');
    await untilText(page.locator('.nothing'), 'No dead letter');
    await page.keyboard.press('8');
    await untilText(page.locator('.blocked-head'), 'Blocked: drained');

    await page.keyboard.press('1');
    const place = Math.floor(net.history.lastSeq / 2);
    await follow(page, `#view=net&at=${place}`);
    await untilRecord(page, place);
    const { counts } = new Replay(net.history).seek(place).state();
    await untilText(page.locator('.figures'), `${counts.packets}`);
    await page.keyboard.press('End');
    await untilText(standing(page), 'drained');
  });

  it('has drawings that are seen whole, with texts that can be read, at 1280 by 800', async () => {
    const { net, url } = await inspectedDemo();
    await net.start();
    const page = await openPage(url);
    await page.locator('[data-box=Collect]').waitFor();
    const cards = { parts: '.card', texts: '.card-title, .port-name', leastText: 9 };
    await untilDrawn(page, cards, 'the net');
    const chart = {
      parts: '.chart-state, .arrow-label',
      texts: '.transition-text',
      leastText: 9.3,
    };
    const actors = ['net', 'node:Collect', 'node:Report', 'node:Collect/in:package', 'epoch:e4'];
    for (const actor of actors) {
      await follow(page, `#view=statechart&actor=${actor}`);
      await page.locator(`.side[aria-label="Actor ${actor}"]`).waitFor();
      await page.locator(`.chart-state.root:has-text("${actor}")`).waitFor();
      await page.locator('.transition').first().waitFor();
      const texts = page.locator('.arrow-label .transition-text');
      await eventually(() => texts.count()).toBeGreaterThan(1);
      await untilDrawn(page, chart, actor);
    }
  });
});
