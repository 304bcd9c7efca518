/**
 * Events that a test brings to a net, as plain data: what a path is made of, and what a test can be written as.
 *
 * V1 the text of a list is the list: pasted into a test it does the same, where its values can be written down.
 */
import { inspect } from 'node:util';
import type { TestNet } from '../net/test-net.ts';
import type { TestOutputs } from '../net/test-orders.ts';
import { TestError } from '../test-error.ts';

/**
 * A value comes in; an epoch that the test has taken over succeeds, and sends a value by each of these ports, or runs the
 * function that its node has without the test, or fails; time passes, in milliseconds or until the next timer. Of a node's epochs it is the oldest
 * that waits, or the nth that was opened, from 1.
 */
export type TestEvent =
  | { readonly inject: string; readonly value: unknown }
  | {
      readonly succeed: string;
      readonly nth?: number;
      readonly sends?: TestOutputs;
      /** The output condition. Default: the one that takes of the ports. */
      readonly condition?: string;
    }
  | { readonly run: string; readonly nth?: number }
  | { readonly fail: string; readonly nth?: number; readonly error?: string }
  | { readonly hang: string; readonly nth?: number }
  | { readonly advance: number | 'next' };

const kinds = ['inject', 'succeed', 'run', 'fail', 'hang', 'advance'] as const;

/** Throws `TEST_EVENT_INVALID`. */
function kindOf(event: TestEvent, at: number): (typeof kinds)[number] {
  const found = kinds.filter((kind) => kind in event);
  const [kind] = found;
  if (kind !== undefined && found.length === 1) return kind;
  throw new TestError(
    'TEST_EVENT_INVALID',
    `event ${at + 1} is ${found.length === 0 ? 'none' : 'several'}: ${eventText(event)}`,
    { hint: `Give it one of: ${kinds.join(', ')}.` },
  );
}

async function bring(t: TestNet, event: TestEvent): Promise<void> {
  if ('inject' in event) {
    await t.inject(event.inject, event.value);
    await t.settle();
    return;
  }
  if ('advance' in event) {
    if (event.advance === 'next') await t.advanceToNext();
    else await t.advance(event.advance);
    return;
  }
  const choice = event.nth === undefined ? undefined : { nth: event.nth };
  if ('succeed' in event) {
    const { sends = {}, condition } = event;
    const options = condition === undefined ? {} : { condition };
    await t.epoch(event.succeed, choice).succeedWith(sends, options);
  } else if ('run' in event) await t.epoch(event.run, choice).run();
  else if ('fail' in event) await t.epoch(event.fail, choice).fail(event.error);
  else await t.epoch(event.hang, choice).hang();
}

/**
 * Brings events to a net, one after the other, each when everything before it has happened. Throws
 * `TEST_EVENT_INVALID`, and what the event throws as the cause of `TEST_EVENT_FAILED`.
 */
export async function play(t: TestNet, events: readonly TestEvent[]): Promise<void> {
  for (const [at, event] of events.entries()) kindOf(event, at);
  await t.settle();
  for (const [at, event] of events.entries()) {
    try {
      await bring(t, event);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new TestError(
        'TEST_EVENT_FAILED',
        `event ${at + 1}, ${eventText(event)}, cannot be: ${why}`,
        { cause, hint: 'The cause says why; the events before it have happened.' },
      );
    }
  }
}

/** An event as it is written in a test. */
export function eventText(event: TestEvent): string {
  return inspect(event, {
    depth: null,
    breakLength: Infinity,
    maxStringLength: null,
    maxArrayLength: null,
  });
}

/** The events as they are written in a test. */
export function eventsText(events: readonly TestEvent[]): string {
  const lines = events.map((event) => `  ${eventText(event)},\n`);
  return `await play(t, [\n${lines.join('')}]);`;
}
