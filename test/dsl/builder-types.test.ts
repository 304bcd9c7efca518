import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cases } from './builder-cases.ts';
import { compile } from './compile.ts';

describe('the compiler', () => {
  const text = readFileSync(new URL('builder-cases.ts', import.meta.url), 'utf8');
  const marked = [...text.split('\n').entries()].filter(([, line]) =>
    line.includes('// @ts-expect-error'),
  );

  it('refuses exactly the lines that are marked', () => {
    const lines = marked.map(([index]) => index + 2);
    const errors = compile(text.replaceAll('@ts-expect-error', ''));
    expect([...new Set(errors.map(({ line }) => line))]).toEqual(lines);
    expect(lines.length).toBeGreaterThan(35);
  });

  it('takes the lines that are not', () => {
    expect(compile(text)).toEqual([]);
  });

  it('checks a long chain in seconds, finds the wrong edge in it and says why', () => {
    const count = 120;
    const chain = [
      `import { z } from 'zod';`,
      `import { flow } from '../../src/dsl/builder.ts';`,
      `import { defineNode } from '../../src/dsl/define-node.ts';`,
      `const double = defineNode({ in: { x: z.number() }, out: { y: z.number() }, exec: ({ x }) => ({ y: 2 * x }) });`,
      `const text = defineNode({ in: { t: z.string() }, exec: () => undefined });`,
      `export const chain = flow().node('T', text)`,
      ...Array.from(
        { length: count },
        (_, n) => `  .node('N${n}', double)${n === 0 ? '' : `.edge('N${n - 1}.y', 'N${n}.x')`}`,
      ),
      `  .edge('N${count - 1}.y', 'T.t');`,
    ];
    const errors = compile(chain.join('\n'));
    expect(errors).toHaveLength(1);
    expect(errors[0]?.line).toBe(chain.length);
    expect(errors[0]?.message).toContain('TypesDoNotFit<number, string>');
  });
});

describe('what the compiler is shown', () => {
  it.each(Object.entries(cases))('runs: %s', (_name, run) => {
    expect(run).not.toThrow();
  });
});
