/** What a person has set comes back with the address; subnets and break-points, as they are set on the page. */
import { Net, defineNode, flow } from 'netrun';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import {
  button,
  eventually,
  openView,
  row,
  rows,
  standing,
  untilCount,
  untilRecord,
  untilRows,
  untilText,
  useBrowser,
} from './browser.ts';
import { chainNet, failingNet } from './nets.ts';

const { openPage, inspected } = useBrowser();

/** Two nodes and another one after them. */
function threeNet(): Net {
  const hand = defineNode({
    in: { in: 'number' },
    out: { out: 'number' },
    exec: ({ in: value }) => ({ out: value }),
  });
  const graph = flow()
    .node('Sub_One', hand)
    .node('Sub_Two', hand)
    .node('Last', hand)
    .edge('Sub_One.out', 'Sub_Two.in')
    .edge('Sub_Two.out', 'Last.in');
  return new Net(graph.build(), {});
}

/** Between page and server the nodes whose names begin so stand in a subnet. */
async function withSubnet(page: Page): Promise<void> {
  await page.routeWebSocket(/\/socket$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => server.send(String(text).replaceAll('Sub->', 'Sub_')));
    server.onMessage((text) => {
      const named = String(text).replaceAll('Sub_', 'Sub->');
      socket.send(named.replaceAll(/("name":"Sub->\w+","within":)\[\]/g, '$1["Sub"]'));
    });
  });
}

