/** A question that changes is asked once at a time, and the last wins. */
import { describe, expect, it } from 'vitest';
import { type Asked, Asker } from '../../inspector/store/asker.ts';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

function setUp() {
  const sent: {
    question: number;
    answer: (text: string) => void;
    refuse: (error: Error) => void;
  }[] = [];
  const shown: Asked<string>[] = [];
  const asker = new Asker<number, string>(
    (question) =>
      new Promise((answer, refuse) => {
        sent.push({ question, answer, refuse });
      }),
    (state) => shown.push(state),
    () => Promise.resolve(),
  );
  return { asker, sent, shown };
}

describe('a question that changes', () => {
  it('is asked again only after its answer, and only as it was last', async () => {
    const { asker, sent, shown } = setUp();
    for (const question of [1, 2, 3, 4]) asker.want(question);
    expect(sent.map(({ question }) => question)).toEqual([1]);
    sent[0]!.answer('one');
    await settle();
    expect(sent.map(({ question }) => question)).toEqual([1, 4]);
    expect(shown.at(-1)).toEqual({ answer: 'one', refusal: null, isLoading: true });
    sent[1]!.answer('four');
    await settle();
    expect(shown.at(-1)).toEqual({ answer: 'four', refusal: null, isLoading: false });
  });

  it('shows nothing once nothing is wanted, not even an answer that comes later', async () => {
    const { asker, sent, shown } = setUp();
    asker.want(1);
    asker.want(null);
    sent[0]!.answer('one');
    await settle();
    expect(shown.at(-1)).toEqual({ answer: null, refusal: null, isLoading: false });
  });

  it('shows what it was refused with, and goes on', async () => {
    const { asker, sent, shown } = setUp();
    asker.want(1);
    const error = new Error('no');
    sent[0]!.refuse(error);
    await settle();
    expect(shown.at(-1)).toEqual({ answer: null, refusal: error, isLoading: false });
    asker.want(2);
    sent[1]!.answer('two');
    await settle();
    expect(shown.at(-1)?.answer).toBe('two');
  });
});
