/** The inspector's server: who is let in, what is served, and what a page cannot do to it. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Net } from '../../../src/index.ts';
import { limits } from '../../../src/limits.ts';
import {
  type Inspector,
  liveRun,
  openInspector,
} from '../../../src/runtime/inspector/inspector.ts';
import { Page, inspected, inspectorOf, pageFiles, partsOf } from './page.ts';
import { sampleNet, stuckNet } from './sample-net.ts';
import { textWith } from './wanted.ts';

let net: Net;
let inspector: Inspector;
let address: URL;
let token: string;

beforeAll(async () => {
  net = await stuckNet();
  inspector = await inspected(net);
  address = new URL(inspector.url);
  token = address.searchParams.get('token') ?? '';
});

afterAll(() => net.stop());

interface Got {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** Asks for a path as it is written. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = address;
    const asked = request({ host, port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.on('error', reject).end();
  });
}

/** The status that a connection is refused with; 101 = it is not. */
function connect(
  protocols: readonly string[],
  headers: Record<string, string> = {},
  path = '/socket',
): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${address.host}${path}`, [...protocols], { headers });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
  });
}

const offered = (): string[] => ['netrun-inspector', `token.${token}`];

describe('the page', () => {
  it('is served at its address, with headers that let it do nothing else', async () => {
    const { status, headers, text } = await get(`/?token=${token}`);
    expect({ status, text }).toEqual({ status: 200, text: textWith('<title>') });
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
    );
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect((await get('/assets/page.js')).headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': textWith('immutable'),
    });
  });

  it('is not served without the token, or with another one', async () => {
    expect(await get('/')).toMatchObject({ status: 403, text: textWith('token') });
    expect(await get(`/?token=${token.slice(1)}x`)).toMatchObject({ status: 403 });
  });

  it.each([
    '/../package.json',
    '/assets/../../../etc/passwd',
    '/..%2f..%2fpackage.json',
    '/assets/%2e%2e/index.html',
    '//etc/passwd',
    '/assets',
    '/index.html/',
    'http://elsewhere/assets/page.js',
    '/__proto__',
  ])('does not have %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404 });
  });

  it('is only read', async () => {
    expect(await get(`/?token=${token}`, {}, 'POST')).toMatchObject({ status: 405 });
    const { status, text } = await get(`/?token=${token}`, {}, 'HEAD');
    expect({ status, text }).toEqual({ status: 200, text: '' });
  });
});

describe('the door', () => {
  const elsewhere = (): Record<string, string>[] => [
    { host: 'attacker.example' },
    { host: `attacker.example:${address.port}` },
    { host: `127.0.0.1:1` },
    { host: '127.0.0.1' },
    { host: `127.0.0.1.attacker.example:${address.port}` },
  ];

  it('lets nobody in who was sent to another host: a name that was made to lead here', async () => {
    for (const headers of elsewhere()) {
      expect(await get(`/?token=${token}`, headers)).toMatchObject({ status: 421 });
      expect(await connect(offered(), headers)).toBe(421);
    }
    expect(await connect(offered(), { host: `localhost:${address.port}` })).toBe(101);
  });

  it('lets no page of another origin in, also with the token', async () => {
    for (const origin of ['http://attacker.example', 'null', `https://${address.host}`]) {
      expect(await connect(offered(), { origin })).toBe(403);
      expect(await get(`/?token=${token}`, { origin })).toMatchObject({ status: 403 });
    }
    expect(await connect(offered(), { origin: `http://${address.host}` })).toBe(101);
  });

  it('lets no connection in without the token', async () => {
    expect(await connect(['netrun-inspector'])).toBe(403);
    expect(await connect(['netrun-inspector', 'token.'])).toBe(403);
    expect(await connect(['netrun-inspector', `token.${token}x`])).toBe(403);
    expect(await connect(['other', `token.${token}`])).toBe(403);
    expect(await connect(offered(), {}, '/other')).toBe(404);
  });

  it('lets a connection in that proves to have the token, for this server and this host alone', async () => {
    const { text, headers } = await get('/nonce');
    expect(headers['cache-control']).toBe('no-store');
    const { nonce } = JSON.parse(text) as { readonly nonce: string };
    const proof = (key: string, said: string): string[] => [
      'netrun-inspector',
      `proof.${createHmac('sha256', key).update(said).digest('hex')}`,
    ];
    expect(await connect(proof(token, `${nonce} ${address.host}`))).toBe(101);
    const local = `localhost:${address.port}`;
    expect(await connect(proof(token, `${nonce} ${local}`), { host: local })).toBe(101);
    for (const wrong of [
      proof(token, `${nonce} ${local}`),
      proof(`${token}x`, `${nonce} ${address.host}`),
      proof(token, `another ${address.host}`),
      ['netrun-inspector', 'proof.'],
      ['netrun-inspector', `proof.${token}`],
    ])
      expect(await connect(wrong)).toBe(403);
    const { text: other } = await get('/nonce', { host: 'attacker.example' });
    expect(other).not.toContain(nonce);
    const next = await inspected(net);
    const said = (await (await fetch(new URL('/nonce', next.url))).json()) as { nonce: string };
    expect(said.nonce).not.toBe(nonce);
  });

  it('takes a token of whoever opens it, unless it can be guessed', async () => {
    const own = 'a-token_of_our_own-that-is-long-enough';
    const opened = await openInspector(liveRun(net, partsOf(net)), { token: own }, pageFiles());
    expect(new URL(opened.url).searchParams.get('token')).toBe(own);
    await (await Page.connect(opened)).ask('position', {});
    await opened.close();
    for (const bad of ['', 'short', 'x'.repeat(201), `${own} `, `${own}/../`])
      await expect(openInspector(liveRun(net, partsOf(net)), { token: bad })).rejects.toMatchObject(
        {
          code: 'OPTION_INVALID',
        },
      );
  });
});

