/** What the tables and views of the page show and do, in a real browser, of nets that run. */
import { type Net as NetType, Net, defineNode, flow } from 'netrun';
import { describe, expect, it } from 'vitest';
import {
  button,
  eventually,
  follow,
  openView,
  row,
  rows,
  standing,
  tab,
  untilCount,
  untilGone,
  untilRows,
  untilText,
  useBrowser,
} from './browser.ts';
import { chainNet, failingNet, floodNet, joinNet } from './nets.ts';

const { openPage, inspected } = useBrowser();

/** Has failed once, of `one`, `bad`, `two`. */
async function failed(bad = new Set(['bad'])): Promise<NetType> {
  const net = failingNet(bad);
  for (const word of ['one', 'bad', 'two']) await net.inject('Check.word', word);
  await net.start();
  return net;
}

describe('epochs', () => {
  it('that failed are found by their state, with what they threw and what they were given', async () => {
    const page = await openPage(`${await inspected(await failed())}#view=epochs`);
    await row(page, 'e5').waitFor();
    await page.getByRole('group', { name: 'States' }).getByText('failed').click();
    await untilRows(page, 1);
    await row(page, 'e2').click();
    await untilCount(rows(page), 1);
    const detail = page.getByRole('complementary', { name: /^Epoch e/ });
    await untilText(detail.locator('.thrown-text'), 'TypeError bad is no good');
    await untilText(detail.locator('.stack-text'), 'nets.ts');
    await detail.getByRole('button', { name: /^Value of p/ }).click();
    await untilText(detail.locator('.value.absent'), 'Not kept');
    await page.waitForURL(/epoch=e2/);
    await page.keyboard.press('Escape');
    await untilGone(detail);
    await button(page, 'Show all').click();
    await row(page, 'e5').waitFor();
  });

  it('stand as they stood at the instant shown', async () => {
    const net = chainNet();
    const url = await inspected(net);
    await net.inject('First.in', 1);
    await net.start();
    const opened = [...net.history.events()].filter(({ event }) => event === 'EpochCreated');
    const page = await openPage(`${url}#view=epochs`);
    await row(page, 'e3').waitFor();
    await follow(page, `#view=epochs&at=${opened[1]?.seq}`);
    await untilGone(row(page, 'e3'));
    await untilText(row(page, 'e1'), 'finished');
    await untilText(row(page, 'e2'), 'startable');
    await follow(page, '#view=epochs&at=0');
    await untilText(page.locator('.nothing'), 'No epoch yet');
  });

  it('are thousands, of which those that are seen are drawn; keys go through them', async () => {
    const net = floodNet(3_000);
    const url = await inspected(net);
    await net.start();
    const page = await openPage(`${url}#view=epochs`);
    await row(page, 'e1').waitFor();
    await untilRows(page, 3_001);
    // At every instant, whatever is still on its way.
    expect(await page.locator('.grid-row').count()).toBeLessThan(60);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.locator('.grid-row[data-key="e2"][aria-selected=true]').waitFor();
    await page.evaluate(`document.querySelector('.grid').scrollTop = 1e9`);
    await row(page, 'e3001').waitFor();
    expect(await page.locator('.grid-row').count()).toBeLessThan(60);
    await page.keyboard.press('/');
    await page.keyboard.type('e2999');
    await untilRows(page, 1);
    await row(page, 'e2999').waitFor();
    await untilCount(rows(page), 1);
    await page.keyboard.press('Escape');
    await untilRows(page, 3_001);
    await page.getByRole('button', { name: 'Node' }).first().click();
    await page.locator('[aria-sort=ascending] >> text=Node').waitFor();
  });

  it('are bars along time, chosen by keys, come closer to and seen whole again', async () => {
    const page = await openPage(`${await inspected(await failed())}#view=epochs`);
    await button(page, 'Timeline').click();
    await untilText(page.locator('.timeline-bar'), '5 epochs');
    const colours = (): Promise<number> =>
      page.evaluate<number>(`(() => {
      const canvas = document.querySelector('canvas.timeline');
      if (canvas === null || canvas.width === 0 || canvas.height === 0) return 0;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] === 255) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
      const style = getComputedStyle(document.documentElement);
      const colourOf = (tone) => Number.parseInt(style.getPropertyValue('--' + tone).trim().slice(1), 16);
      return ['done', 'failed'].filter((tone) => seen.has(colourOf(tone))).length;
    })()`);
    await eventually(colours, 'bars of what finished and of what failed').toBe(2);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.getByRole('complementary', { name: 'Epoch e2' }).waitFor();
    await page.keyboard.press('+');
    await page.locator('[aria-label="All of it"][aria-pressed=false]').waitFor();
    await page.keyboard.press('f');
    await page.locator('[aria-label="All of it"][aria-pressed=true]').waitFor();
  });

  it('are seen whole again by a key from where none is left', async () => {
    const page = await openPage(`${await inspected(await failed())}#view=epochs`);
    await button(page, 'Timeline').click();
    await untilText(page.locator('.timeline-bar'), '5 epochs');
    await page.getByPlaceholder('Filter epochs').fill('no such epoch');
    await untilGone(page.locator('canvas.timeline'));
    await untilText(page.locator('.nothing'), 'No epoch is like that');
    // The keys are the page's again.
    await page.locator('.timeline-bar').click();
    await page.keyboard.press('+');
    await page.locator('[aria-label="All of it"][aria-pressed=false]').waitFor();
    await page.keyboard.press('f');
    await page.locator('[aria-label="All of it"][aria-pressed=true]').waitFor();
  });
});

