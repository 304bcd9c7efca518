/** Messages as a sequence diagram: a lane for each actor, a row for each message. */
import { describe, expect, it } from 'vitest';
import {
  actorsOf,
  groupsOf,
  sequenceOf,
  laneWidth,
} from '../../../inspector/views/messages/sequence.ts';
import { spanOf } from '../../../inspector/views/messages/span.ts';
import type { MessageView } from '../../../src/runtime/inspector/history-view.ts';

const message = (seq: number, index: number, from: string, to: string): MessageView => ({
  seq,
  index,
  at: seq,
  from,
  to,
  type: `${from}>${to}`,
  transitions: [],
});

const messages = [
  message(5, 0, 'kernel', 'epoch:e10'),
  message(5, 1, 'epoch:e10', 'node:A'),
  message(5, 2, 'node:A', 'net'),
  message(9, 0, 'kernel', 'node:B/in:x'),
  message(9, 1, 'node:B/in:x', 'node:B'),
  message(9, 2, 'node:A/out:y', 'node:B/in:x'),
  message(9, 3, 'node:A', 'epoch:e2'),
];

describe('a sequence', () => {
  it('has the actors of a node side by side, in the order of the graph (Q1)', () => {
    const { lanes } = sequenceOf(messages, ['B', 'A'], false);
    expect(lanes.map(({ address, title }) => `${address} ${title}`)).toEqual([
      'kernel outside',
      'net net',
      'node:B B',
      'node:B/in:x → x',
      'node:A A',
      'epoch:e2 e2',
      'epoch:e10 e10',
      'node:A/out:y y →',
    ]);
    expect(groupsOf(lanes)).toEqual([
      { title: '', first: 0, lanes: 1 },
      { title: '', first: 1, lanes: 1 },
      { title: 'B', first: 2, lanes: 2 },
      { title: 'A', first: 4, lanes: 4 },
    ]);
  });

  it('has its messages in order, those of each action under it (Q2)', () => {
    const { rows, lanes } = sequenceOf(messages, ['A', 'B'], false);
    const texts = rows.map((row) =>
      row.kind === 'action'
        ? `#${row.seq}`
        : `${lanes[row.from]?.address}>${lanes[row.to]?.address}`,
    );
    const of = (seq: number) => messages.filter((each) => each.seq === seq).map(({ type }) => type);
    expect(texts).toEqual(['#5', ...of(5), '#9', ...of(9)]);
  });

  it('folds ports and epochs into their node, and leaves out what passes inside it', () => {
    const { rows, lanes } = sequenceOf(messages, ['A', 'B'], true);
    expect(lanes.map(({ address }) => address)).toEqual(['kernel', 'net', 'node:A', 'node:B']);
    const shown = rows.flatMap((row) => (row.kind === 'message' ? [row.message.type] : []));
    expect(shown).toEqual([
      'kernel>epoch:e10',
      'node:A>net',
      'kernel>node:B/in:x',
      'node:A/out:y>node:B/in:x',
    ]);
  });

  it('of a lane that is folded is that of the node with its ports', () => {
    const ports = [{ side: 'in', name: 'x' }] as const;
    expect(actorsOf('node:B', ports, true)).toEqual(['node:B', 'node:B/in:x']);
    expect(actorsOf('node:B', ports, false)).toEqual(['node:B']);
    expect(actorsOf('net', ports, true)).toEqual(['net']);
  });
});

it('a span moves with the instant shown, unless it is from one record to another', () => {
  expect(spanOf({ last: 20, fixed: null }, 100, 1)).toEqual({ from: 81, to: 100 });
  expect(spanOf({ last: 20, fixed: null }, 5, 1)).toEqual({ from: 1, to: 5 });
  expect(spanOf({ last: null, fixed: { from: 3, to: 9 } }, 100, 1)).toEqual({ from: 3, to: 9 });
});

it('the lanes of sixteen nodes are seen at once on a page of 1280, few fill it, and many scroll as wide as ever', () => {
  const room = 1116;
  expect(laneWidth(18, room) * 18).toBeLessThan(room);
  expect(laneWidth(8, room) * 8).toBeGreaterThan(room * 0.9);
  expect(laneWidth(2, room)).toBe(laneWidth(3, room));
  expect(laneWidth(40, room)).toBe(laneWidth(13, room));
});
