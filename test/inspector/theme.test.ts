/** Colours of the page can be read, in light and in dark. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const look = new URL('../../inspector/look/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, look), 'utf8');

/** What WCAG 2 asks of text that is not large. */
const leastContrast = 4.5;

function coloursOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g);
  return new Map([...found].map(([, name = '', colour = '']) => [name, colour]));
}

/** Relative luminance, as WCAG 2 has it. */
function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * parts[0]! + 0.7152 * parts[1]! + 0.0722 * parts[2]!;
}

function contrast(one: string, other: string): number {
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

const [light = '', dark = ''] = read('theme.css').split('@media (prefers-color-scheme: dark)');

/** Texts, and what they stand on. */
const tones = ['running', 'waiting', 'throttled', 'saturated', 'blocked', 'failed', 'done', 'idle'];
const pairs = [
  ...['ink', 'ink-2', 'ink-3'].flatMap((text) =>
    ['canvas', 'surface', 'surface-2'].map((ground) => [text, ground] as const),
  ),
  ...tones.flatMap((tone) => [[tone, 'surface'] as const, [tone, `${tone}-soft`] as const]),
  ['accent', 'accent-soft'] as const,
  ['accent-ink', 'accent'] as const,
];

for (const [theme, text] of [
  ['light', light],
  ['dark', dark],
] as const) {
  describe(`in ${theme}`, () => {
    const colours = coloursOf(text);
    it.each(pairs)('%s can be read on %s', (one, other) => {
      const ratio = contrast(colours.get(one) ?? '', colours.get(other) ?? '');
      expect(ratio).toBeGreaterThanOrEqual(leastContrast);
    });
  });
}

it('no text of a statechart is made paler than its colour', () => {
  expect(read('statechart.css')).not.toMatch(/opacity:/);
});
