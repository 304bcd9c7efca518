/** What netrun and its peers do in the same time, as tables: by shape, by how packets come, by size. */
import {
  type Figure,
  type Outcome,
  type Peer,
  type ShapeName,
  type Work,
  bullmq,
  columns,
  interpreted,
  interpretedKernel,
  kernel,
  logic,
  naive,
  netrun,
  noflo,
  nodeRed,
  objects,
  pQueue,
  runAll,
  rxjs,
} from './peer-runs.ts';
import { table } from './table.ts';

const all: readonly Peer[] = [
  netrun,
  kernel,
  interpreted,
  interpretedKernel,
  naive,
  logic,
  nodeRed,
  noflo,
  rxjs,
  pQueue,
  bullmq,
  objects,
  columns,
];

/** Peers of a few thousand hops a second get a tenth of the packets. */
const slow: ReadonlySet<Peer> = new Set([interpreted, interpretedKernel, bullmq]);

const shapes: readonly (readonly [ShapeName, number])[] = [
  ['linear', 10_000],
  ['diamond', 10_000],
  ['fanout', 400],
  ['chain-1000', 80],
];

const isFigure = (outcome: Outcome | undefined): outcome is Figure =>
  outcome !== undefined && 'hopsPerSecond' in outcome;

function rate(outcome: Outcome | undefined): string {
  if (!isFigure(outcome)) return `– (${outcome?.missing ?? 'not run'})`;
  const { hopsPerSecond, least, most } = outcome;
  const spread = Math.round((100 * (most - least)) / hopsPerSecond / 2);
  return `${short(hopsPerSecond)} ±${spread} %`;
}

function short(count: number): string {
  if (count >= 999_500) return `${(count / 1e6).toFixed(2)} M`;
  return count >= 9950 ? `${Math.round(count / 1000)} k` : `${(count / 1000).toFixed(1)} k`;
}

function ratio(own: Outcome | undefined, other: Outcome | undefined): string {
  if (!isFigure(own) || !isFigure(other)) return '–';
  const times = own.hopsPerSecond / other.hopsPerSecond;
  return times >= 9.95 ? times.toFixed(0) : times.toPrecision(2);
}

const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toLocaleString('en');

/** Every peer on every shape, all packets at once: hops a second, and how many times as many netrun does. */
export async function shapeTable(rounds: number, scale: number): Promise<string> {
  const works: Work[] = all.flatMap((peer) =>
    shapes.map(([shape, packets]) => ({
      peer,
      shape,
      packets: Math.max(1, Math.round((packets * scale) / (slow.has(peer) ? 10 : 1))),
      feed: 'all' as const,
    })),
  );
  const outcomes = await runAll(works, rounds);
  const of = (peer: number, shape: number): Outcome | undefined =>
    outcomes[peer * shapes.length + shape];
  return table(
    ['', ...shapes.flatMap(([shape]) => [shape, 'netrun ÷'])],
    all.map(({ name }, at) => [
      name,
      ...shapes.flatMap((_, shape) => [rate(of(at, shape)), ratio(of(0, shape), of(at, shape))]),
    ]),
  );
}

const fedPeers: readonly Peer[] = [
  netrun,
  kernel,
  interpreted,
  naive,
  logic,
  nodeRed,
  noflo,
  objects,
  columns,
];
const feeds = [1, 100, 'all'] as const;

/** The linear shape with packets one by one, in hundreds and all at once. */
export async function feedTable(rounds: number, packets: number): Promise<string> {
  const works: Work[] = fedPeers.flatMap((peer) =>
    feeds.map((feed) => ({
      peer,
      shape: 'linear' as const,
      packets: slow.has(peer) ? Math.round(packets / 20) : packets,
      feed,
    })),
  );
  const outcomes = await runAll(works, rounds);
  const of = (peer: number, feed: number): Outcome | undefined =>
    outcomes[peer * feeds.length + feed];
  return table(
    ['', ...feeds.flatMap((feed) => [feed === 1 ? 'one by one' : `${feed}`, 'netrun ÷', 'MB'])],
    fedPeers.map(({ name }, at) => [
      name,
      ...feeds.flatMap((_, feed) => {
        const outcome = of(at, feed);
        return [
          rate(outcome),
          ratio(of(0, feed), outcome),
          isFigure(outcome) ? megabytes(outcome.peakBytes) : '–',
        ];
      }),
    ]),
  );
}

/** netrun alone as the graph and the number of packets grow. */
export async function sizeTable(rounds: number, hops: number): Promise<string> {
  const lengths = [10, 100, 1000, 10_000];
  const counts = [10_000, 100_000, 1_000_000].filter((packets) => packets * 3 <= hops * 10);
  const works: Work[] = [
    ...lengths.map((length) => ({
      peer: netrun,
      shape: `chain-${length}` as const,
      packets: Math.max(1, Math.round(hops / length)),
      feed: 'all' as const,
    })),
    ...counts.map((packets) => ({
      peer: netrun,
      shape: 'linear' as const,
      packets,
      feed: 'all' as const,
    })),
  ];
  const outcomes = await runAll(works, rounds);
  return table(
    ['shape', 'packets at once', 'hops/s', 'peak MB'],
    works.map(({ shape, packets }, at) => {
      const outcome = outcomes[at];
      return [
        shape,
        packets.toLocaleString('en'),
        rate(outcome),
        isFigure(outcome) ? megabytes(outcome.peakBytes) : '–',
      ];
    }),
  );
}