describe('a connection', () => {
  it('is closed for a message that is too large, and the server goes on', async () => {
    const page = await Page.connect(inspector);
    const closed = page.closed();
    page.socket.on('error', () => undefined);
    page.socket.send(Buffer.alloc(100 * 1024 * 1024, 'x').toString('latin1'));
    expect([1006, 1009]).toContain(await closed);
    expect(await (await Page.connect(inspector)).ask('position', {})).toMatchObject({ first: 1 });
  });

  it('is closed for what is no question', async () => {
    for (const [frame, code] of [
      ['no JSON', 1008],
      ['{}', 1008],
      ['[]', 1008],
      [Buffer.from([1, 2]), 1003],
    ] as const) {
      const page = await Page.connect(inspector);
      const closed = page.closed();
      page.socket.send(frame);
      expect(await closed).toBe(code);
    }
  });

  it('tells what is wrong with a question', async () => {
    const page = await Page.connect(inspector);
    expect(await page.answer('nothing')).toMatchObject({
      ok: false,
      error: { code: 'QUESTION_INVALID' },
    });
    expect(await page.answer('__proto__')).toMatchObject({ ok: false });
    expect(await page.answer('epochs', { limit: 1e9 })).toMatchObject({
      error: { message: textWith('limit') },
    });
    expect(await page.answer('epochs', { surprise: 1 })).toMatchObject({ ok: false });
    expect(await page.refusal('overview', { at: 1e9 })).toMatchObject({ code: 'SEQ_NOT_FOUND' });
    expect(await page.refusal('actor', { address: 'node:Nobody' })).toMatchObject({
      code: 'ACTOR_NOT_FOUND',
    });
  });

  it('that is refused at the limit of pages costs the others nothing', async () => {
    const own = await inspected(net);
    const pages = [];
    for (let count = 0; count < limits.inspectorPages; count++) pages.push(await Page.connect(own));
    const { host, searchParams } = new URL(own.url);
    const one = new WebSocket(`ws://${host}/socket`, [
      'netrun-inspector',
      `token.${searchParams.get('token')}`,
    ]);
    const status = await new Promise((resolve) => {
      one.on('error', () => undefined);
      one.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
    expect(await pages.at(-1)?.ask('position', {})).toMatchObject({ first: 1 });
    await own.close();
  });
});

describe('a page that never reads', () => {
  it('is asked no more, and keeps neither the run nor another page', async () => {
    const own = sampleNet();
    await own.inject('Split.line', 'word '.repeat(150).trim());
    await own.start();
    const run = liveRun(own, partsOf(own));
    let looks = 0;
    const watched = Object.create(run, {
      settle: {
        value: () => {
          looks += 1;
          run.settle();
        },
      },
    }) as typeof run;
    const served = await inspectorOf(watched);
    const deaf = await Page.connect(served);
    deaf.socket.pause();
    // Some 300 kB each: more than all that can wait between the two.
    const asked = 100;
    looks = 0;
    for (let id = 1001; id <= 1000 + asked; id++)
      deaf.socket.send(JSON.stringify({ id, ask: 'records', from: 1, limit: 1000 }));
    const other = await Page.connect(served);
    // The other page's greeting is the one look that no question is for.
    let rounds = 1;
    // Until nothing was done for it in a while.
    for (let still = 0; still < 20; rounds++) {
      const before = looks;
      await other.ask('position', {});
      still = looks - before === 1 ? still + 1 : 0;
    }
    expect(looks - rounds).toBeLessThan(asked);
    await other.ask('follow', {});
    await own.inject('Pair.label', 'x');
    await other.push('tick', ({ position }) => position.last === own.history.lastSeq);
    // Once it reads, it gets everything that it asked for.
    deaf.socket.resume();
    expect(await deaf.answer('position')).toMatchObject({ ok: true });
    await own.stop();
    await served.close();
  });
});

describe('a page that is gone without a word', () => {
  it('is let go, and one that only listens is not', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const own = await inspected(net);
      const { host, searchParams } = new URL(own.url);
      const gone = new WebSocket(
        `ws://${host}/socket`,
        ['netrun-inspector', `token.${searchParams.get('token')}`],
        { autoPong: false },
      );
      const ended = new Promise<number>((resolve) => {
        gone.on('close', resolve);
      });
      await new Promise((resolve) => {
        gone.once('open', resolve);
      });
      const still = await Page.connect(own);
      let isStill = true;
      still.socket.on('close', () => {
        isStill = false;
      });
      const felt = new Promise((resolve) => {
        still.socket.once('ping', resolve);
      });
      const other = await Page.connect(own);
      vi.advanceTimersByTime(30_000);
      await felt;
      // What it has sent back is there before what is asked after it.
      for (let round = 0; round < 3; round++) await other.ask('position', {});
      vi.advanceTimersByTime(30_000);
      expect(await ended).toBe(1006);
      for (let round = 0; round < 3; round++) await other.ask('position', {});
      expect(isStill).toBe(true);
      await own.close();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the server', () => {
  it('says goodbye when it is closed, and lets the port go', async () => {
    const own = await inspected(net);
    const page = await Page.connect(own);
    const closed = page.closed();
    await Promise.all([own.close(), own.close()]);
    expect(await page.push('bye')).toEqual({ push: 'bye', reason: 'the inspector was closed' });
    expect(await closed).toBe(1001);
    const { port } = new URL(own.url);
    const again = await net.openInspector({ port: Number(port) }).catch((error: unknown) => error);
    if (again instanceof Error) expect(again).toMatchObject({ code: 'INSPECTOR_PAGE_MISSING' });
    else await (again as Inspector).close();
  });

  it('can be opened again for a page that comes back, which asks from where it was', async () => {
    const own = await stuckNet();
    const first = await inspected(own);
    const { last } = await (await Page.connect(first)).ask('position', {});
    await first.close();
    await own.inject('Pair.label', 'late');
    await own.whenBlocked();
    const back = await Page.connect(await inspected(own));
    const { records } = await back.ask('records', { from: last + 1 });
    expect(records[0]).toMatchObject({ seq: last + 1, action: 'InjectPacket' });
    await own.stop();
  });

  it('shows the run also when it is over', async () => {
    const own = await stuckNet();
    const page = await Page.connect(await inspected(own));
    await page.ask('follow', {});
    await own.stop();
    const { change, position } = await page.push('tick', (tick) => !tick.position.isLive);
    expect(change.net.lifecycle).toBe('stopped');
    expect(position.last).toBe(own.history.lastSeq);
    expect(await page.ask('overview', { at: 3 })).toMatchObject({ net: { lifecycle: 'created' } });
    expect(await page.refusal('command', { command: { type: 'resume' } })).toMatchObject({
      code: 'NET_NOT_PAUSED',
    });
  });

  it('refuses a port that is taken, and one that is none', async () => {
    const run = liveRun(net, partsOf(net));
    const { openInspector } = await import('../../../src/runtime/inspector/inspector.ts');
    const port = Number(address.port);
    await expect(openInspector(run, { port }, '.')).rejects.toMatchObject({
      code: 'INSPECTOR_PORT_TAKEN',
    });
    await expect(openInspector(run, { port: 70_000 }, '.')).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await expect(openInspector(run, { host: '192.0.2.1' }, '.')).rejects.toMatchObject({
      code: 'INSPECTOR_NOT_OPENED',
    });
  });

  it('looks at nothing while nobody follows', async () => {
    const own = sampleNet();
    const run = liveRun(own, partsOf(own));
    let looks = 0;
    const watched = Object.create(run, { settle: { value: () => (looks += 1) } }) as typeof run;
    const served = await inspectorOf(watched);
    await own.inject('Split.line', 'a b c');
    await own.start();
    expect(looks).toBe(0);
    await served.close();
    await own.stop();
  });
});
