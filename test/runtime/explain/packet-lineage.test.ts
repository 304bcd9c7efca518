/** What packets were made from and what was made of them, held against a plain reading of the history. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { PacketId, SalvoPackets } from '../../../src/machines/action.ts';
import type { LineageNode } from '../../../src/runtime/explain/packet-lineage-node.ts';
import { packetLineage } from '../../../src/runtime/explain/packet-lineage.ts';
import type { HistoryRecord } from '../../../src/runtime/history/record.ts';
import { Net } from '../../../src/runtime/net.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { recordedRun, sourceOf } from '../replay/runs.ts';

/** Pairs of a packet and one made of it, as a reader with a pencil would find them. */
function derivations(records: readonly HistoryRecord[]): Set<string> {
  const pairs = new Set<string>();
  const salvos = new Map<string, SalvoPackets>();
  for (const record of records) {
    if (record.type !== 'event') continue;
    if (record.event === 'InputSalvoTriggered')
      salvos.set(record['epoch'] as string, record['packets'] as SalvoPackets);
    if (record.event !== 'PacketCreated') continue;
    const { packet, copyOf, retryOf, epoch } = record as unknown as Record<string, string>;
    if (copyOf !== undefined) pairs.add(`${copyOf} ${packet}`);
    if (retryOf !== undefined) pairs.add(`${retryOf} ${packet}`);
    if (copyOf !== undefined || epoch === undefined) continue;
    for (const [, input] of salvos.get(epoch) ?? []) pairs.add(`${input} ${packet}`);
  }
  return pairs;
}

/** All that can be reached from a packet over the pairs. */
function reachable(pairs: Set<string>, from: string, direction: 'up' | 'down'): Set<string> {
  const found = new Set([from]);
  for (const packet of found) {
    for (const pair of pairs) {
      const [one = '', other = ''] = pair.split(' ');
      const [here, there] = direction === 'up' ? [other, one] : [one, other];
      if (here === packet) found.add(there);
    }
  }
  return found;
}

function* nodes(node: LineageNode): IterableIterator<LineageNode> {
  yield node;
  for (const next of node.next) yield* nodes(next);
}

function pairsIn(root: LineageNode, direction: 'up' | 'down'): Set<string> {
  const pairs = new Set<string>();
  for (const node of nodes(root)) {
    for (const next of node.next)
      pairs.add(
        direction === 'up' ? `${next.packet} ${node.packet}` : `${node.packet} ${next.packet}`,
      );
  }
  return pairs;
}

/** A copies to B and C; D joins them, and fails the first time. */
function joiningNet(): Net {
  const net = new Net(
    Graph.fromToml(`
[net]
on_error = "continue"
inputs = ["A.in"]
outputs = ["D.out"]
[nodes.A]
in_ports = ["in"]
out_ports = ["out"]
[nodes.D]
in_ports = ["x", "y"]
out_ports = ["out"]
[[edges]]
from = "A.out"
to = "D.x"
[[edges]]
from = "A.out"
to = "D.y"
`),
    { clock: new HeldClock(0) },
  );
  let failures = 1;
  net.setNodeExec('A', (ctx, packets) => {
    ctx.consumePacketSync(packets['in']?.[0] as never);
    ctx.loadOutputPort('out', ctx.createPacket('made'));
    ctx.sendOutputSalvo('send');
  });
  net.setNodeExec('D', (ctx, packets) => {
    if (failures-- > 0) throw new Error('not yet');
    for (const packet of Object.values(packets).flat()) ctx.consumePacketSync(packet);
    ctx.loadOutputPort('out', ctx.createPacket('joined'));
    ctx.sendOutputSalvo('send');
  });
  return net;
}

