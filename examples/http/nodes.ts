/** Node functions of the HTTP flow: a server, requests, and a node that asks until it has an answer. */
import { defineNode } from 'netrun';
import type { NodeLife } from 'netrun';
import { z } from 'zod';
import { FailingServer } from './server.ts';

interface Running {
  readonly server: FailingServer;
  readonly address: string;
}

/** The server, while the net lives: one net of this flow at a time in a process. */
let running: Running | null = null;

export async function startServer({ log }: NodeLife): Promise<void> {
  const server = new FailingServer();
  running = { server, address: await server.start() };
  log.info({ address: running.address }, 'server started');
}

export async function stopServer({ log }: NodeLife): Promise<void> {
  if (running === null) return;
  const { server } = running;
  running = null;
  await server.stop();
  log.info({ asked: Object.fromEntries(server.asked) }, 'server stopped');
}

export const address = defineNode({
  out: { address: z.url() },
  exec: () => {
    if (running === null) throw new Error('the server does not run');
    return { address: running.address };
  },
});

/** One packet per item. */
export const requests = defineNode({
  in: { address: z.url() },
  out: { url: z.url() },
  config: z.object({ count: z.int().min(0) }),
  *exec({ address: base }, { config: { count } }) {
    for (let item = 0; item < count; item += 1) yield { url: `${base}/items/${item}` };
  },
});

const answer = z.object({ item: z.string(), attempts: z.int() });

/** An answer that is none fails the attempt; the signal ends a request that takes too long. */
export const fetchText = defineNode({
  in: { url: z.url() },
  out: { answer },
  exec: async ({ url }, { ctx }) => {
    const response = await fetch(url, { signal: ctx.signal });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
    return { answer: { item: text, attempts: ctx.retryCount + 1 } };
  },
});

export const print = defineNode({
  in: { answer },
  exec: ({ answer: { item, attempts } }) => console.log(`${item}, attempt ${attempts}`),
});
