/** One browser for all tests of the page: started once, before the first of them. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { chromiumPath } from '../../scripts/chromium.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser listens. */
    browser: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = fileURLToPath(new URL('../../dist/inspector/index.html', import.meta.url));
  if (!existsSync(built)) throw new Error('the page is not built: npm run build');
  const server = await chromium.launchServer({
    executablePath: chromiumPath(),
    timeout: 240_000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  project.provide('browser', server.wsEndpoint());
  return () => server.close();
}