describe('the lineage of a packet', () => {
  it.each([91_000, 91_001, 91_002, 91_003, 91_006, 91_007])(
    'is what the history tells (seed %i)',
    async (seed) => {
      const { records } = await recordedRun(seed);
      const pairs = derivations(records);
      const packets = new Set([...pairs].flatMap((pair) => pair.split(' ')));
      expect(packets.size).toBeGreaterThan(0);
      for (const packet of [...packets].slice(0, 25)) {
        for (const direction of ['up', 'down'] as const) {
          const { root, isCut } = packetLineage(sourceOf(records), packet, {
            direction,
            depth: 1000,
          });
          const told = [...nodes(root)].map((node) => node.packet as string);
          expect(new Set(told)).toEqual(reachable(pairs, packet, direction));
          for (const pair of pairsIn(root, direction)) expect(pairs).toContain(pair);
          expect(isCut).toBe(false);
        }
      }
    },
  );

  it('leads across epochs, copies and dead letters that were put back', async () => {
    const net = joiningNet();
    await net.inject('A.in', 1);
    await net.start();
    net.deadLetters.retry('d1');
    await net.start();
    const [joined] = [...net.history.events()]
      .filter((event) => event.event === 'PacketCreated')
      .slice(-1);
    const { root, text } = packetLineage(net.history, joined?.['packet'] as PacketId);
    expect(text).toBe(
      [
        'p6  made in e3 D; lives',
        '├─ p4  went into e3 D at x; from outside at D.x; consumed in e3 D',
        '│  └─ p2  put back from a dead letter; made in e1 A; destroyed in e2 D',
        '│     └─ p1  went into e1 A at in; from outside at A.in; consumed in e1 A',
        '└─ p5  went into e3 D at y; from outside at D.y; consumed in e3 D',
        '   └─ p3  put back from a dead letter; made in e1 A; destroyed in e2 D',
        '      └─ p2  its original; made in e1 A; destroyed in e2 D',
        '         └─ … stands elsewhere in this tree',
      ].join('\n'),
    );
    expect(root.next.map(({ how }) => how)).toEqual(['made', 'made']);
    const down = packetLineage(net.history, 'p1', { direction: 'down', depth: 2 });
    expect(down.text).toBe(
      [
        'p1  from outside at A.in; consumed in e1 A',
        '└─ p2  made in e1 A; destroyed in e2 D',
        '   ├─ p3  a copy; made in e1 A; destroyed in e2 D',
        '   │  └─ … and further back or on: the depth asked for ends here',
        '   └─ p4  put back for it; from outside at D.x; consumed in e3 D',
        '      └─ … and further back or on: the depth asked for ends here',
      ].join('\n'),
    );
    expect(down.isCut).toBe(true);
  });

  it('is cut at its largest size, and says so', () => {
    const [header] = [...joiningNet().history];
    const records: HistoryRecord[] = [header as HistoryRecord];
    const event = (fields: object): void => {
      const seq = records.length;
      const told = { seq, type: 'event', id: `v${seq}`, action_id: 'a1', at: '', ...fields };
      records.push(told as unknown as HistoryRecord);
    };
    event({ event: 'PacketCreated', packet: 'p1' });
    for (let copy = 2; copy <= 12_000; copy++)
      event({ event: 'PacketCreated', packet: `p${copy}`, copyOf: 'p1' });
    const { root, size, isCut } = packetLineage(sourceOf(records), 'p1', { direction: 'down' });
    expect({ size, isCut, cut: root.cut }).toEqual({ size: 10_000, isCut: true, cut: 'size' });
  });

  it('is bounded for a chain of any length', () => {
    const [header] = [...joiningNet().history];
    const records: HistoryRecord[] = [header as HistoryRecord];
    for (let packet = 1; packet <= 50_000; packet++) {
      records.push({
        seq: packet,
        type: 'event',
        id: `v${packet}`,
        action_id: 'a1',
        at: '',
        event: 'PacketCreated',
        packet: `p${packet}`,
        ...(packet === 1 ? {} : { retryOf: `p${packet - 1}` }),
      });
    }
    const up = packetLineage(sourceOf(records), 'p50000', { depth: 5000 });
    expect(up).toMatchObject({ size: 5001, isCut: true });
    expect(up.text.split('\n')).toHaveLength(5002);
  });

  it('refuses packets that the history does not know, and depths that are none', () => {
    const net = joiningNet();
    for (const packet of ['p1', 'x', 'p', 'pNaN', '__proto__'])
      expect(() => packetLineage(net.history, packet)).toThrow(
        expect.objectContaining({ code: 'PACKET_NOT_FOUND' }),
      );
    expect(() => packetLineage(net.history, 'p1', { depth: -1 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
