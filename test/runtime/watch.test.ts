/** Who watches a net is told of every action before anything follows from it. */
import { expect, it } from 'vitest';
import { defineNode } from '../../src/dsl/define-node.ts';
import { flow } from '../../src/dsl/builder.ts';
import type { AppliedAction } from '../../src/runtime/drive/journal.ts';
import { Net } from '../../src/runtime/net.ts';
import { type Clock, HeldClock } from '../../src/runtime/time/clock.ts';

function doubling(
  called: (n: number) => void = () => undefined,
  clock: Clock = new HeldClock(0),
): Net {
  const double = defineNode({
    in: { n: 'number' },
    out: { twice: 'number' },
    exec: ({ n }) => {
      called(n);
      return { twice: 2 * n };
    },
  });
  const graph = flow().node('Double', double).outputs('Double.twice').build();
  return new Net(graph, { clock, logLevel: 'silent' });
}

it('every action is told with its place in the history and the values it made, refused ones as well', async () => {
  const net = doubling();
  const told: AppliedAction[] = [];
  net.watch((applied) => {
    expect(net.history.get(applied.seq)).toMatchObject({ action: applied.action.type });
    told.push(applied);
  });
  await net.inject('Double.n', 21);
  net.apply({ type: 'ConsumePacket', packet: 'p9' });
  await net.start();
  await net.stop();
  expect(told.map(({ action, answer }) => [action.type, answer.ok])).toEqual([
    ['InjectPacket', true],
    ['ConsumePacket', false],
    ['StartNet', true],
    ['NodeUp', true],
    ['RunNetUntilBlocked', true],
    ['StartEpoch', true],
    ['CommitEpoch', true],
    ['RunNetUntilBlocked', true],
    ['StopNet', true],
  ]);
  expect(told.flatMap(({ values }) => [...values])).toEqual([
    ['p1', 21],
    ['p2', 42],
  ]);
});

it('nothing follows from an action whose watcher throws: the net has failed', async () => {
  const calls: number[] = [];
  const net = doubling((n) => calls.push(n));
  await net.inject('Double.n', 21);
  net.watch(({ action }) => {
    if (action.type === 'StartEpoch') throw new Error('no further');
  });
  await expect(net.start()).rejects.toThrow('no further');
  expect(calls).toEqual([]);
  expect([...net.history.actions()].at(-1)).toMatchObject({ action: 'StartEpoch' });
  await net.suspend();
});

it('what a watcher gives back is called when what follows at once is done, until it watches no more', async () => {
  const net = doubling();
  const seen: string[] = [];
  const end = net.watch(({ action, values }) => {
    const [id = ''] = values.keys();
    seen.push(`${action.type} ${net.values.has(id)}`);
    return () => {
      seen.push(`then ${net.values.has(id)}`);
      end();
    };
  });
  await net.inject('Double.n', 21);
  await net.start();
  expect(seen).toEqual(['InjectPacket false', 'then true']);
  await net.stop();
});

it('what a watcher applies while time goes on is not later than what comes after it', async () => {
  let now = 0;
  const clock = { now: () => (now += 10), at: () => () => undefined, elapsed: () => 0 };
  const net = doubling(undefined, clock);
  await net.inject('Double.n', 21);
  let moved = 0;
  net.watch(({ action }) => {
    if (action.type === 'RunNetUntilBlocked' && moved++ === 0) net.apply({ type: 'CreatePacket' });
  });
  expect(await net.start()).toMatchObject({ outputs: { 'Double.twice': [42] } });
  const applied = [...net.history.actions()];
  const types = applied.map(({ action }) => action);
  expect(types.indexOf('StartEpoch')).toBeGreaterThan(types.indexOf('CreatePacket'));
  const times = applied.map((record) => record['now'] as number);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(applied.filter(({ rejected }) => rejected !== undefined)).toEqual([]);
  await net.stop();
});
