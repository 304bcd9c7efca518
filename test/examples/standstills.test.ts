/** Planted defects that bring their flows to a standstill: found without a run, and shown by one. */
import { expect, it } from 'vitest';
import { Net } from '../../src/index.ts';
import { root } from '../architecture/tree.ts';
import { runCommand } from './command.ts';

const fileOf = (name: string): string => `${root}examples/defects/${name}/flow.toml`;

async function stuck(name: string, port: string, value: unknown): Promise<boolean> {
  const net = Net.fromTomlFile(fileOf(name));
  await net.inject(port, value);
  const { blocked } = await net.start();
  await net.stop();
  return blocked === 'stuck';
}

interface Checked {
  readonly files: readonly {
    readonly problems: readonly { readonly code: string; readonly witness: readonly string[] }[];
  }[];
}

async function explored(name: string, ...args: string[]) {
  const { stdout } = await runCommand(['check', fileOf(name), '--explore', '--json', ...args]);
  return (JSON.parse(stdout) as Checked).files[0];
}

it('a join of two branches of which one epoch takes only one', async () => {
  expect(await stuck('exclusive-join', 'Route.order', 5)).toBe(true);
  const result = await explored('exclusive-join');
  expect(result).toMatchObject({
    ok: false,
    exploration: { unexplored: [] },
    problems: [{ code: 'JOIN_OF_BRANCHES', node: 'Ship', line: 21 }],
  });
  expect(result?.problems[0]?.witness.at(-1)).toBe(
    'Ship.default waits for the branch that was not taken',
  );
});

it('a bounded cycle that deadlocks', async () => {
  expect(await stuck('crowded-cycle', 'Fetch.page', 'home')).toBe(true);
  const result = await explored('crowded-cycle');
  expect(result).toMatchObject({
    ok: false,
    problems: [{ code: 'CYCLE_BLOCKS', node: 'Fetch', line: 3 }],
  });
  expect(result?.problems[0]?.witness[0]).toBe('a packet comes to Fetch.page from outside');
  expect(await explored('crowded-cycle', '--explore-limit', '10')).toMatchObject({
    ok: true,
    exploration: { limit: 10, unexplored: ['the cycle of Fetch, Queue'] },
  });
});
