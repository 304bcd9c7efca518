/** Random nets saved at a random pause: loaded here or in another process, they end as they do without. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { NodeInput } from '../../../src/dsl/definition.ts';
import { Graph } from '../../../src/dsl/graph.ts';
import type { NodeOptions } from '../../../src/dsl/schema.ts';
import { Net } from '../../../src/runtime/net.ts';
import type { RunResult } from '../../../src/runtime/run-result.ts';
import { HeldClock } from '../../../src/runtime/time/clock.ts';
import type { ExecFunction } from '../../../src/runtime/setup/node-setup.ts';
import { chain, node } from '../nets.ts';
import { throughTime } from '../recovery/cut-histories.ts';

const root = mkdtempSync(join(tmpdir(), 'netrun-pauses-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const startMs = 1_000_000;
let folders = 0;

const options: fc.Arbitrary<NodeOptions> = fc.record(
  {
    deferNetActions: fc.constant(true),
    maxParallelEpochs: fc.integer({ min: 1, max: 2 }),
    maxPendingEpochs: fc.integer({ min: 1, max: 2 }),
    rateLimitPerSecond: fc.constantFrom(1, 3),
    priority: fc.integer({ min: 0, max: 2 }),
    deadLetterQueue: fc.boolean(),
  },
  { requiredKeys: [] },
);

interface RandomNet {
  readonly nodes: readonly {
    readonly options: NodeOptions;
    readonly slots: number | null;
    readonly from: number;
  }[];
  readonly values: readonly number[];
  /** The epoch that pauses the net, among all in the order in which they run. */
  readonly pauseAt: number;
}

const nets: fc.Arbitrary<RandomNet> = fc.record({
  nodes: fc.array(
    fc.record({ options, slots: fc.constantFrom(null, 1, 2), from: fc.nat({ max: 3 }) }),
    { minLength: 1, maxLength: 5 },
  ),
  values: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 }),
  pauseAt: fc.nat({ max: 15 }),
});

/** A tree: every node but the first gets copies of what one before it sends. */
function graphOf({ nodes }: RandomNet): Graph {
  const names = nodes.map((_, at) => `N${at}`);
  const parents = nodes.map(({ from }, at) => (at === 0 ? null : from % at));
  return new Graph({
    nodes: nodes.map(({ options: own, slots }, at): NodeInput => {
      const port = slots === null ? { name: 'in' } : { name: 'in', slots };
      const retries = own.deferNetActions === true ? { retries: 1, retryWait: 0.25 } : {};
      return node(names[at] ?? '', [port], ['out'], { ...own, ...retries });
    }),
    edges: parents.flatMap((parent, at) =>
      parent === null ? [] : [{ from: `N${parent}.out`, to: `N${at}.in` }],
    ),
    outputs: names.map((name) => `${name}.out`),
    net: { onError: 'continue' },
  });
}

/** Sums in its memory; fails for some values, for some of them at the first attempt only. */
function functionsOf({ nodes, pauseAt }: RandomNet, pauses: boolean): Record<string, ExecFunction> {
  let ran = 0;
  const exec: ExecFunction = (ctx, packets) => {
    const [packet] = packets['in'] ?? [];
    if (packet === undefined) throw new Error('no packet');
    if (pauses && ran++ === pauseAt) ctx.pauseNet('at random');
    const value = ctx.consumePacketSync(packet) as number;
    if (value % 7 === 6 || (value % 5 === 4 && ctx.retryCount === 0))
      throw new Error(`no ${value}`);
    const sum = Number(ctx.memory.get('sum') ?? 0) + value;
    ctx.memory.set('sum', sum);
    ctx.loadOutputPort('out', ctx.createPacket((sum + Math.floor(ctx.random() * 3)) % 21));
    ctx.sendOutputSalvo('send');
  };
  return Object.fromEntries(nodes.map((_, at) => [`N${at}`, exec]));
}

