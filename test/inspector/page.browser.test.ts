/** What one sees and does on the page, in a real browser, of nets that run. */
import { createServer } from 'node:http';
import { type Net, Replay } from 'netrun';
import type { Page, WebSocketRoute } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { leavesOf } from '../../inspector/store/tones.ts';
import { activeStates, follow, standing, untilRecord, untilText, useBrowser } from './browser.ts';
import { chainNet, failingNet, floodNet, joinNet, largeNet } from './nets.ts';

const openPage = useBrowser();
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function inspected(net: Net): Promise<string> {
  const inspector = await net.openInspector();
  ends.push(
    () => net.stop(),
    () => inspector.close(),
  );
  return inspector.url;
}

async function injectOnPage(page: Page, port: string, value: unknown): Promise<void> {
  await page.getByRole('button', { name: 'Inject', exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Port').selectOption(port);
  await dialog.getByLabel('Value').fill(JSON.stringify(value));
  await dialog.getByRole('button', { name: 'Inject', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe('a statechart', () => {
  it('of an epoch is at each step what the replay says, back and forth', async () => {
    const net = chainNet();
    const url = await inspected(net);
    await net.inject('First.in', 1);
    await net.start();
    const page = await openPage(`${url}#view=statechart&actor=epoch:e2`);
    await page.locator('.chart-state[data-state=epoch]').waitFor();
    const replay = new Replay(net.history);
    const records = Array.from({ length: net.history.lastSeq }, (_, at) => at + 1);
    const states = new Map<number, string>();
    for (const seq of records) {
      const { actors } = replay.seek(seq).state();
      const epoch = actors.find(({ address }) => address === 'epoch:e2');
      if (epoch !== undefined) states.set(replay.seq, leavesOf(epoch.value).join(' '));
    }
    expect(new Set(states.values())).toEqual(new Set(['startable', 'running.attempting']));
    for (const [seq, expected] of states) {
      await follow(page, `#view=statechart&actor=epoch:e2&at=${seq}`);
      await untilRecord(page, seq);
      await page.locator(`.actives[data-states="${expected}"]`).waitFor();
      const lit = page.locator(`.chart-state.leaf[data-active=true]`);
      await untilText(lit, expected.split('.').at(-1) ?? '');
    }
  });

  it('of a node lights the atoms of its conditions, with the counts of that instant', async () => {
    const net = joinNet();
    const url = await inspected(net);
    await net.inject('Join.left', 'a');
    await net.start();
    const page = await openPage(`${url}#view=statechart&actor=node:Join`);
    const side = page.locator('.side .term');
    await untilText(side.locator('.atom[data-holds=true]'), 'nonempty(left)1');
    await untilText(side.locator('.atom[data-holds=false]'), 'nonempty(right)0');
    await untilText(activeStates(page), 'gate.open');
  });
});

describe('a net that is stuck', () => {
  it('is set going again from the page, by a packet put where one was missing', async () => {
    const net = joinNet();
    const page = await openPage(await inspected(net));
    await net.inject('Join.left', 'a');
    expect((await net.start()).blocked).toBe('stuck');
    await untilText(standing(page), 'blocked: stuck');
    await untilText(page.locator('[data-box=Join] .card-word'), 'blocked');
    await injectOnPage(page, 'Join.right', 'b');
    await untilText(standing(page), 'drained');
    expect(await net.outputs('Join.both')).toEqual(['ab']);
  });

  it('says what is wrong with a value that is no JSON', async () => {
    const net = joinNet();
    const page = await openPage(await inspected(net));
    await net.start();
    await page.getByRole('button', { name: 'Inject', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Value').fill('{ no');
    await dialog.getByRole('button', { name: 'Inject', exact: true }).click();
    await untilText(dialog.getByRole('alert'), 'Strings stand in double quotes');
  });
});

describe('a failure', () => {
  it('is found on the bar of time, with its record', async () => {
    const net = failingNet(new Set(['bad']));
    const url = await inspected(net);
    for (const word of ['one', 'bad', 'two']) await net.inject('Check.word', word);
    await net.start();
    const page = await openPage(url);
    await page.locator('.mark[data-kind=failed]').waitFor();
    await page.keyboard.press('Home');
    await untilRecord(page, 0);
    await page.keyboard.press('e');
    await untilText(page.locator('.now-text'), 'bad is no good');
    await untilText(page.locator('[data-box=Check] .card-figures'), '1');
  });
});

describe('a break-point', () => {
  it('at a port pauses the net when a packet comes to it, and lets it go on', async () => {
    const net = chainNet();
    const page = await openPage(await inspected(net));
    await net.start();
    await page.locator('[data-box=Second]').click();
    const point = page.getByRole('button', { name: 'Pause when a packet comes to Second.in' });
    await point.click();
    await page.locator('.break[aria-pressed=true]').waitFor();
    await injectOnPage(page, 'First.in', 1);
    await untilText(standing(page), 'paused');
    await untilText(page.locator('.notice'), 'Second.in');
    expect(net.status().state).toBe('paused');
    await point.click();
    await page.locator('.break[aria-pressed=false]').first().waitFor();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await untilText(standing(page), 'drained');
    expect(await net.outputs('Third.out')).toEqual([4]);
  });
});

describe('the controls', () => {
  it('pause, step, resume and stop the net', async () => {
    const net = chainNet();
    const page = await openPage(await inspected(net));
    await net.start();
    await untilText(standing(page), 'drained');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await untilText(standing(page), 'paused');
    await injectOnPage(page, 'First.in', 1);
    for (const node of ['First', 'Second']) {
      await page.getByRole('button', { name: 'Step', exact: true }).click();
      await untilText(page.locator(`[data-box=${node}] .tone-done`), '1');
    }
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await untilText(standing(page), 'drained');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await untilText(standing(page), 'stopped');
    expect(net.status().state).toBe('stopped');
  });
});

describe('the page', () => {
  it('opened late has the whole history, and steps through it by action and by event', async () => {
    const net = chainNet();
    const url = await inspected(net);
    await net.inject('First.in', 1);
    await net.start();
    const page = await openPage(url);
    await untilText(standing(page), 'drained');
    await page.keyboard.press('Home');
    await untilRecord(page, 0);
    await untilText(standing(page), 'not started');
    const actions = [...net.history.actions()];
    for (const { seq } of actions.slice(0, 4)) {
      await page.keyboard.press('ArrowRight');
      await untilRecord(page, seq);
    }
    await page.keyboard.press('Shift+ArrowRight');
    await untilRecord(page, actions[3]!.seq + 1);
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press(' ');
    await untilText(standing(page), 'drained');
  });

  it('finds the run again that is started at the same address after the server was gone', async () => {
    const token = 'the-token-of-a-page-that-stays-open';
    const first = await chainNet().openInspector({ token });
    const { port } = new URL(first.url);
    const page = await openPage(`${first.url}#view=epochs`, { isCutOff: true });
    await untilText(page.locator('.nothing'), 'No epoch yet');
    await page.getByPlaceholder('Filter epochs').fill('Second');
    await first.close();
    await untilText(page.locator('.banner'), 'the inspector was closed');
    const net = chainNet();
    ends.push(() => net.stop());
    await net.inject('First.in', 1);
    await net.start();
    const second = await net.openInspector({ token, port: Number(port) });
    ends.push(() => second.close());
    await page.locator('.banner').waitFor({ state: 'detached' });
    await page.locator('.grid-row[data-key=e2]').waitFor();
    expect(await page.locator('.grid-row[data-key]').count(), 'of the filter').toBe(1);
    await injectOnPage(page, 'First.in', 2);
    await page.locator('.grid-row[data-key=e5]').waitFor();
    await page.reload();
    await page.locator('.grid-row[data-key=e5]').waitFor();
    expect(await page.locator('.grid-row[data-key]').count()).toBe(2);
  });

  it('says nothing of its token to another server that has taken the address', async () => {
    const inspector = await chainNet().openInspector();
    const { port, searchParams } = new URL(inspector.url);
    const page = await openPage(inspector.url, { isCutOff: true });
    await untilText(standing(page), 'not started');
    await inspector.close();
    const heard: string[] = [];
    const other = createServer(({ url, headers }, response) => {
      heard.push(`${url} ${JSON.stringify(headers)}`);
      response.end('{"nonce":"made up"}');
    });
    other.on('upgrade', ({ url, headers }, socket) => {
      heard.push(`${url} ${JSON.stringify(headers)}`);
      socket.destroy();
    });
    other.listen(Number(port), '127.0.0.1');
    ends.push(() => other.close());
    await expect.poll(() => heard.length, { timeout: 60_000 }).toBeGreaterThan(3);
    expect(heard.join(' ')).toContain('proof.');
    expect(heard.join(' ')).not.toContain(searchParams.get('token'));
  });

  it('comes back when the connection does, to where the run has come meanwhile', async () => {
    const net = chainNet();
    const url = await inspected(net);
    const sockets: WebSocketRoute[] = [];
    let isGone = false;
    const before = (page: Page): Promise<void> =>
      page.routeWebSocket(/\/socket$/, async (socket) => {
        if (isGone) {
          await socket.close();
          return;
        }
        socket.connectToServer();
        sockets.push(socket);
      });
    const page = await openPage(url, { before, isCutOff: true });
    await net.start();
    await untilText(standing(page), 'drained');
    isGone = true;
    for (const socket of sockets.splice(0)) await socket.close();
    await page.locator('.banner').waitFor();
    expect(await page.getByRole('button', { name: 'Pause', exact: true }).isDisabled()).toBe(true);
    await net.inject('First.in', 1);
    await net.whenBlocked();
    isGone = false;
    await page.locator('.banner').waitFor({ state: 'detached' });
    await untilText(page.locator('[data-box=Third] .tone-done'), '1');
    await injectOnPage(page, 'First.in', 2);
    await untilText(page.locator('[data-box=Third] .tone-done'), '2');
  });

  it('goes on showing frames while 100,000 records come', async () => {
    const net = floodNet(8_000);
    const page = await openPage(await inspected(net));
    await page.locator('[data-box=Take]').waitFor();
    await page.evaluate(`
      window.seen = { frames: 0, longest: 0, last: performance.now() };
      requestAnimationFrame(function frame(now) {
        seen.frames += 1;
        seen.longest = Math.max(seen.longest, now - seen.last);
        seen.last = now;
        requestAnimationFrame(frame);
      });
    `);
    await net.start();
    expect(net.history.lastSeq).toBeGreaterThan(100_000);
    await untilText(standing(page), 'drained');
    const seen = await page.evaluate<{ frames: number; longest: number }>('window.seen');
    expect(seen.frames).toBeGreaterThan(20);
    expect(seen.longest).toBeLessThan(2_000);
  });

  it('is not held up by another one that asks and never reads', async () => {
    const net = floodNet(400);
    const url = new URL(await inspected(net));
    const token = `token.${url.searchParams.get('token') ?? ''}`;
    const deaf = new WebSocket(`ws://${url.host}/socket`, ['netrun-inspector', token]);
    ends.push(() => deaf.terminate());
    await new Promise((resolve) => {
      deaf.once('open', resolve);
    });
    deaf.pause();
    for (let id = 1; id <= 200; id += 1) deaf.send(JSON.stringify({ id, ask: 'machines' }));
    deaf.send(JSON.stringify({ id: 201, ask: 'follow' }));
    const page = await openPage(url.href);
    await net.start();
    await untilText(standing(page), 'drained');
    await untilText(page.locator('[data-box=Take] .tone-done'), '400');
    expect(deaf.isPaused).toBe(true);
  });

  it('shows a thousand nodes, finds one, and moves with the pointer', async () => {
    const net = largeNet(1_000);
    const page = await openPage(await inspected(net));
    await page.locator('.card').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('N777');
    await untilText(page.locator('.net-hits'), '1 found');
    await page.keyboard.press('Enter');
    await page.locator('.side h2:has-text("N777")').waitFor();
    const viewport = page.locator('.react-flow__viewport');
    await page.locator('[data-box=N777]').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Fit', exact: true }).click();
    await page.locator('.card.small').nth(999).waitFor();
    const before = await viewport.getAttribute('style');
    await page.evaluate(`
      window.seen = 0;
      requestAnimationFrame(function frame() {
        seen += 1;
        requestAnimationFrame(frame);
      });
    `);
    await page.mouse.move(500, 600);
    await page.mouse.down();
    await page.mouse.move(400, 560, { steps: 40 });
    await page.mouse.up();
    expect(await viewport.getAttribute('style')).not.toBe(before);
    expect(await page.evaluate<number>('window.seen'), 'frames while it moved').toBeGreaterThan(10);
  });
});
