/** Steps through time, and what is said of commands, whatever comes first: presses, answers or pushes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Link } from '../../inspector/link/link.ts';
import { perform } from '../../inspector/shell/commands.ts';
import { giveLink, goTo, page, pushed } from '../../inspector/store/page.ts';
import { stepBy } from '../../inspector/time/moves.ts';
import type { BreakPoint, PositionView } from '../../src/runtime/inspector/history-view.ts';

interface Question {
  readonly ask: string;
  readonly from: number;
  readonly answer: (answer: unknown) => void;
}

const first = page.get();
let asked: Question[] = [];

/** What is asked of these kinds and not answered yet; instants are of no matter here. */
function open(ask: string): Question[] {
  return asked.filter((each) => each.ask === ask);
}

/** Answers the question that has waited longest, and lets what follows from it be done. */
async function answer(ask: string, value: unknown): Promise<void> {
  const [question] = open(ask);
  if (question === undefined) throw new Error(`nobody asks for ${ask}`);
  asked = asked.filter((each) => each !== question);
  question.answer(value);
  await new Promise(setImmediate);
}

beforeEach(() => {
  asked = [];
  giveLink({
    ask: (ask: string, { from = 0 }: { from?: number }) =>
      new Promise((resolve) => {
        asked.push({ ask, from, answer: resolve });
      }),
    close: () => undefined,
  } as unknown as Link);
  page.set({ ...first, position: { last: 100 } as PositionView });
  goTo(10);
});

afterEach(async () => {
  goTo(null);
  while (open('step').length > 0) await answer('step', { seq: 1, isEnd: true });
});

describe('steps', () => {
  it('are as many as presses, each from where the one before has come to (M1)', async () => {
    for (let press = 1; press <= 3; press++) stepBy('action', false);
    for (const from of [10, 20, 30]) {
      expect(open('step').map((each) => each.from)).toEqual([from]);
      await answer('step', { seq: from + 10, isEnd: false });
    }
    expect(open('step')).toEqual([]);
    expect(page.get().at).toBe(40);
  });

  it('of a key that is held are not more than can be made (M1)', async () => {
    stepBy('action', false);
    for (let repeat = 1; repeat <= 30; repeat++) stepBy('action', false, true);
    await answer('step', { seq: 20, isEnd: false });
    expect(open('step')).toEqual([]);
    stepBy('action', false, true);
    expect(open('step').map((each) => each.from)).toEqual([20]);
  });

  it('end where one goes elsewhere meanwhile, and begin anew from there (M2)', async () => {
    stepBy('action', false);
    stepBy('action', false);
    goTo(50);
    await answer('step', { seq: 20, isEnd: false });
    expect(page.get().at).toBe(50);
    expect(open('step')).toEqual([]);
    stepBy('action', false);
    goTo(70);
    stepBy('event', true);
    await answer('step', { seq: 60, isEnd: false });
    expect(page.get().at).toBe(70);
    expect(open('step').map((each) => each.from)).toEqual([70]);
    await answer('step', { seq: 69, isEnd: false });
    expect(page.get().at).toBe(69);
  });

  it('back from the newest instant do not outlast going back to it (M2)', async () => {
    goTo(null);
    stepBy('event', true);
    await answer('step', { seq: 99, isEnd: false });
    expect(page.get().at).toBe(99);
    stepBy('event', true);
    goTo(null);
    await answer('step', { seq: 98, isEnd: false });
    expect(page.get().at).toBe(null);
  });
});

describe('a command', () => {
  const hit = { id: 'b1', text: 'a packet comes to A.in' } as BreakPoint;

  it('does not say that it was done over where the net has paused meanwhile', async () => {
    const done = perform({ type: 'inject', port: 'A.in', value: 1 });
    pushed({ push: 'break', break: hit, seq: 7 });
    await answer('command', { text: 'p1 was put at A.in' });
    expect(await done).toBe(true);
    expect(page.get().notice?.text).toContain('a packet comes to A.in');
  });

  it('says that it was done over what went wrong before it', async () => {
    pushed({ push: 'break', break: hit, seq: 7 });
    const done = perform({ type: 'resume' });
    await answer('command', { text: 'the net goes on' });
    expect(await done).toBe(true);
    expect(page.get().notice?.text).toBe('the net goes on');
  });
});
