/** The classical shapes print what they are meant to show, in as many epochs as they need. */
import { expect, it } from 'vitest';
import { exampleFolders, runExample } from './example-run.ts';
import type { ExampleRun } from './example-run.ts';

interface Shape {
  readonly epochs: Readonly<Record<string, number>>;
  readonly shows: (run: ExampleRun) => void;
}

function shows(...lines: string[]): Shape['shows'] {
  return (run) => expect(run.lines).toEqual(lines);
}

/** The largest number of packets that were at `place` at once, as the history tells it. */
function mostAt({ history }: ExampleRun, place: Readonly<Record<string, string>>): number {
  let [now, most] = [0, 0];
  const isPlace = (location: unknown): boolean =>
    Object.entries(place).every(
      ([key, value]) => (location as Record<string, unknown>)[key] === value,
    );
  for (const record of history.events()) {
    if (record.event !== 'PacketMoved') continue;
    if (isPlace(record['from'])) now -= 1;
    if (isPlace(record['to'])) now += 1;
    most = Math.max(most, now);
  }
  return most;
}

const cakes = Array.from({ length: 10 }, (_, at) => at + 1);

const shapes: Readonly<Record<string, Shape>> = {
  linear: {
    epochs: { Words: 1, Shout: 4, Print: 4 },
    shows: shows('PACKETS', 'TRAVEL', 'ALONG', 'EDGES'),
  },
  'diamond-join': {
    epochs: { Numbers: 1, Square: 5, Spell: 5, Join: 5 },
    shows: shows(
      'one squared is 1',
      'two squared is 4',
      'three squared is 9',
      'four squared is 16',
      'five squared is 25',
    ),
  },
  'fan-out-fan-in': {
    epochs: { Tasks: 1, Ada: 3, Ben: 3, Cleo: 3, Collect: 1 },
    shows: shows('Ada did 1, 4, 7', 'Ben did 2, 5, 8', 'Cleo did 3, 6, 9'),
  },
  'bounded-port': {
    epochs: { Orders: 1, Make: 10, Eat: 10 },
    shows: (run) => {
      const { lines } = run;
      expect(lines.filter((line) => line.startsWith('made'))).toEqual(
        cakes.map((n) => `made ${n}`),
      );
      expect(lines.filter((line) => line.startsWith('  '))).toEqual(cakes.map((n) => `  ate ${n}`));
      let ahead = 0;
      const aheads = lines.map((line) => (ahead += line.startsWith('made') ? 1 : -1));
      expect(Math.max(...aheads)).toBe(5);
      expect(mostAt(run, { type: 'InputPort', node: 'Eat', port: 'cake' })).toBe(2);
      expect(mostAt(run, { type: 'Edge', from: 'Make.cake', to: 'Eat.cake' })).toBe(1);
    },
  },
  'cycle-with-stop-condition': {
    epochs: { Start: 1, Step: 9, Print: 1 },
    shows: shows('6 → 3 → 10 → 5 → 16 → 8 → 4 → 2 → 1: 8 steps'),
  },
  'several-conditions': {
    epochs: { Day: 1, Bell: 1, Desk: 5, Print: 14 },
    shows: ({ lines, history }) => {
      expect(lines.filter((line) => line.startsWith('note'))).toEqual([
        'note: express 1 together',
        'note: express 2 together',
        'note: order 1, order 2, order 3 together',
        'note: order 4, order 5, order 6 together',
        'note: order 7 at closing',
      ]);
      expect(lines.filter((line) => line.startsWith('parcel'))).toEqual([
        'parcel: express 1',
        'parcel: express 2',
        ...[1, 2, 3, 4, 5, 6, 7].map((n) => `parcel: order ${n}`),
      ]);
      const fired = [...history.events()]
        .filter(({ event }) => event === 'InputSalvoTriggered')
        .map((record) => record['condition']);
      expect(fired.filter((name) => name !== 'default' && name !== '__autostart__')).toEqual([
        'at_once',
        'at_once',
        'full_load',
        'full_load',
        'closing',
      ]);
    },
  },
};

it('every shape in the folder is looked at here', () => {
  const prefix = 'examples/shapes/';
  const found = exampleFolders().filter((folder) => folder.startsWith(prefix));
  expect(found.map((folder) => folder.slice(prefix.length))).toEqual(Object.keys(shapes).sort());
});

it.each(Object.entries(shapes))('%s shows its point', async (name, { epochs, shows }) => {
  const run = await runExample(`examples/shapes/${name}`);
  expect(run.result).toMatchObject({ state: 'blocked', blocked: 'drained' });
  expect(run.epochs).toEqual(epochs);
  shows(run);
});

it('the join of the diamond pairs wrong partners without the cap that its README speaks of', async () => {
  const uncapped = await runExample('examples/shapes/diamond-join', (net) =>
    net.setNodeConfig('Spell', { maxParallelEpochs: 9 }),
  );
  const right = (await runExample('examples/shapes/diamond-join')).lines;
  expect(uncapped.lines).toHaveLength(right.length);
  expect(uncapped.lines[0]).not.toBe(right[0]);
});

it('the cycle ends at once where there is nothing to do, and after 111 steps from 27', async () => {
  const from = (n: number) =>
    runExample('examples/shapes/cycle-with-stop-condition', (net) =>
      net.setNodeConfig('Start', { config: { n } }),
    );
  expect((await from(1)).lines).toEqual(['1: 0 steps']);
  expect((await from(27)).epochs).toMatchObject({ Step: 112 });
});