/** Hands bytes on, and a large text. */
function valuesNet(): NetType {
  const pass = defineNode({
    in: { value: 'object' },
    out: { bytes: 'bytes', text: 'string' },
    exec: () => ({ bytes: new Uint8Array(50_000), text: 'x'.repeat(50_000) }),
  });
  return new Net(flow().node('Pass', pass).outputs('Pass.bytes', 'Pass.text').build());
}

describe('a packet', () => {
  it('has a value, a way and a lineage', async () => {
    const net = valuesNet();
    const url = await inspected(net);
    await net.inject('Pass.value', { id: 7, name: 'seven' });
    await net.start();
    const page = await openPage(`${url}#view=packets`);
    await page.locator('.place .chip.packet').first().click();
    await untilText(page.locator('.value-head'), 'Uint8Array50.0');
    await untilText(page.locator('.value-cut'), 'cut');
    await untilText(page.locator('.value-line.bytes'), '00 00 00');
    await untilText(page.locator('.trace'), /made in e1 Pass.*outside the net/s);
    await untilCount(page.locator('.lineage-box'), 2);
    await page.locator('.lineage-box:not(.root)').click();
    await page.waitForURL(/packet=p1/);
    await untilText(page.locator('.packet-head .state'), 'consumed');
    await untilCount(page.locator('.lineage-box'), 3);
    await follow(page, '#view=packets&packet=p3');
    await untilText(page.locator('.value-head'), '50\u202f000 characters');
    await page.locator('.value-cut').waitFor();
  });

  it('that is not there is said with the code of the server, and a name that is none at once', async () => {
    const page = await openPage(`${await inspected(chainNet())}#view=packets&packet=p999`);
    await untilText(page.locator('.refusal'), 'PACKET_NOT_FOUND');
    await page.keyboard.press('/');
    await page.keyboard.type('nonsense');
    await page.keyboard.press('Enter');
    await untilText(page.locator('.notice'), 'nonsense is no packet');
  });
});

describe('messages', () => {
  it('of a span stand in the lanes of their actors, each with what was in it', async () => {
    const net = chainNet();
    const url = await inspected(net);
    await net.inject('First.in', 1);
    await net.start();
    const start = [...net.history.actions()].find(({ action }) => action === 'StartEpoch');
    const page = await openPage(`${url}#view=messages&at=${start?.seq}`);
    await untilText(page.locator('.sequence-action'), 'StartEpoch First');
    const heads = page.locator('.sequence-head');
    await untilText(heads, 'e1');
    await page.locator('.sequence-message[title^="epoch.start:"]').click();
    const detail = page.getByRole('complementary', { name: 'Message epoch.start' });
    await untilText(detail.locator('.value-text'), '"epoch.start"');
    await untilText(detail.locator('.taken'), /startable → running/);
    await button(page, 'Fold ports and epochs').click();
    await untilGone(heads.filter({ hasText: 'e1' }));
    await heads.filter({ hasText: 'net' }).click();
    await button(page, 'Only net').waitFor();
    await button(page, 'Only net').click();
    await follow(page, '#view=messages&at=0');
    await untilText(page.locator('.nothing'), 'Before the first action');
  });
});

