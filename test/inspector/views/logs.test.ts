/** The lines of a log: its end first, then what comes, and on request what was before. */
import { describe, expect, it } from 'vitest';
import { type FeedState, LogFeed } from '../../../inspector/views/logs/log-feed.ts';
import { levelOf } from '../../../inspector/views/logs/levels.ts';
import type { LogView, LogsView } from '../../../src/runtime/inspector/history-view.ts';
import type { Question } from '../../../src/runtime/inspector/protocol.ts';

const line = (number: number): LogView => ({
  line: number,
  level: 30,
  time: number,
  text: `line ${number}`,
  node: null,
  epoch: null,
  fields: '',
  stack: null,
});

/** A log of `count` lines behind a feed; an answer comes when the test says. */
function logOf(count: number) {
  const log = { count };
  const asked: Question<'logs'>[] = [];
  const waiting: (() => void)[] = [];
  const answer = (question: Question<'logs'>): LogsView => {
    const { tail = false, before = log.count, after = -1, limit = 100, until } = question;
    const numbers = Array.from({ length: log.count }, (_, number) => number).filter(
      (number) => until === undefined || number <= until,
    );
    const lines = tail
      ? numbers.filter((number) => number < before).slice(-limit)
      : numbers.filter((number) => number > after).slice(0, limit);
    const last = tail ? log.count - 1 : (lines.at(-1) ?? after);
    return { lines: lines.map(line), last, isCut: false };
  };
  let shown: FeedState | null = null;
  const feed = new LogFeed(
    (question) => {
      asked.push(question);
      return new Promise((resolve) => waiting.push(() => resolve(answer(question))));
    },
    (state) => {
      shown = state;
    },
  );
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 12; round++) {
      waiting.shift()?.();
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  const numbers = (): readonly number[] => shown!.lines.map(({ line }) => line);
  return {
    log,
    feed,
    asked,
    settle,
    numbers,
    shown: () => shown!,
    answerNext: () => waiting.shift()?.(),
  };
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('a log that is followed', () => {
  it('begins with its last lines, and has every line that comes once (F3)', async () => {
    const { log, feed, settle, numbers } = logOf(1200);
    feed.want({});
    await settle();
    expect(numbers()).toEqual(range(700, 1200));
    for (const count of [1201, 1900, 3000]) {
      log.count = count;
      feed.grown(count);
      await settle();
    }
    expect(numbers()).toEqual(range(700, 3000));
  });

  it('that was empty is followed from its first line', async () => {
    const { log, feed, settle, numbers } = logOf(0);
    feed.want({});
    await settle();
    expect(numbers()).toEqual([]);
    log.count = 3;
    feed.grown(3);
    await settle();
    expect(numbers()).toEqual([0, 1, 2]);
  });

  it('shows what was before as it is asked for, until the first line', async () => {
    const { feed, settle, numbers, shown } = logOf(1200);
    feed.want({});
    await settle();
    feed.earlier();
    await settle();
    expect(numbers()).toEqual(range(200, 1200));
    expect(shown()).toMatchObject({ shift: 500, hasEarlier: true });
    feed.earlier();
    await settle();
    expect(numbers()).toEqual(range(0, 1200));
    expect(shown()).toMatchObject({ shift: 700, hasEarlier: false });
  });

  it('asks one question at a time (F1), and drops what is not wanted any more (F2)', async () => {
    const { feed, asked, answerNext, settle, numbers } = logOf(900);
    feed.want({ text: 'old' });
    feed.grown(900);
    expect(asked).toHaveLength(1);
    feed.want({ until: 9 });
    answerNext();
    await settle();
    expect(numbers()).toEqual(range(0, 10));
    expect(asked.map(({ text, until }) => text ?? until)).toEqual(['old', 9]);
  });

  it('of a past instant does not grow', async () => {
    const { log, feed, asked, settle, numbers } = logOf(20);
    feed.want({ until: 9 });
    await settle();
    log.count = 40;
    feed.grown(40);
    await settle();
    expect(numbers()).toEqual(range(0, 10));
    expect(asked).toHaveLength(1);
  });
});

it.each([
  [10, 'trace'],
  [29, 'debug'],
  [30, 'info'],
  [45, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
  [-1, 'trace'],
])('level %i is %s', (level, word) => {
  expect(levelOf(level).word).toBe(word);
});
