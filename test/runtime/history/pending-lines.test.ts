/** Lines that wait are the bytes of their texts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PendingLines, pieceOf } from '../../../src/runtime/history/pending-lines.ts';

const textIn = (lines: PendingLines, bytes = lines.bytes): string =>
  Buffer.from(lines.first(bytes)).toString();

const text = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', 'é', 'a'.repeat(128), 'a'.repeat(129), `${'a'.repeat(100)}\u{1F600}`),
);
const number = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(),
  fc.constantFrom(0, 9, 10, 999_999_999, 1e9, 1e9 + 7, 1e18, -1, 0.5, Number.MAX_SAFE_INTEGER),
);
const part = fc.oneof(
  fc.record({ text, how: fc.constantFrom('putText' as const, 'putAgain' as const) }),
  fc.record({ piece: text }),
  fc.record({ number }),
);

describe('lines that wait', () => {
  it('are what was put, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.array(part)), (list) => {
        const lines = new PendingLines();
        let expected = '';
        for (const parts of list) {
          for (const one of parts) {
            if ('number' in one) lines.putNumber(one.number);
            else if ('piece' in one) lines.put(pieceOf(one.piece));
            else lines[one.how](one.text);
            expected += 'number' in one ? one.number : 'piece' in one ? one.piece : one.text;
          }
          lines.endLine();
          expected += '\n';
        }
        expect(textIn(lines)).toBe(Buffer.from(expected).toString());
        expect([lines.bytes, lines.count]).toEqual([Buffer.byteLength(expected), list.length]);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('go from the front, and are taken back from the end', () => {
    const lines = new PendingLines();
    for (const line of ['first', 'second']) {
      lines.putText(line);
      lines.endLine();
    }
    const { bytes, count } = lines;
    lines.putText('third');
    lines.endLine();
    lines.takeBack(bytes, count);
    lines.drop(6, 1);
    expect([textIn(lines), lines.bytes, lines.count]).toEqual(['second\n', 7, 1]);
    lines.clear();
    expect([textIn(lines), lines.bytes, lines.count]).toEqual(['', 0, 0]);
  });

  it('may be larger than the room there is at first, and are as they were after that', () => {
    const lines = new PendingLines();
    const long = 'x'.repeat(5 << 20);
    lines.putText('a');
    lines.putText(long);
    lines.endLine();
    expect(textIn(lines)).toBe(`a${long}\n`);
    lines.clear();
    lines.putText('after');
    expect(textIn(lines)).toBe('after');
  });
});
