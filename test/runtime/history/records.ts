/** Records for the tests of the history. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import type {
  Action,
  Answer,
  BatchOperation,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
} from '../../../src/machines/action.ts';
import { History } from '../../../src/runtime/history/history.ts';
import type { HeaderRecord, HistoryRecord } from '../../../src/runtime/history/record.ts';

/** A header with what the test says of it. */
export function headerOf(told: Partial<HeaderRecord> = {}): HeaderRecord {
  return {
    seq: 0,
    type: 'header',
    format: 2,
    run: '01JD3Z0000000000000000TEST',
    at: '1970-01-01T00:00:00.000Z',
    netrun: '0.1.0',
    seed: 0,
    spec_hash: 'sha256-00',
    level: 'full',
    part: 0,
    ...told,
  };
}

const id = fc.integer({ min: 1, max: 2 ** 40 });
const packet = id.map((n): PacketId => `p${n}`);
const epoch = id.map((n): EpochId => `e${n}`);
/** Names as nobody would give them: the graph refuses them, the history need not. */
export const oddName = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    'a\udfff"\\',
    '\u2028',
    '0',
    '-0',
    '1e3',
    '__proto__',
    'toString',
  ),
  fc.constant('long '.repeat(2000)),
);
const name = oddName;
const error = fc.record({ name, message: name });

/** Users' values, with what JSON does not know. */
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    name,
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date(),
    fc.uint8Array({ maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((all) => new Map(all)),
    fc
      .array(fc.tuple(fc.constantFrom('a', '$', 'b c', ''), tie('value')), { maxLength: 3 })
      .map((fields) => Object.fromEntries(fields)),
  ),
})).value;

const operation: fc.Arbitrary<BatchOperation> = fc.oneof(
  fc.constant<BatchOperation>({ type: 'CreatePacket' }),
  fc.record({ type: fc.constant('ConsumePacket' as const), packet }),
  fc.record({
    type: fc.constant('LoadPacketIntoOutputPort' as const),
    packet: fc.oneof(packet, fc.constant('#3' as const)),
    port: name,
  }),
  fc.record({ type: fc.constant('SendOutputSalvo' as const), condition: name }),
  fc.record({ type: fc.constant('Record' as const), kind: name, value }),
);
const operations = fc.array(operation, { maxLength: 4 });
const now = fc.nat();

/** What events are made of. */
interface EventParts {
  readonly name: fc.Arbitrary<string>;
  readonly packet: fc.Arbitrary<PacketId>;
  readonly epoch: fc.Arbitrary<EpochId>;
  /** Packets of one salvo at most. */
  readonly mostPackets: number;
}

/** Events of a hop. */
export function hopEvents({
  name: anyName,
  packet: anyPacket,
  epoch: anyEpoch,
  mostPackets,
}: EventParts): fc.Arbitrary<KernelEvent> {
  const place: fc.Arbitrary<Location> = fc.oneof(
    fc.constant({ type: 'OutsideNet' as const }),
    fc.record({ type: fc.constant('Edge' as const), from: anyName, to: anyName }),
    fc.record({ type: fc.constant('InputPort' as const), node: anyName, port: anyName }),
    fc.record({ type: fc.constant('Node' as const), epoch: anyEpoch }),
    fc.record({ type: fc.constant('OutputPort' as const), epoch: anyEpoch, port: anyName }),
  );
  return fc.oneof(
    fc.record(
      {
        event: fc.constant('PacketCreated' as const),
        packet: anyPacket,
        epoch: anyEpoch,
        copyOf: anyPacket,
        retryOf: anyPacket,
      },
      { requiredKeys: ['event', 'packet'] },
    ),
    fc.record({
      event: fc.constant('PacketMoved' as const),
      packet: anyPacket,
      from: place,
      to: place,
    }),
    fc.record({
      event: fc.constantFrom('PacketConsumed' as const, 'PacketDestroyed' as const),
      packet: anyPacket,
      from: place,
    }),
    fc.record({ event: fc.constant('EpochCreated' as const), epoch: anyEpoch, node: anyName }),
    fc.record({
      event: fc.constantFrom('EpochStarted' as const, 'EpochFinished' as const),
      epoch: anyEpoch,
    }),
    fc.record({
      event: fc.constantFrom('InputSalvoTriggered' as const, 'OutputSalvoTriggered' as const),
      epoch: anyEpoch,
      condition: anyName,
      packets: fc.array(fc.tuple(anyName, anyPacket), { maxLength: mostPackets }),
    }),
  );
}

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record(
    { type: fc.constant('RunNetUntilBlocked' as const), max: fc.nat(), queued: fc.nat(), now },
    { requiredKeys: ['type', 'now'] },
  ),
  fc.record(
    { type: fc.constant('InjectPacket' as const), port: name, retryOf: packet, letter: name, now },
    { requiredKeys: ['type', 'port', 'now'] },
  ),
  fc.record({ type: fc.constant('StartEpoch' as const), epoch, now }),
  fc.record({ type: fc.constant('Record' as const), epoch, kind: name, value, now }),
  fc.record(
    {
      type: fc.constant('CommitEpoch' as const),
      epoch,
      operations,
      unconsumed: fc.constant('destroy' as const),
      now,
    },
    { requiredKeys: ['type', 'epoch', 'operations', 'now'] },
  ),
  fc.record({ type: fc.constant('FailAttempt' as const), epoch, error, dropped: operations, now }),
  fc.record({ type: fc.constant('FireTimer' as const), key: name, now }),
);

const event: fc.Arbitrary<KernelEvent> = fc.oneof(
  { weight: 6, arbitrary: hopEvents({ name, packet, epoch, mostPackets: 3 }) },
  fc.record({ event: fc.constant('TimerSet' as const), key: name, at: fc.nat() }),
  fc.record({ event: fc.constant('ValueRecorded' as const), epoch, kind: name, value }),
  fc.record({ event: fc.constant('BatchDropped' as const), epoch, attempt: fc.nat(), operations }),
);

const rejection: fc.Arbitrary<Answer> = fc.record({
  ok: fc.constant(false as const),
  code: fc.constantFrom('EPOCH_NOT_FOUND' as const, 'ACTION_INVALID' as const),
  message: name,
});
const acceptance: fc.Arbitrary<Answer> = fc
  .array(event, { maxLength: 4 })
  .map((events) => ({ ok: true, events }));

/** An action, and what may come of it. */
export const anyAnswer: fc.Arbitrary<{ action: Action; answer: Answer }> = fc.record({
  action,
  answer: fc.oneof({ weight: 3, arbitrary: acceptance }, rejection),
});

/** An action of a type with so many events, or one with its answer. */
export type Told =
  | { readonly events: readonly [type: 'StartNet' | 'ResumeNet', count: number] }
  | { readonly action: Action; readonly answer: Answer };

/** The action and the answer that a test tells of. */
export function answerOf(told: Told): { readonly action: Action; readonly answer: Answer } {
  if ('action' in told) return told;
  const [type, count] = told.events;
  const events = Array.from({ length: count }, (): KernelEvent => ({ event: 'NetResumed' }));
  return { action: { type, now: 1 }, answer: { ok: true, events } };
}

/** The records of a history in which this happened. */
export function historyOf(
  all: readonly Told[],
  header: () => HeaderRecord = headerOf,
): readonly HistoryRecord[] {
  const history = new History({ header, maxSize: null });
  for (const told of all) {
    const { action: applied, answer } = answerOf(told);
    history.append(applied, answer, 1000);
  }
  return [...history];
}

/** A folder of the test's own, removed when it is over. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
