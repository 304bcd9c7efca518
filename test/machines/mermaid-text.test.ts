import { describe, expect, it } from 'vitest';
import { mermaidText } from '../../src/machines/mermaid-text.ts';

describe('mermaidText', () => {
  it.each([
    ['count(x) and not y', 'count(x) and not y'],
    ['a_b', 'a_b'],
    ['__manual__', '#95;#95;manual#95;#95;'],
    ['a:b;c#d"e', 'a#58;b#59;c#35;d#34;e'],
    ['x >= 2 < 3 & *b* `c` %%', 'x #62;= 2 #60; 3 #38; #42;b#42; #96;c#96; #37;#37;'],
    ['1. first', '1#46; first'],
    ['- item', '#45; item'],
    ['a - b 1. c', 'a - b 1. c'],
    ['two\nlines', 'two#10;lines'],
    ['größe → 😀', 'größe → #128512;'],
  ])('writes %j as %j', (text, written) => {
    expect(mermaidText(text)).toBe(written);
  });
});