describe('a link', () => {
  it('has the filters, the order and the choices of every view, and a reload brings them back', async () => {
    const net = failingNet(new Set(['bad']));
    const url = await inspected(net);
    for (const word of ['one', 'bad', 'two']) await net.inject('Check.word', word);
    await net.start();
    const page = await openPage(`${url}#view=epochs`);
    await row(page, 'e1').waitFor();
    await button(page, 'failed').click();
    await page.getByPlaceholder('Filter epochs').fill('bad');
    await button(page, 'Took').click();
    await untilRows(page, 1);
    await row(page, 'e2').click();
    await page.waitForURL(/epoch=e2/);
    await openView(page, 'Messages');
    await button(page, '200').click();
    await button(page, 'Fold ports and epochs').click();
    // The first of the span, which is the whole run: of a shorter one it would be another.
    const first = page.locator('.sequence-row .sequence-message').first();
    await first.click();
    const chosen = page.locator('.detail[aria-label^="Message "] h2');
    await chosen.waitFor();
    const message = await chosen.textContent();
    await openView(page, 'Logs');
    await page.getByPlaceholder('Filter lines').fill('no good');
    await page.getByLabel('Level').selectOption('error and above');
    await openView(page, 'Statechart');
    await page.locator('.chart-state.folded[data-state="net.activity"]').click();
    await openView(page, 'Net');
    await page.getByPlaceholder('Find a node').fill('Keep');
    await untilText(page.locator('.net-hits'), '1 found');
    await page.waitForURL(/net\.search=Keep/);
    const address = page.url();
    const again = await openPage(address);
    await untilText(again.locator('.net-hits'), '1 found');
    await openView(again, 'Epochs');
    await again.locator('.grid-row[data-key=e2][aria-selected=true]').waitFor();
    await untilCount(rows(again), 1);
    await again.locator('[aria-sort=ascending] >> text=Took').waitFor();
    await openView(again, 'Messages');
    await again.locator('button[aria-pressed=true] >> text="200"').waitFor();
    await untilText(again.locator('.detail h2'), message ?? '');
    await openView(again, 'Logs');
    await eventually(() => again.getByLabel('Level').inputValue()).toBe('50');
    await openView(again, 'Statechart');
    await again.locator('.chart-state.folded[data-state="net.lifecycle"]').waitFor();
    await openView(again, 'Net');
    await again.waitForURL(address);
  });

  it('has where the page stands in time, what is chosen, and where the canvas was moved to', async () => {
    const net = chainNet();
    const url = await inspected(net);
    await net.inject('First.in', 1);
    await net.start();
    const page = await openPage(url);
    await page.locator('[data-box=Second]').click();
    await page.locator('.side h2:has-text("Second")').waitFor();
    await untilRecord(page, net.history.lastSeq);
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(/at=\d+/);
    await page.mouse.move(600, 600);
    await page.mouse.down();
    await page.mouse.move(520, 560, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/at=\d+.*actor=node:Second.*net\.stand=/);
    const seq = Number(/at=(\d+)/.exec(page.url())?.[1]);
    const moved = async (each: Page): Promise<readonly number[]> => {
      const style = await each.locator('.react-flow__viewport').getAttribute('style');
      const [, x, y] = /translate\((-?[\d.]+)px, (-?[\d.]+)/.exec(style ?? '') ?? [];
      return [Number(x), Number(y)];
    };
    const before = await moved(page);
    const again = await openPage(page.url());
    await untilRecord(again, seq);
    await again.locator('.side h2:has-text("Second")').waitFor();
    // The address has it to the pixel.
    await eventually(() => moved(again)).toEqual(
      before.map((each) => expect.closeTo(each, -0.5) as number),
    );
    await again.keyboard.press('f');
    await again.waitForURL((now) => !now.href.includes('net.stand'));
  });
});

describe('a subnet', () => {
  it('is one box until it is opened, stays open with the address, and is folded by its frame', async () => {
    const net = threeNet();
    const page = await openPage(await inspected(net), { before: withSubnet });
    const sub = page.locator('.card.subnet[data-box=Sub]');
    await untilText(sub, '2');
    await untilCount(page.locator('.card'), 2);
    await net.inject('Sub_One.in', 1);
    await net.start();
    await untilText(sub.locator('.tone-done'), '2');
    await sub.dblclick();
    await page.locator('[data-frame=Sub]').waitFor();
    for (const name of ['Sub->One', 'Sub->Two', 'Last'])
      await page.locator(`[data-box="${name}"]`).waitFor();
    await page.waitForURL(/net\.open=Sub/);
    await page.reload();
    await page.locator('[data-frame=Sub]').waitFor();
    const within = (): Promise<boolean> =>
      page.evaluate<boolean>(`(() => {
      const frame = document.querySelector('[data-frame=Sub]').getBoundingClientRect();
      return ['Sub->One', 'Sub->Two'].every((name) => {
        const card = document.querySelector('[data-box="' + name + '"]')?.getBoundingClientRect();
        return card !== undefined && card.left > frame.left && card.right < frame.right &&
          card.top > frame.top && card.bottom < frame.bottom;
      });
    })()`);
    await eventually(within, 'its nodes stand in its frame').toBe(true);
    await page.locator('[data-frame=Sub] button').click();
    await sub.waitFor();
    await untilCount(page.locator('.card'), 2);
  });
});

describe('break-points', () => {
  it('on a state and on an event are seen on every page, and hit while none is open', async () => {
    const net = failingNet(new Set(['bad']));
    const url = await inspected(net);
    await net.start();
    const other = await openPage(url);
    const page = await openPage(`${url}#view=net&actor=node:Check`);
    await page.getByLabel('Pause when', { exact: true }).selectOption('state epoch.failed');
    await button(page, 'Set').click();
    await untilText(page.locator('.breaks li'), 'Check is in epoch.failed');
    await page.getByLabel('Pause when', { exact: true }).selectOption('event EpochCancelled');
    await button(page, 'Set').click();
    await untilText(page.locator('.breaks li'), 'EpochCancelled of Check');
    await page.locator('[data-box=Check] .card-break').waitFor();
    await untilText(other.locator('.breaks-set'), '2 break-points');
    await other.locator('.breaks-set').click();
    await untilText(other.locator('.side .breaks li'), 'Check is in epoch.failed');
    await button(other, 'Remove the break-point: EpochCancelled of Check').click();
    await untilText(page.locator('.breaks-set'), '1 break-point');
    await page.context().close();
    await other.context().close();
    for (const word of ['one', 'bad']) await net.inject('Check.word', word);
    await eventually(() => net.status().state).toBe('paused');
    const late = await openPage(`${url}#view=net&actor=node:Check`);
    await untilText(standing(late), 'paused');
    await untilText(late.locator('.breaks li'), /Check is in epoch\.failed.*1 hit/s);
  });
});
