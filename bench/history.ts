/** What the history costs: written to a file by every policy, read back, replayed, sought in, recovered, saved. */
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Net, openHistory } from 'netrun';
import { chain } from './flows.ts';
import { table } from './table.ts';

export interface HistorySize {
  /** Packets of a run that is written by every policy. */
  readonly packets: number;
  /** Records of the long history. */
  readonly records: number;
  /** Packets that wait in the net that is saved. */
  readonly waiting: number;
}

const shape = chain(3);
const policies = ['never', 'batch', 'always'] as const;

async function seconds(act: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await act();
  return (performance.now() - from) / 1000;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

async function fed(options: ConstructorParameters<typeof Net>[1], packets: number): Promise<Net> {
  const net = new Net(shape.flow, { logLevel: 'silent', ...options });
  await Promise.all(Array.from({ length: packets }, (_, at) => net.inject(shape.input, at)));
  return net;
}

/** Runs the packets through; how long that took, and how many records there are. */
async function run(
  options: ConstructorParameters<typeof Net>[1],
  packets: number,
): Promise<{ readonly time: number; readonly records: number }> {
  const net = await fed(options, packets);
  const time = await seconds(() => net.start());
  const records = net.history.lastSeq;
  await net.stop();
  return { time, records };
}

/** Appends lines of that size to a file, with fdatasync after so many of them: how many it makes a second. */
function bareAppends(folder: string, bytes: number, linesPerSync: number, lines: number): number {
  const line = Buffer.alloc(bytes, 97);
  const path = join(folder, `bare-${linesPerSync}`);
  const handle = openSync(path, 'w');
  const from = performance.now();
  for (let at = 1; at <= lines; at += 1) {
    writeSync(handle, line);
    if (at % linesPerSync === 0) fdatasyncSync(handle);
  }
  const time = (performance.now() - from) / 1000;
  closeSync(handle);
  rmSync(path);
  return lines / time;
}

async function writingTable(folder: string, packets: number): Promise<string> {
  await run({}, Math.min(packets, 500));
  const hops = packets * shape.hopsPerPacket;
  const rows: string[][] = [];
  const row = (name: string, time: number, records: number, bytes: number): void => {
    rows.push([
      name,
      whole(hops / time),
      whole(records / time),
      bytes === 0 ? '' : whole(bytes / hops),
      bytes === 0 ? '' : (bytes / time / 1e6).toFixed(1),
    ]);
  };
  const inMemory = await run({}, packets);
  row('in memory alone', inMemory.time, inMemory.records, 0);
  let bytes = 0;
  for (const historyFsync of policies) {
    const historyFile = join(folder, `${historyFsync}.jsonl`);
    // A sync for every action: fewer packets say as much.
    const some = historyFsync === 'always' ? Math.ceil(packets / 20) : packets;
    const { time, records } = await run({ historyFile, historyFsync }, some);
    const { size } = statSync(historyFile);
    const share = packets / some;
    bytes = (size * share) / (records * share);
    row(`\`${historyFsync}\``, time * share, records * share, size * share);
  }
  const line = Math.round(bytes);
  for (const [linesPerSync, lines] of [
    [1, 2_000],
    [512, 200_000],
  ] as const) {
    const rate = bareAppends(folder, line, linesPerSync, lines);
    rows.push([
      `bare: append ${line} bytes, fdatasync after ${linesPerSync}`,
      '',
      whole(rate),
      '',
      ((rate * line) / 1e6).toFixed(1),
    ]);
  }
  return table(['history_fsync', 'hops/s', 'records/s', 'bytes per hop', 'MB/s'], rows);
}

async function readingTable(folder: string, wanted: number): Promise<string> {
  const historyFile = join(folder, 'long.jsonl');
  const { records: few } = await run({}, 100);
  const packets = Math.ceil((wanted / few) * 100);
  const { time: live, records } = await run({ historyFile, historyFsync: 'never' }, packets);
  const rows: string[][] = [];
  const row = (name: string, time: number): void => {
    rows.push([name, time.toFixed(2), whole(records / time), (live / time).toFixed(1)]);
  };
  row('the run itself, written to a file', live);
  const read = await seconds(async () => {
    for (const _ of openHistory(historyFile).records()) continue;
  });
  row('read', read);
  const replay = Net.replay(historyFile, { graph: shape.flow.graph });
  row('replayed and verified', await seconds(async () => replay.verify()));
  const places = Array.from({ length: 20 }, (_, at) => Math.floor((records * (at * 7 + 3)) / 143));
  const seek = await seconds(async () => {
    for (const place of places) replay.seek(place).state();
  });
  replay.close();
  rows.push(['sought, each of 20 places, after that', (seek / 20).toFixed(3), '', '']);
  let recovered: Net | null = null;
  const recovery = await seconds(async () => {
    recovered = await Net.recover(historyFile, { graph: shape.flow, logLevel: 'silent' });
  });
  await (recovered as Net | null)?.suspend();
  row('recovered', recovery);
  return table([`${whole(records)} records`, 'seconds', 'records/s', '× live speed'], rows);
}

async function checkpointTable(folder: string, waiting: number): Promise<string> {
  const path = join(folder, 'checkpoint');
  const net = await fed({}, 0);
  await net.start();
  await net.pause();
  await Promise.all(Array.from({ length: waiting }, (_, at) => net.inject(shape.input, at)));
  const save = await seconds(() => net.saveCheckpoint(path));
  let loaded: Net | null = null;
  const load = await seconds(async () => {
    loaded = await Net.loadCheckpoint(path, { graph: shape.flow, logLevel: 'silent' });
  });
  await (loaded as Net | null)?.stop();
  await net.stop();
  return table(
    ['packets that wait', 'seconds to save', 'seconds to load'],
    [[whole(waiting), save.toFixed(2), load.toFixed(2)]],
  );
}

/** The whole section. */
export async function historyTables(size: HistorySize): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'netrun-bench-'));
  try {
    return [
      await writingTable(folder, size.packets),
      await readingTable(folder, size.records),
      await checkpointTable(folder, size.waiting),
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