/** What a run came to, without what differs from process to process. */
function lookOf(net: Net, { outputs, blocked, counts }: RunResult): unknown {
  const letters = net.deadLetters
    .all()
    .map(({ id, node: of, epoch, packets, errors }) => [
      id,
      of,
      epoch,
      packets.map(({ packet, value }) => [packet, value]),
      errors.map(({ message }) => message),
    ]);
  return { outputs, blocked, counts, letters };
}

async function begun(
  random: RandomNet,
): Promise<{ net: Net; clock: HeldClock; result: RunResult }> {
  const clock = new HeldClock(startMs);
  const net = new Net(graphOf(random), { clock, logLevel: 'silent' });
  for (const [name, exec] of Object.entries(functionsOf(random, true))) net.setNodeExec(name, exec);
  for (const value of random.values) void net.inject('N0.in', value, { wait: true });
  const result = await throughTime(clock, net.start());
  return { net, clock, result };
}

it('in the same process', async () => {
  let paused = 0;
  await fc.assert(
    fc.asyncProperty(nets, async (random) => {
      const { net, clock, result } = await begun(random);
      if (result.state !== 'paused' || net.status().waitingInputs > 0) return;
      paused += 1;
      const folder = join(root, `checkpoint-${(folders += 1)}`);
      await net.saveCheckpoint(folder);
      const later = new HeldClock(clock.now());
      const functions = functionsOf(random, false);
      const loaded = await Net.loadCheckpoint(folder, {
        clock: later,
        logLevel: 'silent',
        functions,
      });
      expect(loaded.status()).toEqual(net.status());
      const expected = lookOf(net, await throughTime(clock, net.start()));
      expect(lookOf(loaded, await throughTime(later, loaded.start()))).toEqual(expected);
      expect(later.now()).toBe(clock.now());
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 20, seed: 11 },
  );
  expect(paused).toBeGreaterThan(6);
});

it('in another process, with functions that the definition names', async () => {
  const nodes = join(root, 'nodes.mjs');
  writeFileSync(
    nodes,
    `export const sum = (ctx, { in: [packet] }) => {
      const total = (ctx.memory.get('sum') ?? 0) + ctx.consumePacketSync(packet);
      ctx.memory.set('sum', total);
      if (total === 6 && process.env.NETRUN_TEST_LATER !== 'yes') ctx.pauseNet();
      ctx.loadOutputPort('out', ctx.createPacket(new Map([['total', BigInt(total)]])));
      ctx.sendOutputSalvo('send');
    };`,
  );
  const { definition } = chain(['A'], { A: { maxParallelEpochs: 1 } });
  const named = definition.nodes.map((one) => ({ ...one, execNodeFunc: './nodes.mjs#sum' }));
  const graph = new Graph({ ...definition, nodes: named });
  const net = new Net(graph, { file: join(root, 'flow.toml'), logLevel: 'silent' });
  for (const value of [1, 2, 3, 4]) await net.inject('A.in', value);
  expect((await net.start()).state).toBe('paused');
  const folder = join(root, 'for-another');
  await net.saveCheckpoint(folder);
  const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
  const script = join(root, 'later.ts');
  writeFileSync(
    script,
    `import { Net } from ${JSON.stringify(join(project, 'src', 'runtime', 'net.ts'))};
    const net = await Net.loadCheckpoint(${JSON.stringify(folder)}, { logLevel: 'silent' });
    const before = net.status();
    const { outputs } = await net.start();
    console.log(JSON.stringify([before.state, outputs['A.out'].map((value) => String(value.get('total')))]));
    await net.stop();`,
  );
  const jiti = join(project, 'node_modules', 'jiti', 'lib', 'jiti-cli.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [jiti, script], {
    encoding: 'utf8',
    env: { ...process.env, NETRUN_TEST_LATER: 'yes' },
  });
  expect([stdout.trim(), stderr]).toEqual(['["paused",["1","3","6","10"]]', '']);
  await net.stop();
});
