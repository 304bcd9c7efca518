/**
 * `npm run bench`, `npm run bench -- --quick`: measures, prints, and writes bench/RESULTS.md.
 * `--only history` measures that alone, and writes nothing.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type LoopDelay, loopDelay } from './event-loop-delay.ts';
import { type Shape, chain, diamond } from './flows.ts';
import { historyTables } from './history.ts';
import { type HopCost, hopCost } from './hop-cost.ts';
import { preparePeers } from './peer-runs.ts';
import { feedTable, shapeTable, sizeTable } from './peer-tables.ts';
import { table } from './table.ts';

const quick = process.argv.includes('--quick');

function costTable(costs: readonly HopCost[]): string {
  return table(
    [
      'shape',
      'packets at once',
      'µs of processor per hop',
      'hops/s',
      'messages per hop',
      'bytes kept per hop',
    ],
    costs.map((cost) => [
      cost.shape,
      cost.packets.toLocaleString('en'),
      cost.cpuMicros.toFixed(0),
      Math.round(cost.hopsPerSecond).toLocaleString('en'),
      cost.messages.toFixed(2),
      cost.keptBytes.toFixed(0),
    ]),
  );
}

function delayTable(delays: readonly LoopDelay[]): string {
  return table(
    ['packets', 'seconds', 'p50 ms', 'p99 ms', 'max ms'],
    delays.map((delay) => [
      delay.packets.toLocaleString('en'),
      delay.seconds.toFixed(1),
      delay.p50.toFixed(1),
      delay.p99.toFixed(1),
      delay.max.toFixed(1),
    ]),
  );
}

const cases: readonly (readonly [Shape, number])[] = quick
  ? [
      [chain(3), 1_000],
      [diamond(), 1_000],
      [chain(1_000), 5],
    ]
  : [
      [chain(3), 1_000],
      [chain(3), 10_000],
      [diamond(), 1_000],
      [diamond(), 10_000],
      [chain(10), 1_000],
      [chain(1_000), 10],
    ];

const historySize = quick
  ? { packets: 500, records: 20_000, waiting: 2_000 }
  : { packets: 5_000, records: 1_000_000, waiting: 100_000 };

if (process.argv.includes('--only')) {
  process.stdout.write(`${await historyTables(historySize)}\n`);
  process.exit();
}
preparePeers();
const rounds = quick ? 1 : 3;
const shapes = await shapeTable(rounds, quick ? 0.1 : 1);
const feeds = await feedTable(rounds, quick ? 2_000 : 100_000);
const sizes = await sizeTable(rounds, quick ? 5_000 : 100_000);
const costs: HopCost[] = [];
for (const [shape, packets] of cases) costs.push(await hopCost(shape, packets));
const delays = [await loopDelay(chain(1), quick ? 10_000 : 100_000)];

const history = await historyTables(historySize);

const report = [
  '# Results',
  '',
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${rounds} round(s)${quick ? ', quick' : ''}. A hop is one node firing. Absolute figures say as much about the machine as about netrun: compare within one run. Hops a second are medians, with half the spread of the rounds; "netrun ÷" is how many times as many netrun does.`,
  '',
  '## By shape, all packets at once',
  '',
  shapes,
  '',
  '## Linear: packets one by one, in hundreds, all at once',
  '',
  feeds,
  '',
  '## As graph and backlog grow',
  '',
  sizes,
  '',
  '## What a hop costs',
  '',
  costTable(costs),
  '',
  '## The delay of the event loop beside a run',
  '',
  delayTable(delays),
  '',
  '## The history',
  '',
  history,
  '',
].join('\n');
process.stdout.write(`${report}\n`);
if (!quick) writeFileSync(new URL('RESULTS.md', import.meta.url), report);
