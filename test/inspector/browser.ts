/**
 * The built page in the browser, on a real server: opened, asked, and closed again.
 *
 * B1 whatever comes to be on the page is waited for, and never looked at once: a machine may take its time with
 * everything. B2 what a page says is judged before the server is taken from it.
 */
import type { InspectorOptions, Net } from 'netrun';
import { type Browser, type Locator, type Page, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

/** The longest that anything on the page is waited for: shorter than a test may take, so that it says what it was. */
const patienceMs = 240_000;

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  /** Done before the page is asked for. */
  readonly before?: (page: Page) => Promise<void>;
  /** What the browser itself says of connections that fail is no fault. */
  readonly isCutOff?: boolean;
}

export interface Bench {
  /** Opens the page of an inspector. What it should not do fails the test: errors, and requests to others. */
  readonly openPage: (url: string, options?: PageOptions) => Promise<Page>;
  /** Opens the inspector of a net, and gives its address. Both are ended after the test. */
  readonly inspected: (net: Net, options?: InspectorOptions) => Promise<string>;
  /** Done after the test, the last first, when its pages are closed. */
  readonly atEnd: (end: () => unknown) => void;
}

interface Opened {
  readonly page: Page;
  readonly wrongs: string[];
}

/** Closes a page. Gives what it should not have done until then. */
async function closed({ page, wrongs }: Opened): Promise<readonly string[]> {
  // What it said before it answers has come here by then.
  if (!page.isClosed()) await page.evaluate('0').catch(() => undefined);
  const all = [...wrongs];
  await page.context().close();
  return all;
}

/** For a file of tests: how it opens inspectors and their pages. */
export function useBrowser(): Bench {
  let browser: Browser | undefined;
  const opened: Opened[] = [];
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    browser = await chromium.connect(inject('browser'));
  });
  afterEach(async () => {
    const wrongs: string[] = [];
    for (const each of opened.splice(0)) wrongs.push(...(await closed(each)));
    for (const end of ends.splice(0).toReversed()) await end();
    expect(wrongs).toEqual([]);
  });
  afterAll(() => browser?.close());
  const atEnd: Bench['atEnd'] = (end) => ends.push(end);
  const openPage: Bench['openPage'] = async (url, options = {}) => {
    const { width = 1280, height = 800, theme = 'light', before, isCutOff = false } = options;
    if (browser === undefined) throw new Error('the browser is there before the first test');
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const wrongs: string[] = [];
    const own = new URL(url).origin;
    page.on('pageerror', (error) => wrongs.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !isCutOff) wrongs.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== own) wrongs.push(`request to ${request.url()}`);
    });
    opened.push({ page, wrongs });
    await before?.(page);
    await page.goto(url);
    return page;
  };
  const inspected: Bench['inspected'] = async (net, options) => {
    const inspector = await net.openInspector(options);
    atEnd(() => net.stop());
    atEnd(() => inspector.close());
    return inspector.url;
  };
  return { openPage, inspected, atEnd };
}

/** As `expect`, of what the page or the net comes to: it is looked at until it is so. */
export function eventually<T>(look: () => T | Promise<T>, what?: string) {
  return expect.poll(look, {
    timeout: patienceMs,
    ...(what === undefined ? {} : { message: what }),
  });
}

/** Waits until there are so many. */
export function untilCount(place: Locator, count: number): Promise<void> {
  return eventually(() => place.count(), `how many ${String(place)} there are`).toBe(count);
}

/** Waits until what is there has this text. */
export async function untilText(place: Locator, text: string | RegExp): Promise<void> {
  await place.filter({ hasText: text }).first().waitFor();
}

/** Waits until it is gone, or was never there: only for what was seen before. */
export async function untilGone(place: Locator): Promise<void> {
  await place.waitFor({ state: 'detached' });
}

/** The net as the top of the page says it stands: `running`, `drained`, `blocked: stuck`. */
export function standing(page: Page): Locator {
  return page.locator('.standing .state');
}

export function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

/** The rows of the table that are drawn and filled. */
export function rows(page: Page): Locator {
  return page.locator('.grid-row[data-key]');
}

export function row(page: Page, key: string): Locator {
  return page.locator(`.grid-row[data-key="${key}"]`);
}

/** Waits until the table has so many rows, drawn or not. */
export async function untilRows(page: Page, count: number): Promise<void> {
  await page.locator(`.grid[aria-rowcount="${count + 1}"]`).waitFor();
}

export function tab(page: Page, title: string): Locator {
  return page.getByRole('tab', { name: title });
}

/** Goes to a view by its tab. */
export async function openView(page: Page, title: string): Promise<void> {
  await tab(page, title).click();
  await page.locator(`[role=tab][aria-selected=true]:has-text("${title}")`).waitFor();
}

/** Goes to a place by its address, as a link does. */
export async function follow(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
}

/** The record that the page shows. */
export async function untilRecord(page: Page, seq: number): Promise<void> {
  await page.locator(`.now-seq[data-seq="${seq}"]`).waitFor();
}

/** The innermost active states that the statechart's panel names. */
export function activeStates(page: Page): Locator {
  return page.locator('.actives');
}
