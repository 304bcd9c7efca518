/** The built page in the browser, on a real server: opened, asked, and closed again. */
import { type Browser, type Locator, type Page, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

/** The longest that anything on the page is waited for, on a machine that has much else to do. */
const patienceMs = 60_000;

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  /** Done before the page is asked for. */
  readonly before?: (page: Page) => Promise<void>;
  /** What the browser itself says of connections that fail is no fault. */
  readonly isCutOff?: boolean;
}

/** Opens the page of an inspector. What it should not do fails the test: errors, and requests to others. */
export type OpenPage = (url: string, options?: PageOptions) => Promise<Page>;

/** For a file of tests: how it opens pages. Each is closed after its test. */
export function useBrowser(): OpenPage {
  let browser: Browser | undefined;
  const opened: { page: Page; wrongs: string[] }[] = [];
  beforeAll(async () => {
    browser = await chromium.connect(inject('browser'));
  });
  afterEach(async () => {
    const wrongs = opened.flatMap((each) => each.wrongs);
    for (const { page } of opened.splice(0)) await page.context().close();
    expect(wrongs).toEqual([]);
  });
  afterAll(() => browser?.close());
  return async (url, options = {}) => {
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
}

/** As `expect`, of what the page comes to: it is looked at until it is so. */
export function eventually<T>(look: () => Promise<T>, what?: string) {
  return expect.poll(look, {
    timeout: patienceMs,
    ...(what === undefined ? {} : { message: what }),
  });
}

/** Waits until what is there has this text. */
export async function untilText(place: Locator, text: string | RegExp): Promise<void> {
  await place.filter({ hasText: text }).first().waitFor();
}

/** The net as the top of the page says it stands: `running`, `drained`, `blocked: stuck`. */
export function standing(page: Page): Locator {
  return page.locator('.standing .state');
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
