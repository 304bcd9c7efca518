/** Fenced blocks are found with their info, their line and their output. */
import { expect, it } from 'vitest';
import { readBlocks } from './markdown.ts';

const page = [
  '# Title',
  '## Library',
  '```ts no-run',
  'const a = 1;',
  '```',
  'It prints',
  '```text',
  '1',
  '```',
  '### Files',
  '````toml flow file=flow.toml',
  '```',
  '[net]',
  '````',
  '## Later',
  '```text',
  '2',
  '```',
].join('\n');

it('a block knows its language, words, file, line and heading', () => {
  const [code, output, flow] = readBlocks(page);
  expect(code).toEqual({
    language: 'ts',
    words: new Set(['no-run']),
    text: 'const a = 1;\n',
    line: 4,
    heading: 'Library',
    output: '1\n',
  });
  expect(output).toMatchObject({ language: 'text', text: '1\n', line: 8 });
  expect(flow).toMatchObject({ file: 'flow.toml', words: new Set(['flow']), text: '```\n[net]\n' });
});

it('text under another heading is not the output of a block', () => {
  expect(readBlocks(page)[2]).not.toHaveProperty('output');
});

it('an unclosed fence ends with the page', () => {
  expect(readBlocks('```sh run\nls')).toMatchObject([{ language: 'sh', text: 'ls\n', line: 2 }]);
});
