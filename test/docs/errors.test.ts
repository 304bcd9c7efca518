/** docs/errors.md, the catalogue and the codes that the sources use are held to each other. */
import { expect, it } from 'vitest';
import { errorCatalogue } from '../../src/runtime/error-catalogue.ts';
import { readModule, walk } from '../architecture/source-tree.ts';
import { readFiles } from '../architecture/tree.ts';

const codeForm = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

/** The page as the catalogue has it. */
function renderPage(catalogue: Readonly<Record<string, string>>): string {
  const rows = Object.keys(catalogue)
    .sort()
    .map((code) => `| \`${code}\` | ${(catalogue[code] ?? '').replaceAll('|', '\\|')} |`);
  return [
    '# Errors',
    '',
    'Every error that netrun throws or reports on purpose has a code. A code keeps its meaning for good: it is never used for anything else, and never used again once it is gone.',
    '',
    '| Code | What it means, and what to do |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Strings of src that are values (not types, not keys), with the files they stand in. */
function stringsOfSources(): Map<string, string> {
  const found = new Map<string, string>();
  const sources = readFiles((path) => path.startsWith('src/') && path.endsWith('.ts'));
  for (const [path, text] of sources) {
    walk(readModule(path, text).program, (node, place) => {
      if (node.type !== 'Literal' || typeof node['value'] !== 'string') return;
      if (place?.field === 'key' || place?.parent.type === 'TSLiteralType') return;
      found.set(node['value'], path);
    });
  }
  return found;
}

it('docs/errors.md lists the catalogue', async () => {
  await expect(renderPage(errorCatalogue)).toMatchFileSnapshot('../../docs/errors.md');
});

it('every code says what it means, in whole sentences', () => {
  const unfinished = Object.entries(errorCatalogue).filter(
    ([, meaning]) => !/^\S.{15,}\.$/.test(meaning),
  );
  expect(unfinished).toEqual([]);
});

it('every code that the sources use is in the catalogue', () => {
  const missing = [...stringsOfSources()].filter(
    ([text]) => codeForm.test(text) && !Object.hasOwn(errorCatalogue, text),
  );
  expect(missing).toEqual([]);
});

it('every code of the catalogue is used by the sources', () => {
  const used = stringsOfSources();
  expect(Object.keys(errorCatalogue).filter((code) => !used.has(code))).toEqual([]);
});
