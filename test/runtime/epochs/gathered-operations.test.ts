/** What a function does within one turn is one action, and nobody can tell but by the history. */
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { ActionRecord } from '../../../src/runtime/history/record.ts';
import { Net } from '../../../src/runtime/net.ts';
import type { ExecFunction } from '../../../src/runtime/setup/node-setup.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import { chain, node, single } from '../nets.ts';

const ofTheNet: ReadonlySet<unknown> = new Set(['StartNet', 'NodeUp', 'RunNetUntilBlocked']);

/** The actions of the epoch, without times. */
function actionsOf(net: Net): [name: string, fields: object][] {
  return Array.from(net.history.actions(), (record: ActionRecord): [string, object] => {
    const { seq: _1, type: _2, id: _3, at: _4, now: _5, action, ...fields } = record;
    return [action, fields];
  }).filter(([action]) => !ofTheNet.has(action));
}

const names = (net: Net): string[] => actionsOf(net).map(([name]) => name);

async function run(exec: ExecFunction): Promise<Net> {
  const { net } = single(exec, {}, { logLevel: 'silent' });
  await net.inject('A.in', 1);
  await net.start();
  return net;
}

const consume: ExecFunction = (ctx, packets) => {
  for (const packet of packets['in'] ?? []) ctx.consumePacketSync(packet);
};
const work: ExecFunction = (ctx, packets) => {
  consume(ctx, packets);
  ctx.loadOutputPort('out', ctx.createPacket('made'));
  ctx.sendOutputSalvo('send');
};
const begun = ['InjectPacket', 'StartEpoch'];
const made = ['CreatePacket', 'LoadPacketIntoOutputPort', 'SendOutputSalvo'];
const worked = [...begun, 'ConsumePacket', ...made];

