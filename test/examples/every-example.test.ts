/** Every folder below examples: explains itself, runs dry through the library and on the command line. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../architecture/tree.ts';
import { runCommand } from './command.ts';
import { copyExample } from './copied-example.ts';
import { exampleFolders, readmeOf, runExample } from './example-run.ts';

/** Defects that bring their flow to a standstill: test/examples/standstills.test.ts shows them. */
const standstills = ['examples/defects/crowded-cycle', 'examples/defects/exclusive-join'];

const folders = exampleFolders().filter((folder) => !standstills.includes(folder));
const before = process.cwd();
let scratch = '';

// Examples write their files to the current folder.
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'netrun-examples-'));
  process.chdir(scratch);
});
afterAll(() => {
  process.chdir(before);
  rmSync(scratch, { recursive: true });
});

/** What an example needs beside its own files. */
const inputs = new Map([['examples/licence-audit', ['Locate.path', `${root}package-lock.json`]]]);

/** Epochs that fail for good, each with one packet, where that is what the example shows. */
const failing = new Map([['examples/etl', 2]]);

/** A request that the machine does not get round to in its time is made again, as often as it takes. */
const patient = { folder: 'examples/http', node: 'Fetch', retries: 1000 };

it('the examples that are promised are there', () => {
  expect(folders).toEqual(
    expect.arrayContaining([
      'examples/etl',
      'examples/http',
      'examples/licence-audit',
      'examples/shapes/bounded-port',
      'examples/shapes/cycle-with-stop-condition',
      'examples/shapes/diamond-join',
      'examples/shapes/fan-out-fan-in',
      'examples/shapes/linear',
      'examples/shapes/several-conditions',
    ]),
  );
});

describe.each(folders)('%s', (folder) => {
  const [port, value] = inputs.get(folder) ?? [];
  const failed = failing.get(folder) ?? 0;

  it('says in its README how to run it', () => {
    expect(readmeOf(folder)).toContain(`netrun run ${folder}/flow.toml`);
  });

  it('runs until nothing is left, and prints something', async () => {
    const { result, lines } = await runExample(
      folder,
      (net) => {
        if (folder === patient.folder)
          net.setNodeConfig(patient.node, { retries: patient.retries });
        return port === undefined ? undefined : net.inject(port, value);
      },
      { deadLetterPath: join(scratch, 'dead-letters.jsonl') },
    );
    expect(result).toMatchObject({ state: 'blocked', blocked: 'drained' });
    const { epochs, packets } = result.counts;
    expect(epochs.opened).toBe(epochs.finished + failed);
    expect({ failed: epochs.failed, destroyed: packets.destroyed }).toEqual({
      failed,
      destroyed: failed,
    });
    expect(lines.length).toBeGreaterThan(0);
  });

  it('has nothing that netrun check finds wrong', async () => {
    const { exitCode, stderr } = await runCommand(['check', `${root}${folder}/flow.toml`]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it('runs on the command line, whose summary has every node', async () => {
    const given = port === undefined ? [] : ['--in', `${port}=${value}`];
    const flow = join(copyExample(folder), 'flow.toml');
    if (folder === patient.folder) {
      const written = readFileSync(flow, 'utf8');
      writeFileSync(flow, written.replace('retries = 4', `retries = ${patient.retries}`));
    }
    const { exitCode, stdout } = await runCommand(['run', flow, '--json', ...given]);
    const summary = JSON.parse(stdout) as {
      state: string;
      nodes: { node: string; finished: number }[];
    };
    expect({ exitCode, state: summary.state }).toEqual({ exitCode: 0, state: 'drained' });
    expect(summary.nodes.length).toBeGreaterThan(0);
    expect(summary.nodes.filter(({ finished }) => finished === 0).map(({ node }) => node)).toEqual(
      [],
    );
  });
});
