/** Packed records: what comes out is what went in, in whatever order one looks, however long the history. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type {
  Action,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
} from '../../../src/machines/action.ts';
import { History } from '../../../src/runtime/history/history.ts';
import { Packing } from '../../../src/runtime/history/packing.ts';
import { headerOf } from './records.ts';

const name = fc.constantFrom('A', 'B', 'in', 'out', 'constructor', '__proto__', 'a b');
const packet = fc.integer({ min: 1, max: 2 ** 40 }).map((n): PacketId => `p${n}`);
const epoch = fc.integer({ min: 1, max: 5000 }).map((n): EpochId => `e${n}`);
const place: fc.Arbitrary<Location> = fc.oneof(
  fc.constant({ type: 'OutsideNet' as const }),
  fc.record({ type: fc.constant('Edge' as const), from: name, to: name }),
  fc.record({ type: fc.constant('InputPort' as const), node: name, port: name }),
  fc.record({ type: fc.constant('Node' as const), epoch }),
  fc.record({ type: fc.constant('OutputPort' as const), epoch, port: name }),
);
const salvo = fc.array(fc.tuple(name, packet), { maxLength: 600 });
const event: fc.Arbitrary<KernelEvent> = fc.oneof(
  fc.record(
    {
      event: fc.constant('PacketCreated' as const),
      packet,
      epoch,
      copyOf: packet,
      retryOf: packet,
    },
    { requiredKeys: ['event', 'packet'] },
  ),
  fc.record({
    event: fc.constantFrom('PacketConsumed' as const, 'PacketDestroyed' as const),
    packet,
    from: place,
  }),
  fc.record({ event: fc.constant('PacketMoved' as const), packet, from: place, to: place }),
  fc.record({ event: fc.constant('EpochCreated' as const), epoch, node: name }),
  fc.record({ event: fc.constantFrom('EpochStarted' as const, 'EpochFinished' as const), epoch }),
  fc.record({
    event: fc.constantFrom('InputSalvoTriggered' as const, 'OutputSalvoTriggered' as const),
    epoch,
    condition: name,
    packets: salvo,
  }),
  fc.record({ event: fc.constant('TimerSet' as const), key: name, at: fc.nat() }),
  fc.record({
    event: fc.constant('ValueRecorded' as const),
    epoch,
    kind: name,
    value: fc.jsonValue(),
  }),
);
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record(
    { type: fc.constant('RunNetUntilBlocked' as const), max: fc.nat(), queued: fc.nat() },
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
      type: fc.constant('FinishEpoch' as const),
      epoch,
      unconsumed: fc.constant('destroy' as const),
    },
    { requiredKeys: ['type', 'epoch'] },
  ),
  fc.record({ type: fc.constant('CancelEpoch' as const), epoch, reason: name }),
);

it('P1: an event comes out as it went in', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const packing = new Packing();
      const rows = events.map((one) => packing.pushEvent(one));
      expect(rows.map((row) => packing.event(row))).toEqual(events);
      let row = rows[0];
      for (const next of rows.slice(1)) {
        row = packing.next(row as number);
        expect(packing.event(row)).toEqual(packing.event(next));
      }
    }),
  );
});

it('P1: an action comes out as it went in, with the time it was applied at', () => {
  fc.assert(
    fc.property(action, fc.nat(), fc.boolean(), (one, now, timed) => {
      const packing = new Packing();
      const given = timed ? { ...one, now } : one;
      expect(packing.action(packing.pushAction(given, now), now)).toEqual(given);
    }),
  );
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
