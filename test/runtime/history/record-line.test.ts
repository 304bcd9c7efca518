/** Records as lines: what is read is what was written, and nothing else is read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action, KernelEvent } from '../../../src/machines/action.ts';
import { History } from '../../../src/runtime/history/history.ts';
import {
  RecordUnreadable,
  parseRecord,
  putActionLine,
  putEventLine,
  recordLine,
} from '../../../src/runtime/history/record-line.ts';
import { PendingLines } from '../../../src/runtime/history/pending-lines.ts';
import {
  type HistoryRecord,
  type RecordedValue,
  actionOf,
  actionRecord,
  eventOf,
  eventRecord,
} from '../../../src/runtime/history/record.ts';
import { anyAnswer, headerOf } from './records.ts';

const values: fc.Arbitrary<RecordedValue> = fc.oneof(
  fc.record({ value: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)) }),
  fc.record({ ref: fc.string() }),
  fc.constant({ lazy: true as const }),
);
const place = { seq: 7, at: '1970-01-01T00:00:01.000Z', action: 3 };

/** What is put comes after a line that waits already. */
function lineOf(put: (out: PendingLines) => void): string {
  const out = new PendingLines();
  out.putText('before');
  out.endLine();
  const { bytes } = out;
  put(out);
  expect(out.count).toBe(2);
  const text = Buffer.from(out.first(out.bytes).subarray(bytes)).toString();
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1);
}

const again = (record: HistoryRecord): HistoryRecord => parseRecord(recordLine(record));

