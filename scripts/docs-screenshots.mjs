/** Writes the pictures of docs/inspector.md: the built page on the demo, view by view, at 1280 by 800. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Net } from '../src/index.ts';
import { chromiumPath } from './chromium.mjs';
import { indexedPng } from './indexed-png.mjs';

/** @typedef {import('playwright-core').Page} Page */

const root = fileURLToPath(new URL('..', import.meta.url));
const pictures = join(root, 'docs/inspector');
const out = mkdtempSync(join(tmpdir(), 'licences-'));

/**
 * The demo with a lock file to audit.
 *
 * @param {string} lock
 */
function demo(lock) {
  const file = join(root, 'examples/licence-audit/flow.toml');
  const config = `config = { lock = ${JSON.stringify(lock)}, out = ${JSON.stringify(out)} }`;
  const text = readFileSync(file, 'utf8').replace(/^config = \{ lock = .*$/m, config);
  return Net.fromToml(text, { file, onError: 'continue', consumedPacketStorage: true });
}

const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: ['--no-sandbox', '--disable-gpu'],
});

/** @typedef {{ width: number, height: number, rgba: string }} Pixels the last of them in base64 */

/** Run in the page: the pixels of a picture given as PNG in base64. */
const readPixels = `async (data) => {
  const image = await createImageBitmap(
    new Blob([Uint8Array.from(atob(data), (each) => each.charCodeAt(0))]),
  );
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('there is no canvas');
  context.drawImage(image, 0, 0);
  const { data: bytes } = context.getImageData(0, 0, image.width, image.height);
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return { width: image.width, height: image.height, rgba: btoa(text) };
}`;

/**
 * @param {Page} page
 * @param {string} name
 */
async function keep(page, name) {
  // What is still on its way, and the typefaces.
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(1500);
  const picture = (await page.screenshot()).toString('base64');
  const pixels = /** @type {Pixels} */ (await page.evaluate(`(${readPixels})("${picture}")`));
  const { width, height, rgba } = pixels;
  writeFileSync(
    join(pictures, `${name}.png`),
    indexedPng(width, height, Buffer.from(rgba, 'base64')),
  );
  console.log(`docs/inspector/${name}.png`);
}

/**
 * @param {Net} net
 * @param {readonly { name: string, hash: string, wait: string, theme?: 'light' | 'dark', act?: (page: Page) => Promise<void> }[]} shots
 */
async function show(net, shots) {
  const inspector = await net.openInspector();
  for (const { name, hash, wait, theme = 'light', act } of shots) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: theme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(`${inspector.url}${hash}`);
    await page.locator(wait).first().waitFor();
    await act?.(page);
    await keep(page, name);
    await context.close();
  }
  await inspector.close();
}

try {
  mkdirSync(pictures, { recursive: true });
  const whole = demo(join(root, 'package-lock.json'));
  await whole.start();
  const middle = Math.floor(whole.history.lastSeq * 0.55);
  const epoch = [...whole.history.events()].find(
    ({ seq, event }) => seq > middle && event === 'EpochStarted',
  );
  const during = `at=${epoch?.seq ?? middle}`;
  const address = `epoch:${String(epoch?.['epoch'])}`;
  await show(whole, [
    { name: 'net', hash: `#view=net&${during}`, wait: '.card' },
    {
      name: 'net-dark',
      hash: `#view=net&${during}&actor=node:Collect`,
      wait: '.card',
      theme: 'dark',
    },
    { name: 'node', hash: `#view=statechart&${during}&actor=node:Collect`, wait: '.chart-state' },
    {
      name: 'epoch-dark',
      hash: `#view=statechart&${during}&actor=${address}`,
      wait: '.chart-state',
      theme: 'dark',
    },
    { name: 'epochs', hash: '#view=epochs&epoch=e4', wait: '[role=row], tr' },
    {
      name: 'timeline',
      hash: '#view=epochs',
      wait: '[role=row], tr',
      act: (page) => page.getByText('Timeline', { exact: true }).click(),
    },
    { name: 'packets', hash: `#view=packets&${during}&packet=p20`, wait: 'text=Where it has been' },
    { name: 'messages', hash: '#view=messages&at=60', wait: 'text=records until the instant' },
    { name: 'logs', hash: '#view=logs', wait: '#view' },
  ]);
  await whole.stop();

  const damaged = join(out, 'package-lock.json');
  writeFileSync(damaged, '{ "name": "shop", "lockfileVersion": 3, "packages": ');
  const failing = demo(damaged);
  await failing.start();
  await show(failing, [
    {
      name: 'letters',
      hash: '#view=letters',
      wait: '#view >> text=is not JSON >> visible=true',
      act: (page) => page.locator('#view >> text=is not JSON >> visible=true').first().click(),
    },
    { name: 'failed', hash: '#view=epochs&epoch=e3', wait: 'text=Its start' },
    { name: 'blocked', hash: '#view=blocked', wait: 'text=stuck' },
  ]);
  await failing.stop();
} finally {
  await browser.close();
  rmSync(out, { recursive: true, force: true });
}
