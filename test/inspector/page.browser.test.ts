/** What one sees and does on the page, in a real browser, of nets that run. */
import { createServer } from 'node:http';
import { type Inspector, type InspectorOptions, type Net, Replay } from 'netrun';
import type { Page, WebSocketRoute } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { leavesOf } from '../../inspector/store/tones.ts';
import {
  activeStates,
  button,
  eventually,
  follow,
  row,
  rows,
  standing,
  untilCount,
  untilGone,
  untilRecord,
  untilText,
  useBrowser,
} from './browser.ts';
import { chainNet, failingNet, floodNet, joinNet, largeNet } from './nets.ts';

const { openPage, inspected, atEnd } = useBrowser();

async function injectOnPage(page: Page, port: string, value: unknown): Promise<void> {
  await button(page, 'Inject').first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Port').selectOption(port);
  await dialog.getByLabel('Value').fill(JSON.stringify(value));
  await dialog.getByRole('button', { name: 'Inject', exact: true }).click();
  await untilGone(dialog);
}

/**
 * Opens an inspector at a port that can be opened again later: the system gives ports such as these to nobody of its
 * own accord.
 */
async function openSteady(net: Net, options: InspectorOptions = {}): Promise<Inspector> {
  for (let port = 20_000 + (process.pid % 5_000); ; port += 1) {
    try {
      return await net.openInspector({ ...options, port });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'INSPECTOR_PORT_TAKEN' || port > 30_000)
        throw error;
    }
  }
}

/** What a page has had to do. */
interface Work {
  /** Messages of the server, and characters of the longest. */
  readonly told: number;
  readonly longest: number;
  /** Of the document. */
  readonly changes: number;
}

/** Has a page count what it does, from its beginning. */
async function countWork(page: Page): Promise<void> {
  await page.addInitScript(`
    window.work = { told: 0, longest: 0, changes: 0 };
    window.WebSocket = class extends WebSocket {
      constructor(...given) {
        super(...given);
        this.addEventListener('message', ({ data }) => {
          work.told += 1;
          work.longest = Math.max(work.longest, data.length);
        });
      }
    };
    new MutationObserver((all) => { work.changes += all.length; }).observe(document, {
      subtree: true, childList: true, attributes: true, characterData: true,
    });
  `);
}

