/** The history in memory: numbers without gaps, records as in a file, the oldest dropped first. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Action, Answer, KernelEvent } from '../../../src/machines/action.ts';
import { History } from '../../../src/runtime/history/history.ts';
import { headerOf } from './records.ts';

const header = headerOf({ run: '01JD3Z0000000000000000TEST' });
const made = () => header;
const created = (n: number): KernelEvent => ({ event: 'PacketCreated', packet: `p${n}` });
const action: Action = { type: 'CreatePacket', now: 7 };
const done = (...events: KernelEvent[]): Answer => ({ ok: true, events });

it('records have numbers in order, events the id of their action, rejections their code', () => {
  const history = new History({ header: made, maxSize: null });
  history.append(action, done(created(1), created(2)), 1000);
  history.append(
    { type: 'StartEpoch', epoch: 'e9' },
    { ok: false, code: 'EPOCH_NOT_FOUND', message: 'no epoch e9' },
    2000,
  );
  history.append(action, done({ event: 'TimerSet', key: 'rate:A', at: 77 }), 3000);
  expect([...history]).toEqual([
    header,
    {
      seq: 1,
      type: 'action',
      id: 'a1',
      at: '1970-01-01T00:00:01.000Z',
      action: 'CreatePacket',
      now: 7,
    },
    {
      seq: 2,
      type: 'event',
      id: 'v1',
      action_id: 'a1',
      at: '1970-01-01T00:00:01.000Z',
      event: 'PacketCreated',
      packet: 'p1',
    },
    {
      seq: 3,
      type: 'event',
      id: 'v2',
      action_id: 'a1',
      at: '1970-01-01T00:00:01.000Z',
      event: 'PacketCreated',
      packet: 'p2',
    },
    {
      seq: 4,
      type: 'action',
      id: 'a2',
      at: '1970-01-01T00:00:02.000Z',
      action: 'StartEpoch',
      epoch: 'e9',
      rejected: { code: 'EPOCH_NOT_FOUND', message: 'no epoch e9' },
    },
    {
      seq: 5,
      type: 'action',
      id: 'a3',
      at: '1970-01-01T00:00:03.000Z',
      action: 'CreatePacket',
      now: 7,
    },
    {
      seq: 6,
      type: 'event',
      id: 'v3',
      action_id: 'a3',
      at: '1970-01-01T00:00:03.000Z',
      event: 'TimerSet',
      key: 'rate:A',
      due: 77,
    },
  ]);
  expect([...history.lines()].map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([
    0, 1, 2, 3, 4, 5, 6,
  ]);
});

it('H1, H2: whatever is appended and dropped, every number from the first to the last has its record', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5), { maxLength: 200 }),
      fc.option(fc.integer({ min: 1, max: 40 })),
      (sizes, maxSize) => {
        const history = new History({ header: made, maxSize });
        let packets = 0;
        for (const size of sizes)
          history.append(
            action,
            done(...Array.from({ length: size }, () => created((packets += 1)))),
            0,
          );
        const total = sizes.reduce((sum, size) => sum + size + 1, 0);
        expect(history.lastSeq).toBe(total);
        expect(history.size).toBe(total - history.firstSeq + 1);
        if (maxSize !== null)
          expect(history.size).toBeLessThanOrEqual(Math.max(maxSize, (sizes.at(-1) ?? 0) + 1));
        const kept = [...history].slice(1);
        expect(kept.map(({ seq }) => seq)).toEqual(
          Array.from({ length: history.size }, (_, at) => history.firstSeq + at),
        );
        expect(kept[0]?.type ?? 'action').toBe('action');
        for (const record of kept) {
          expect(history.get(record.seq)).toEqual(record);
          if (record.type === 'event') expect(record['packet']).toBe(record.id.replace('v', 'p'));
        }
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});

it('a long history drops thousands of records and keeps the newest', () => {
  const history = new History({ header: made, maxSize: 100 });
  for (let n = 1; n <= 10_000; n++) history.append(action, done(created(n)), n);
  expect(history.size).toBe(100);
  expect(history.get(history.firstSeq)).toMatchObject({ type: 'action', id: 'a9951' });
  expect(history.get(history.lastSeq)).toMatchObject({
    type: 'event',
    id: 'v10000',
    packet: 'p10000',
    action_id: 'a10000',
  });
  expect(history.get(5)).toBeUndefined();
  expect([...history.range(19_999)].map(({ seq }) => seq)).toEqual([19_999, 20_000]);
});
