/** Choices as they stand in a command. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Choices, parseChoices, printChoices } from '../../../src/testing/simulation/choices.ts';

const key = fc.stringMatching(/^[A-Za-z_][\w]{0,8}\.[1-9]\d{0,3}$/);
const value = fc.stringMatching(/^\w{1,10}$/);

it('what is printed is read as it was', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([one]) => one }), (entries) => {
      const choices = new Map(entries);
      expect([...parseChoices(printChoices(choices))]).toEqual(entries);
    }),
    { seed: 1 },
  );
});

it.each(['', 'a', 'a=', '=1', 'a=1,,b=2', 'a=1,a=2', 'a b=1', 'a=1;b=2', `a=${'1'.repeat(50)}`])(
  '%o is refused, with what to do',
  (text) => {
    expect(() => parseChoices(text)).toThrow(
      expect.objectContaining({ code: 'CHOICES_INVALID', hint: expect.any(String) as string }),
    );
  },
);

it('given choices are taken where they are possible, and what says nothing is as usual', () => {
  const choices = new Choices(parseChoices('a.1=3,b.1=x,c.1=9'));
  const never = (): never => {
    throw new Error('nothing is drawn where choices are given');
  };
  expect(choices.number('a.1', 5, never)).toBe(3);
  expect(choices.number('c.1', 5, never)).toBe(0);
  expect(choices.number('d.1', 5, never)).toBe(0);
  expect(choices.choose('b.1', 'none', (one) => one === 'x', never)).toBe('x');
  expect(printChoices(choices.taken)).toBe('a.1=3,b.1=x');
});
