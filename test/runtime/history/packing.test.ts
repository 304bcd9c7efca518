/** Packed records: what comes out is what went in, in whatever order one looks, however long the history. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type {
  Action,
  BatchOperation,
  BatchPacket,
  EpochId,
  KernelEvent,
  PacketId,
} from '../../../src/machines/action.ts';
import { History } from '../../../src/runtime/history/history.ts';
import { Packing } from '../../../src/runtime/history/packing.ts';
import { Unpacking } from '../../../src/runtime/history/unpacking.ts';
import { headerOf, hopEvents, oddName } from './records.ts';

const name = fc.oneof(fc.constantFrom('A', 'B', 'in', 'out'), oddName);
const packet = fc
  .oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 2 ** 40 }))
  .map((n): PacketId => `p${n}`);
const epoch = fc
  .oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 2 ** 40 }))
  .map((n): EpochId => `e${n}`);
const event: fc.Arbitrary<KernelEvent> = fc.oneof(
  { weight: 6, arbitrary: hopEvents({ name, packet, epoch, mostPackets: 600 }) },
  fc.record({ event: fc.constant('TimerSet' as const), key: name, at: fc.nat() }),
  fc.record({
    event: fc.constant('ValueRecorded' as const),
    epoch,
    kind: name,
    value: fc.jsonValue(),
  }),
);
const batchPacket: fc.Arbitrary<BatchPacket> = fc.oneof(
  packet,
  fc.constantFrom(
    '#0' as const,
    '#17' as const,
    '#017' as const,
    '#00' as const,
    '#4294967297' as const,
  ),
);
const operation: fc.Arbitrary<BatchOperation> = fc.oneof(
  fc.constant({ type: 'CreatePacket' as const }),
  fc.record({ type: fc.constant('ConsumePacket' as const), packet: batchPacket }),
  fc.record({
    type: fc.constant('LoadPacketIntoOutputPort' as const),
    packet: batchPacket,
    port: name,
  }),
  fc.record({ type: fc.constant('SendOutputSalvo' as const), condition: name }),
  fc.record({ type: fc.constant('Record' as const), kind: name, value: fc.jsonValue() }),
);
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record(
    { type: fc.constant('RunNetUntilBlocked' as const), max: fc.maxSafeNat(), queued: fc.nat() },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('CreatePacket' as const), epoch }, { requiredKeys: ['type'] }),
  fc.record(
    { type: fc.constant('InjectPacket' as const), port: name, retryOf: packet, letter: name },
    { requiredKeys: ['type', 'port'] },
  ),
  fc.record({ type: fc.constantFrom('ConsumePacket' as const, 'DestroyPacket' as const), packet }),
  fc.record({ type: fc.constant('LoadPacketIntoOutputPort' as const), packet, port: name }),
  fc.record({ type: fc.constant('SendOutputSalvo' as const), epoch, condition: name }),
  fc.record({ type: fc.constant('StartEpoch' as const), epoch }),
  fc.record(
    {
      type: fc.constant('CommitEpoch' as const),
      epoch,
      operations: fc.array(operation, { maxLength: 600 }),
      unconsumed: fc.constant('error' as const),
    },
    { requiredKeys: ['type', 'epoch', 'operations'] },
  ),
  fc.record(
    {
      type: fc.constant('FinishEpoch' as const),
      epoch,
      unconsumed: fc.constant('destroy' as const),
    },
    { requiredKeys: ['type', 'epoch'] },
  ),
  fc.record({ type: fc.constant('CancelEpoch' as const), epoch, reason: name }),
);

it('P1: events come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const packing = new Packing();
      const reading = new Unpacking(packing, packing.mark());
      for (const one of events) packing.pushEvent(one);
      expect(events.map(() => reading.read())).toEqual(events.map((one) => ({ event: one })));
    }),
    { seed: 1 },
  );
});

it('P1: actions come out as they went in, with the times they were applied at', () => {
  const timed = fc.tuple(action, fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(timed, { maxLength: 60 }), (list) => {
      const packing = new Packing();
      const reading = new Unpacking(packing, packing.mark());
      const given = list.map(([one, now, says]) => (says ? { ...one, now } : one));
      for (const [at, one] of given.entries()) packing.pushAction(one, list[at]?.[1] ?? 0);
      for (const [at, one] of given.entries()) {
        expect(reading.read()).toEqual({ action: one });
        expect(reading.time).toBe(list[at]?.[1]);
      }
    }),
    { seed: 1 },
  );
});

it('P1: rows are read from any mark on, those before it forgotten', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(event, { minLength: 1, maxLength: 10 }), { minLength: 1, maxLength: 8 }),
      fc.nat(7),
      (blocks, forgotten) => {
        const packing = new Packing();
        const marks = blocks.map((events) => {
          const [mark, kept] = [packing.mark(), packing.keptCount];
          for (const one of events) packing.pushEvent(one);
          return { mark, kept, events };
        });
        const first = marks[Math.min(forgotten, marks.length - 1)];
        packing.forget(first?.mark ?? 0, first?.kept ?? 0);
        for (const { mark, events } of marks.slice(forgotten).toReversed()) {
          const reading = new Unpacking(packing, mark);
          expect(events.map(() => reading.read())).toEqual(events.map((one) => ({ event: one })));
        }
      },
    ),
    { seed: 1 },
  );
});

it('a time that is none is shown as it was given, and what follows has its own', () => {
  const history = new History({ header: headerOf, maxSize: null });
  const refusal = { ok: false, code: 'ACTION_INVALID', message: 'now: too early' } as const;
  history.append({ type: 'ResumeNet', now: 5 }, { ok: true, events: [] }, 5);
  history.append({ type: 'ResumeNet', now: 2 ** 52 }, refusal, 2 ** 52);
  history.append({ type: 'ResumeNet', now: 6 }, { ok: true, events: [] }, 6);
  expect([...history].slice(1).map(({ at }) => Date.parse(at))).toEqual([5, 2 ** 52, 6]);
});

it('a history of many chunks gives the same records whatever the order they are looked at in', () => {
  const history = new History({ header: headerOf, maxSize: null });
  const events = Array.from({ length: 30 }, (_, n): KernelEvent => ({
    event: 'PacketMoved',
    packet: `p${n + 1}`,
    from: { type: 'OutsideNet' },
    to: { type: 'Node', epoch: 'e1' },
  }));
  for (let n = 1; n <= 2000; n++)
    history.append({ type: 'CreatePacket', now: n }, { ok: true, events }, n);
  const forwards = [...history.range(1)];
  expect(forwards).toHaveLength(62_000);
  for (let seq = 61_999; seq > 0; seq -= 997) expect(history.get(seq)).toEqual(forwards[seq - 1]);
  expect(forwards[61_999]).toMatchObject({ id: 'v60000', action_id: 'a2000', packet: 'p30' });
});