describe('a record that was written is read as it was', () => {
  it('whatever the action and its events are', () => {
    fc.assert(
      fc.property(anyAnswer, ({ action, answer }) => {
        const history = new History({ header: headerOf, maxSize: null });
        history.append(action, answer, 5);
        for (const record of history) expect(again(record)).toEqual(record);
        const [first] = history.actions();
        expect(first === undefined ? null : actionOf(first)).toEqual(action);
        expect([...history.events()].map(eventOf)).toEqual(answer.ok ? answer.events : []);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('its line is the same whether its record was made or not', () => {
    fc.assert(
      fc.property(anyAnswer, fc.option(fc.array(values)), ({ action, answer }, made) => {
        const outside = made === null ? undefined : { values: made };
        expect(lineOf((out) => putActionLine(out, place, action, outside))).toBe(
          recordLine(actionRecord(place, action, undefined, outside)),
        );
        for (const event of answer.ok ? answer.events : [])
          expect(lineOf((out) => putEventLine(out, place, 4, event))).toBe(
            recordLine(eventRecord(place, 4, event)),
          );
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('with what JSON does not know, in values of Record wherever they stand', () => {
    const value = { at: new Date(5), big: 12n, map: new Map([['a', new Set([undefined, -0])]]) };
    const operations = [{ type: 'CreatePacket' }, { type: 'Record', kind: 'lazy', value }] as const;
    const actions: Action[] = [
      { type: 'Record', epoch: 'e1', kind: 'k', value, now: 1 },
      { type: 'CommitEpoch', epoch: 'e1', operations, now: 1 },
      {
        type: 'FailAttempt',
        epoch: 'e1',
        error: { name: 'E', message: 'm' },
        dropped: operations,
        now: 1,
      },
    ];
    for (const action of actions) {
      const record = actionRecord(place, action, undefined);
      expect(again(record)).toEqual(record);
    }
    const events: KernelEvent[] = [
      { event: 'ValueRecorded', epoch: 'e1', kind: 'k', value },
      { event: 'BatchDropped', epoch: 'e1', attempt: 0, operations },
    ];
    for (const event of events) {
      const record = eventRecord(place, 4, event);
      expect(again(record)).toEqual(record);
    }
  });

  it('a malformed action stands as it was given, whatever its fields are called', () => {
    const given = {
      type: 'Nonsense',
      seq: 99,
      at: 1n,
      id: 'x',
      values: new Map(),
    } as unknown as Action;
    const rejected = { code: 'ACTION_INVALID', message: 'no action' } as const;
    const record = actionRecord(place, given, rejected);
    const read = again(record);
    expect(read).toEqual(record);
    expect(read.seq).toBe(7);
    expect(actionOf(read as typeof record)).toEqual(given);
  });

  it('the values and the error that came from outside stay encoded', () => {
    const outside = {
      values: [{ value: { $: 'date', ms: 5 } }, { ref: 'sha256-00' }, { lazy: true }],
      thrown: { $: 'error', name: 'E', message: 'm', stack: '', fields: [] },
    } as const;
    const record = actionRecord(place, { type: 'CreatePacket', now: 1 }, undefined, outside);
    expect(again(record)).toEqual(record);
    expect(actionOf(record)).toEqual({ type: 'CreatePacket', now: 1 });
  });
});

describe('format 1', () => {
  it('its header is brought to the present format', () => {
    const line = '{"seq":0,"type":"header","format":1,"run":"R","at":"1970-01-01T00:00:00.000Z"}';
    const unknown = { netrun: null, seed: null, spec_hash: null };
    expect(parseRecord(line)).toEqual(headerOf({ run: 'R', ...unknown }));
  });

  it('its values were plain JSON, also where they look like ours', () => {
    const record = actionRecord(
      place,
      { type: 'Record', epoch: 'e1', kind: 'k', value: { $: 'date', ms: 5 }, now: 1 },
      undefined,
    );
    const line = JSON.stringify(record);
    expect(parseRecord(line, 1)).toEqual(record);
    expect(parseRecord(line, 2)).toMatchObject({ value: new Date(5) });
    const dropped = [{ type: 'Record', kind: 'k', value: { $: 'undefined' } }] as const;
    const batch = eventRecord(place, 4, {
      event: 'BatchDropped',
      epoch: 'e1',
      attempt: 0,
      operations: dropped,
    });
    expect(parseRecord(JSON.stringify(batch), 1)).toEqual(batch);
  });

  it('its malformed actions stand as they were given', () => {
    const rejected = { code: 'ACTION_INVALID', message: 'm' } as const;
    const line = JSON.stringify({
      ...place,
      type: 'action',
      id: 'a3',
      action: 'X',
      y: 1,
      rejected,
    });
    const given = { type: 'X', y: 1 } as unknown as Action;
    expect(parseRecord(line.replace('"action":3,', ''), 1)).toEqual(
      actionRecord(place, given, rejected),
    );
  });
});

describe('what is no record is refused, with what is wrong', () => {
  const action = '"type":"action","id":"a1","at":"2026-01-01T00:00:00.000Z"';
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  it.each([
    ['', 'no JSON'],
    ['{"seq":1', 'no JSON'],
    ['[]', 'no object'],
    ['null', 'no object'],
    ['{"seq":1,"type":"packet"}', 'neither a header'],
    ['{"seq":1,"type":"__proto__"}', 'neither a header'],
    [`{"seq":-1,${action},"action":"StartNet"}`, 'seq'],
    [`{"seq":1e300,${action},"action":"StartNet"}`, 'seq'],
    [`{"seq":1,${action},"action":7}`, 'its action is no name'],
    [`{"seq":1,${action},"action":"X","given":{}}`, 'only an action that is malformed'],
    [`{"seq":1,${action},"action":"InjectPacket","values":[{"value":1,"ref":"x"}]}`, 'values'],
    [`{"seq":1,${action},"action":"CommitEpoch","operations":7}`, 'no list'],
    [`{"seq":1,${action},"action":"Record","value":{"$":"code"}}`, 'unknown kind'],
    [`{"seq":1,${action},"action":"StartNet","__proto__":{}}`, 'called __proto__'],
    [`{"seq":1,${action},"action":"StartNet","x":{"\\u005f_proto__":{}}}`, 'called __proto__'],
    [`{"seq":1,${action},"action":"StartNet","x":${deep}}`, 'too deep'],
    ['{"seq":2,"type":"event","id":"v1","action_id":"a1","at":"soon","event":"X"}', 'time'],
    [
      '{"seq":2,"type":"event","id":"a1","action_id":"a1","at":"2026-01-01T00:00:00.000Z","event":"X"}',
      'id',
    ],
    ['{"seq":0,"type":"header","format":"2","run":"R","at":""}', 'no number from 1'],
    ['{"seq":0,"type":"header","format":0,"run":"R","at":""}', 'no number from 1'],
    ['{"seq":0,"type":"header","format":2,"run":"R","at":""}', 'netrun'],
  ])('%.60s', (line, why) => {
    expect(() => parseRecord(line)).toThrow(RecordUnreadable);
    expect(() => parseRecord(line)).toThrow(why);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('a format of a later version is told from what is no format', () => {
    let thrown: unknown;
    try {
      parseRecord('{"seq":0,"type":"header","format":3,"run":"R","at":""}');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'RecordUnreadable', isNewer: true });
  });
});