/** What it has done since it was asked last, or since its beginning. */
function workOf(page: Page): Promise<Work> {
  return page.evaluate<Work>(`(() => {
    const { told, longest, changes } = work;
    Object.assign(work, { told: 0, longest: 0, changes: 0 });
    return { told, longest, changes };
  })()`);
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
    await button(page, 'Inject').click();
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
    const isSet = (): Promise<string | null> => point.getAttribute('aria-pressed');
    await eventually(isSet).toBe('true');
    await injectOnPage(page, 'First.in', 1);
    await untilText(standing(page), 'paused');
    await untilText(page.locator('.notice'), 'Second.in');
    expect(net.status().state).toBe('paused');
    await point.click();
    await eventually(isSet).toBe('false');
    await button(page, 'Resume').click();
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
    await button(page, 'Pause').click();
    await untilText(standing(page), 'paused');
    await injectOnPage(page, 'First.in', 1);
    for (const node of ['First', 'Second']) {
      await button(page, 'Step').click();
      await untilText(page.locator(`[data-box=${node}] .tone-done`), '1');
    }
    await button(page, 'Resume').click();
    await untilText(standing(page), 'drained');
    await button(page, 'Stop').click();
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
    const before = [...net.history.events()].findLast(({ seq }) => seq < actions[3]!.seq);
    await untilRecord(page, before!.seq);
    await page.keyboard.press(' ');
    await untilRecord(page, net.history.lastSeq);
    await untilText(standing(page), 'drained');
  });

  it('finds the run again that is started at the same address after the server was gone', async () => {
    const token = 'the-token-of-a-page-that-stays-open';
    const first = await openSteady(chainNet(), { token });
    atEnd(() => first.close());
    const { port } = new URL(first.url);
    const page = await openPage(`${first.url}#view=epochs`, { isCutOff: true });
    await untilText(page.locator('.nothing'), 'No epoch yet');
    await page.getByPlaceholder('Filter epochs').fill('Second');
    await page.waitForURL(/epochs\.text=Second/);
    await first.close();
    await untilText(page.locator('.banner'), 'the inspector was closed');
    const net = chainNet();
    await net.inject('First.in', 1);
    await net.start();
    await inspected(net, { token, port: Number(port) });
    await untilGone(page.locator('.banner'));
    await row(page, 'e2').waitFor();
    await untilCount(rows(page), 1);
    await injectOnPage(page, 'First.in', 2);
    await row(page, 'e5').waitFor();
    await page.reload();
    await row(page, 'e5').waitFor();
    await untilCount(rows(page), 2);
  });

  it('says nothing of its token to another server that has taken the address', async () => {
    const inspector = await openSteady(chainNet());
    const { port, searchParams } = new URL(inspector.url);
    const page = await openPage(inspector.url, { isCutOff: true });
    // All of its parts are there: from the other server it wants nothing but the run.
    await page.locator('[data-box=First]').waitFor();
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
    await new Promise<void>((resolve, reject) => {
      other.once('error', reject);
      other.listen(Number(port), '127.0.0.1', resolve);
    });
    atEnd(() => other.close());
    const proofs = (): number => heard.filter((each) => each.includes('proof.')).length;
    await eventually(proofs, 'attempts to connect').toBeGreaterThan(1);
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
    await eventually(() => button(page, 'Pause').isDisabled()).toBe(true);
    await net.inject('First.in', 1);
    await net.whenBlocked();
    isGone = false;
    await untilGone(page.locator('.banner'));
    await untilText(page.locator('[data-box=Third] .tone-done'), '1');
    await injectOnPage(page, 'First.in', 2);
    await untilText(page.locator('[data-box=Third] .tone-done'), '2');
  });

  it('shows a run of 100,000 records as it goes, and has no more to do for each look at it', async () => {
    const gates: (() => void)[] = [];
    const net = floodNet(8_000, (packet) =>
      packet % 1_000 === 0 ? new Promise((resolve) => gates.push(resolve)) : undefined,
    );
    const url = await inspected(net);
    const page = await openPage(url, { before: countWork });
    await page.locator('[data-box=Take]').waitFor();
    await untilText(standing(page), 'not started');
    const sinceMs = performance.now();
    await workOf(page);
    const run = net.start();
    for (let portion = 0; portion < 8; portion += 1) {
      await eventually(() => gates.length).toBe(portion + 1);
      // The run waits there until the page shows it as it stands.
      const stands = async (): Promise<number> =>
        net.history.lastSeq - Number(await page.locator('.now-seq').getAttribute('data-seq'));
      await eventually(stands, 'records that the page is behind').toBe(0);
      gates[portion]?.();
    }
    await run;
    expect(net.history.lastSeq).toBeGreaterThan(100_000);
    await untilText(standing(page), 'drained');
    const { told, longest, changes } = await workOf(page);
    const seconds = (performance.now() - sinceMs) / 1_000;
    // Ticks and answers: so many in a second, and not with the records; each of them short, and soon shown.
    expect(told).toBeLessThan(60 * seconds + 20);
    expect(longest).toBeLessThan(16_000);
    expect(changes).toBeLessThan(60 * (told + seconds));
  });

  it('is not held up by another one that asks and never reads', async () => {
    const net = floodNet(400);
    const url = new URL(await inspected(net));
    const token = `token.${url.searchParams.get('token') ?? ''}`;
    const deaf = new WebSocket(`ws://${url.host}/socket`, ['netrun-inspector', token]);
    // Also to what becomes of it.
    deaf.on('error', () => undefined);
    atEnd(() => deaf.terminate());
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
    const page = await openPage(await inspected(net), { before: countWork });
    await page.locator('.card').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.insertText('N777');
    await untilText(page.locator('.net-hits'), '1 found');
    await page.keyboard.press('Enter');
    await page.locator('.side h2:has-text("N777")').waitFor();
    await page.locator('[data-box=N777]').waitFor();
    await page.keyboard.press('Escape');
    await button(page, 'Fit').click();
    await page.locator('.card.small').nth(999).waitFor();
    const place = async (): Promise<readonly number[]> => {
      const style = await page.locator('.react-flow__viewport').getAttribute('style');
      const [, x, y] = /translate\((-?[\d.]+)px, (-?[\d.]+)/.exec(style ?? '') ?? [];
      return [Number(x), Number(y)];
    };
    await page.mouse.move(500, 600);
    // Whatever still moves stands still from then on.
    await page.mouse.down();
    const [x = 0, y = 0] = await place();
    await workOf(page);
    await page.mouse.move(400, 560, { steps: 10 });
    await eventually(place).toEqual([expect.closeTo(x - 100, 0), expect.closeTo(y - 40, 0)]);
    await page.mouse.up();
    // The canvas is moved, and not each of what is on it.
    expect((await workOf(page)).changes).toBeLessThan(500);
  });
});
