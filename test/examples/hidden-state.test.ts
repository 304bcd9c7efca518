/** A planted defect: a node that counts where no history has it. It is found by running it again, and by its history. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type TestNet, type TestNetOptions, testNet } from '../../src/testing/index.ts';
import { matchingHistory } from '../../src/testing/matchers/history-matcher.ts';
import { number, numberMended } from '../../examples/defects/hidden-state/nodes.ts';
import { root } from '../architecture/tree.ts';

const flow = `${root}examples/defects/hidden-state/flow.toml`;

async function invoices(nodes: TestNetOptions['nodes'] & object): Promise<TestNet> {
  const t = testNet(flow, { nodes });
  expect(await t.untilBlocked()).toBe('drained');
  expect(t.sent('Number.invoice')).toHaveLength(3);
  await t.stop();
  return t;
}

it('a function that counts in its module acts otherwise when it is run again', async () => {
  const t = await invoices({ Number: number });
  await expect(t.reexecute()).rejects.toMatchObject({
    code: 'NON_DETERMINISM',
    nodeName: 'Number',
    message: expect.stringMatching(
      /recorded 'invoice \d for a lamp', now 'invoice \d for a lamp'/,
    ) as string,
  });
});

it('counted in its memory, it acts the same', async () => {
  expect(await (await invoices({ Number: numberMended })).reexecute()).toBe(4);
});

it('the histories of two runs in one process differ in what it sent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-invoices-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const compared = async (name: string, node: typeof number): Promise<string | null> => {
    const file = join(folder, name);
    expect(matchingHistory(await invoices({ Number: node }), file, 'new', false).pass).toBe(true);
    const { pass, message } = matchingHistory(await invoices({ Number: node }), file, 'new', false);
    return pass ? null : message();
  };
  expect(await compared('hidden.jsonl', number)).toMatch(
    /that is\n {4}values: expected \[\{"value":"invoice \d for a lamp"\}\], received \[\{"value":"invoice \d for a lamp"\}\]/,
  );
  expect(await compared('mended.jsonl', numberMended)).toBeNull();
});
