/** What XState's tests take to be there: warnings that are kept, a matcher, `window`, tests that end by a callback. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

interface Mocked {
  readonly mock: { readonly calls: unknown[][] };
}

/** Lines without the indentation that they have in common. */
function unindented(text: string): string {
  const lines = text
    .replace(/^\n/, '')
    .replace(/\n\s*$/, '')
    .split('\n');
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...depths);
  return lines
    .map((line) => line.slice(Math.min(least, Math.max(0, line.search(/\S/)))))
    .join('\n');
}

expect.extend({
  toMatchMockCallsInlineSnapshot(received: Mocked, expected: string) {
    const found = this.utils.stringify(received.mock.calls, Infinity, {
      plugins: [],
      printBasicPrototype: false,
    });
    return {
      pass: unindented(found) === unindented(expected),
      message: () => `${found}\nis not\n${expected}`,
      actual: unindented(found),
      expected: unindented(expected),
    };
  },
});

beforeEach(() => {
  for (const level of ['warn', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Listener = (event: { error: unknown; preventDefault(): void }) => void;
const listeners = new Set<Listener>();
process.on('uncaughtException', (error) => {
  for (const listener of listeners) listener({ error, preventDefault: () => undefined });
});

type Done = (() => void) & { fail(): void };

/** A test whose function takes a callback is over when that is called. */
function called(body: (done: Done) => unknown): () => Promise<void> {
  return () =>
    new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('failed'));
      Promise.resolve(body(Object.assign(() => resolve(), { fail }))).catch(reject);
    });
}

const run: (name: string, body: () => unknown, timeout?: number) => void = test;
const either = (name: string, body: (done: Done) => unknown, timeout?: number): void => {
  run(name, body.length === 0 ? (body as () => unknown) : called(body), timeout);
};
/** With `each`, `skip` and the like: they look for themselves on the function that they are taken from. */
const it = new Proxy(either, {
  get(_target, name) {
    const own: unknown = Reflect.get(test, name);
    return name === 'each' || name === 'for' ? (own as typeof test.each).bind(test) : own;
  },
});

interface Resolvers {
  readonly promise: Promise<unknown>;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/** Newer than the oldest Node that this runs on. */
function withResolvers(): Resolvers {
  let settle: Pick<Resolvers, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<unknown>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...(settle as Pick<Resolvers, 'resolve' | 'reject'>) };
}
if (!('withResolvers' in Promise)) Object.assign(Promise, { withResolvers });

Object.assign(globalThis, {
  it,
  test: it,
  window: {
    addEventListener: (_type: string, listener: Listener) => void listeners.add(listener),
    removeEventListener: (_type: string, listener: Listener) => void listeners.delete(listener),
  },
});
