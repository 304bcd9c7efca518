/** Whatever a function asks for: done at once, gathered or deferred, the same is allowed and the same is refused. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Graph } from '../../../src/dsl/graph.ts';
import type { ExecContext, InputPackets, Packet } from '../../../src/dsl/node-functions.ts';
import { Net } from '../../../src/runtime/net.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';

/** Packets of one salvo: more than thirty. */
const inputs = 34;

type Step =
  | { readonly do: 'create' }
  | { readonly do: 'consume'; readonly packet: number }
  | { readonly do: 'load'; readonly packet: number; readonly port: string }
  | { readonly do: 'send'; readonly condition: string };

/** A packet of the salvo, or one that was made. */
const packet = fc.oneof(fc.nat(inputs - 1), fc.integer({ min: inputs, max: inputs + 3 }));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: 'create' as const }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('consume' as const), packet }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('load' as const),
        packet,
        port: fc.constantFrom('a', 'a', 'a', 'b', 'b', 'nowhere', 'unknown'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('send' as const),
        condition: fc.constantFrom('some', 'one', 'one', 'full', 'lost', 'unknown'),
      }),
    },
  ),
  { minLength: 6, maxLength: 16 },
);

const graph = new Graph({
  nodes: [
    {
      name: 'A',
      inPorts: ['in'],
      outPorts: [{ name: 'a', slots: 1 }, 'b', 'nowhere'],
      inConditions: [{ name: 'default', when: `count(in) == ${inputs}`, ports: ['in'] }],
      outConditions: [
        { name: 'some', when: 'nonempty(a) or nonempty(b)', ports: ['a', 'b'] },
        { name: 'one', when: 'count(b) < 2', ports: { b: 1 }, maxSalvos: 1 },
        { name: 'full', when: 'full(a) and not full(b)', ports: ['a'], maxSalvos: 1 },
        { name: 'lost', when: 'nonempty(nowhere) or empty(a)', ports: ['nowhere'] },
      ],
      options: { unconsumed: 'destroy', deadLetterQueue: false },
    },
  ],
  outputs: ['A.a', 'A.b'],
});

const fresh = (given: InputPackets): Packet[] => [...(given['in'] ?? [])];

/** What came of one step: its packet's value, or the code it was refused with. */
function taken(ctx: ExecContext, packets: Packet[], step: Step): unknown {
  const of = (at: number): Packet => packets[at] ?? { id: 'p999' };
  try {
    switch (step.do) {
      case 'create':
        packets.push(ctx.createPacket(packets.length));
        return 'made';
      case 'consume':
        return ctx.consumePacketSync(of(step.packet));
      case 'load':
        return ctx.loadOutputPort(step.port, of(step.packet));
      case 'send':
        return ctx.sendOutputSalvo(step.condition);
    }
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    // What has ended is known to the kernel no more; a batch still knows that it is not in the epoch.
    return code === 'PACKET_NOT_FOUND' ? 'PACKET_NOT_IN_EPOCH' : (code ?? error);
  }
}

type Way = 'at once' | 'gathered' | 'deferred';

/** What came of each step, and all that happened, without what tells one way from another. */
async function played(list: readonly Step[], way: Way): Promise<unknown> {
  const net = new Net(graph, { clock: new HeldClock(1), logLevel: 'silent' });
  if (way === 'deferred') net.setNodeConfig('A', { deferNetActions: true });
  const results: unknown[] = [];
  const play = (ctx: ExecContext, packets: InputPackets): void => {
    const all = fresh(packets);
    for (const step of list) results.push(taken(ctx, all, step));
  };
  net.setNodeExec(
    'A',
    way === 'at once'
      ? async (ctx, packets) => {
          await Promise.resolve();
          play(ctx, packets);
        }
      : play,
  );
  for (let value = 0; value < inputs; value++) await net.inject('A.in', value);
  const { outputs, counts } = await net.start();
  await net.stop();
  const events = [...net.history.events()].map(
    ({ seq: _1, id: _2, action_id: _3, at: _4, type: _5, ...event }) => event,
  );
  return { results, outputs, counts, events };
}

it('the same results, the same events and the same outputs, step by step', async () => {
  const codes = new Set<unknown>();
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const atOnce = await played(list, 'at once');
      expect(await played(list, 'gathered')).toEqual(atOnce);
      expect(await played(list, 'deferred')).toEqual(atOnce);
      for (const result of (atOnce as { readonly results: readonly unknown[] }).results)
        codes.add(result);
    }),
    { numRuns: 60, seed: 7 },
  );
  for (const reached of [
    'made',
    'PACKET_NOT_IN_EPOCH',
    'OUTPUT_PORT_NOT_FOUND',
    'OUTPUT_PORT_FULL',
    'OUTPUT_PORT_NOT_CONNECTED',
    'SALVO_CONDITION_NOT_FOUND',
    'SALVO_CONDITION_NOT_MET',
    'MAX_SALVOS_REACHED',
  ])
    expect(codes).toContain(reached);
});