describe('operations of a synchronous function', () => {
  it('are one action, whose events are those of each', async () => {
    const net = await run((ctx, packets) => {
      work(ctx, packets);
      ctx.now();
      ctx.memory.set('seen', 1);
    });
    expect(actionsOf(net).slice(2)).toEqual([
      [
        'CommitEpoch',
        {
          epoch: 'e1',
          operations: [
            { type: 'ConsumePacket', packet: 'p1' },
            { type: 'CreatePacket' },
            { type: 'LoadPacketIntoOutputPort', packet: '#0', port: 'out' },
            { type: 'SendOutputSalvo', condition: 'send' },
            { type: 'Record', kind: 'now', value: 1_000_000 },
            { type: 'Record', kind: 'memory', value: { key: 'seen', value: 1 } },
          ],
        },
      ],
    ]);
    const events = Array.from(net.history.events(), ({ event }) => event);
    expect(events.slice(events.indexOf('EpochStarted'))).toEqual([
      'EpochStarted',
      'PacketConsumed',
      'PacketCreated',
      'PacketMoved',
      'OutputSalvoTriggered',
      'PacketMoved',
      'ValueRecorded',
      'ValueRecorded',
      'EpochFinished',
      'NetBlocked',
    ]);
    expect(await net.outputs('A.out')).toEqual(['made']);
  });

  it.each<[string, ExecFunction, string[]]>([
    ['a promise', async (ctx, packets) => work(ctx, packets), [...worked, 'FinishEpoch']],
    [
      'a throw',
      (ctx, packets) => {
        work(ctx, packets);
        throw new Error('after all');
      },
      [...worked, 'FailAttempt'],
    ],
    [
      'an input left over',
      (ctx) => work(ctx, {}),
      [...begun, ...made, 'FinishEpoch', 'FailAttempt'],
    ],
    [
      'a cancellation',
      (ctx, packets) => {
        work(ctx, packets);
        ctx.cancelEpoch('enough');
      },
      [...worked, 'CancelEpoch'],
    ],
    [
      'a pause',
      (ctx, packets) => {
        work(ctx, packets);
        ctx.pauseNet('enough');
      },
      [...worked, 'PauseNet', 'FinishEpoch'],
    ],
    [
      'what is refused and caught',
      (ctx, packets) => {
        expect(() => ctx.sendOutputSalvo('send')).toThrow(/send/);
        work(ctx, packets);
      },
      [...begun, 'SendOutputSalvo', 'ConsumePacket', ...made, 'FinishEpoch'],
    ],
    [
      'a lazy value',
      (ctx, packets) => {
        consume(ctx, packets);
        expect(ctx.consumePacketSync(ctx.createPacketFromValueFunc(() => 7))).toBe(7);
      },
      [...begun, 'ConsumePacket', 'CreatePacket', 'Record', 'ConsumePacket', 'FinishEpoch'],
    ],
  ])('are done one by one where there is %s', async (_, exec, expected) => {
    expect(names(await run(exec))).toEqual(expected);
  });

  it('have ids as soon as somebody wants to know them', async () => {
    const ids: string[] = [];
    const net = await run((ctx, packets) => {
      consume(ctx, packets);
      for (const value of [1, 2]) {
        const packet = ctx.createPacket(value);
        if (value === 2) ids.push(packet.id);
        ctx.loadOutputPort('out', packet);
      }
      ctx.sendOutputSalvo('send');
    });
    expect(ids).toEqual(['p3']);
    expect(names(net)).not.toContain('CommitEpoch');
    expect(await net.outputs('A.out')).toEqual([1, 2]);
  });

  it('are there for a function that looks at its net', async () => {
    const seen: unknown[] = [];
    const net: Net = new Net(chain(['A', 'B']), { clock: new HeldClock(), logLevel: 'silent' });
    net.setNodeExec('A', (ctx, packets) => {
      work(ctx, packets);
      seen.push(net.packet('p2').location, net.epoch('e1').outSalvos.length);
    });
    net.setNodeExec('B', work);
    await net.inject('A.in', 1);
    await net.start();
    expect(seen).toEqual([{ type: 'Edge', from: 'A.out', to: 'B.in' }, 1]);
  });

  it('that are very many are not kept for one action', async () => {
    const net = await run((ctx, packets) => {
      consume(ctx, packets);
      for (let n = 0; n < 1000; n += 1) {
        ctx.loadOutputPort('out', ctx.createPacket(n));
        ctx.sendOutputSalvo('send');
      }
    });
    expect((await net.outputs('A.out')).length).toBe(1000);
    expect(names(net).filter((name) => name === 'SendOutputSalvo').length).toBe(1000);
  });

  it.each<[string, (pass: ExecFunction) => ExecFunction]>([
    ['at once', (pass) => async (ctx, packets) => pass(ctx, packets)],
    ['in one action', (pass) => pass],
    [
      'one by one in the end',
      (pass) => (ctx, packets) => {
        pass(ctx, packets);
        ctx.consumePacketSync(ctx.createPacketFromValueFunc(() => 7));
      },
    ],
  ])('pass a lazy value on, %s, with the check of its port', async (_, way) => {
    const [maker, passer] = [node('A', ['in'], ['out']), node('B', ['in'], ['out'])];
    const graph = new Graph({
      nodes: [
        maker,
        { ...passer, outPorts: [{ name: 'out', type: 'string' }] },
        node('C', ['in'], []),
        node('D', ['in'], []),
      ],
      edges: [
        { from: 'A.out', to: 'B.in' },
        { from: 'B.out', to: 'C.in' },
        { from: 'B.out', to: 'D.in' },
      ],
    });
    const net = new Net(graph, {
      clock: new HeldClock(),
      logLevel: 'silent',
      onError: 'continue',
    });
    net.setNodeExec('A', (ctx, packets) => {
      consume(ctx, packets);
      ctx.loadOutputPort(
        'out',
        ctx.createPacketFromValueFunc(() => 7),
      );
      ctx.sendOutputSalvo('send');
    });
    net.setNodeExec(
      'B',
      way((ctx, packets) => {
        for (const packet of packets['in'] ?? []) ctx.loadOutputPort('out', packet);
        ctx.sendOutputSalvo('send');
      }),
    );
    net.setNodeExec('C', consume);
    net.setNodeExec('D', consume);
    await net.inject('A.in', 1);
    await net.start();
    expect(net.deadLetters.all().map(({ node: name, errors }) => [name, errors[0]?.code])).toEqual([
      ['C', 'PACKET_TYPE_MISMATCH'],
      ['D', 'PACKET_TYPE_MISMATCH'],
    ]);
    expect(net.values.size).toBe(0);
  });
});
