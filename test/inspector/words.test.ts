/** Numbers, times and records as people read them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, several, shortCount, span } from '../../inspector/words/numbers.ts';
import { recordText } from '../../inspector/words/records.ts';
import type { RecordView } from '../../src/runtime/inspector/history-view.ts';

const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('numbers', () => {
  it('have their thousands apart', () => {
    expect([0, 999, 1000, 1_234_567].map(count).map(plain)).toEqual([
      '0',
      '999',
      '1 000',
      '1 234 567',
    ]);
    expect(plain(several(1, 'epoch'))).toBe('1 epoch');
    expect(plain(several(2000, 'entry', 'entries'))).toBe('2 000 entries');
  });

  it('are never longer than five characters where there is no room, and never too large', () => {
    expect([0, 999, 1000, 12_345, 999_999, 4_100_000].map(shortCount)).toEqual([
      '0',
      '999',
      '1k',
      '12.3k',
      '999k',
      '4.1M',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 - 1 }), (value) => {
        expect(shortCount(value).length).toBeLessThanOrEqual(5);
      }),
      { seed: 1 },
    );
  });

  it('of milliseconds are said in the unit that fits', () => {
    const spans = [0, 250, 1500, 42_000, 245_000, 7_620_000].map(span).map(plain);
    expect(spans).toEqual(['0 ms', '250 ms', '1.5 s', '42 s', '4 min 05 s', '2 h 07 min']);
  });
});

describe('a record in one line', () => {
  const base = { seq: 3, at: '2026-01-05T09:30:00.000Z', aboutEpoch: null, aboutNode: null };

  it('names places as the diagrams do', () => {
    const record = {
      ...base,
      type: 'event',
      id: 'v1',
      action_id: 'a1',
      event: 'PacketMoved',
      packet: 'p1',
      from: { type: 'Edge', from: 'A.out', to: 'B.in' },
      to: { type: 'InputPort', node: 'B', port: 'in' },
    } as unknown as RecordView;
    expect(recordText(record)).toBe('PacketMoved · p1 · from edge A.out → B.in · to B.in');
  });

  it('says what an action was refused with, and whose epoch it was about', () => {
    const record = {
      ...base,
      aboutNode: 'Fetch',
      type: 'action',
      id: 'a1',
      action: 'StartEpoch',
      epoch: 'e1',
      rejected: { code: 'GATE_CLOSED', message: 'no' },
    } as unknown as RecordView;
    expect(recordText(record)).toBe('StartEpoch Fetch · e1 · refused: GATE_CLOSED');
  });

  it('gives the error of a failed attempt', () => {
    const record = {
      ...base,
      type: 'event',
      id: 'v1',
      action_id: 'a1',
      event: 'EpochFailed',
      epoch: 'e1',
      error: { name: 'TypeError', message: 'no number', stack: 'long' },
    } as unknown as RecordView;
    expect(recordText(record)).toBe('EpochFailed · e1 · TypeError: no number');
  });
});