/** Says what it is given. */
function talkingNet(): NetType {
  const say = defineNode({
    in: { word: 'string' },
    exec: ({ word }, { ctx }) =>
      ctx.log[word === 'oh' ? 'error' : 'info']({ word }, `said ${word}`),
  });
  return new Net(flow().node('Say', say).build());
}

describe('the log', () => {
  it('is followed as the run goes on, narrowed, and shown until an instant', async () => {
    const net = talkingNet();
    const page = await openPage(`${await inspected(net)}#view=logs`);
    await untilText(page.locator('.nothing'), 'No line yet');
    await net.inject('Say.word', 'hello');
    await net.start();
    await untilText(rows(page), 'said hello');
    for (let number = 1; number <= 60; number++) await net.inject('Say.word', `word ${number}`);
    await net.inject('Say.word', 'oh');
    await net.whenBlocked();
    await untilText(rows(page), 'said oh');
    await untilRows(page, 62);
    await page.getByLabel('Level').selectOption('error and above');
    await untilRows(page, 1);
    await untilText(rows(page), 'said oh');
    await untilCount(rows(page), 1);
    await rows(page).first().click();
    await untilText(page.locator('.detail .log-fields'), '"word": "oh"');
    await page.keyboard.press('Home');
    await untilText(page.locator('.nothing'), 'No line is like that');
  });
});

describe('dead letters', () => {
  it('are retried from the page, once what was wrong is right', async () => {
    const bad = new Set(['bad']);
    const net = await failed(bad);
    const page = await openPage(await inspected(net));
    await untilText(tab(page, 'Dead letters'), '1');
    await openView(page, 'Dead letters');
    await rows(page).first().click();
    const detail = page.getByRole('complementary', { name: /^Dead letter/ });
    await untilText(detail.locator('.thrown-text'), 'bad is no good');
    await untilText(detail.locator('.value-text'), /^bad$/);
    bad.clear();
    await detail.getByRole('button', { name: 'Retry' }).click();
    await untilText(page.locator('.nothing'), 'No dead letter');
    await net.whenBlocked();
    expect(net.deadLetters.all()).toEqual([]);
    await openView(page, 'Epochs');
    await untilText(row(page, 'e7'), 'finished');
  });

  it('are given up from the page', async () => {
    const net = await failed();
    const page = await openPage(`${await inspected(net)}#view=letters`);
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.getByRole('complementary', { name: /^Dead letter/ }).waitFor();
    await button(page, 'Discard').click();
    await untilText(page.locator('.nothing'), 'No dead letter');
    expect(net.deadLetters.all()).toEqual([]);
  });
});

describe('why it is blocked', () => {
  it('is said in words and on the canvas, and set going again by its first step', async () => {
    const net = joinNet();
    const url = await inspected(net);
    await net.inject('Join.left', 'a');
    await net.start();
    const page = await openPage(`${url}#view=blocked`);
    await untilText(page.locator('.blocked-head'), 'Blocked: stuck');
    const join = page.locator('.blocked-node[data-node=Join]');
    await untilText(join, 'lacks 1 more packet at Join.right, which only the outside can give');
    await untilText(join.locator('.atom[data-holds=true]'), 'nonempty(left)1');
    await button(page, 'Show on the canvas').click();
    await untilText(page.locator('[data-box=Join] .card-caption'), 'lacks 1 at right');
    await button(page, 'In words').click();
    const value = page.getByLabel(/^Value of the packet for InjectPacket Join.right/);
    await value.fill('b');
    await value.press('Enter');
    await untilText(page.locator('.first-step .problem'), 'Strings stand in double quotes');
    await value.fill('"b"');
    await value.press('Enter');
    await untilText(standing(page), 'drained');
    expect(await net.outputs('Join.both')).toEqual(['ab']);
  });
});
