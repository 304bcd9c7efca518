/**
 * Prints how many bytes a hop allocates, as JSON: `walk` in chains of 10 and of 1,000 nodes, `queue`
 * with 10 and with 10,000 packets waiting. Run with the collector exposed, and room enough for new
 * objects that it does not run by itself meanwhile.
 */
import { queue, walk } from './hops.ts';

/** Bytes per hop, in small and in large. */
export type Allocation = Record<
  'nodes' | 'waiting',
  { readonly few: number; readonly many: number }
>;

const hops = 100;

function bytesPerHop(hop: () => void, times: number): number {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < times; n++) hop();
  return (process.memoryUsage().heapUsed - before) / times;
}

/** The least of a few tries: what else is allocated meanwhile only adds. */
function least(measure: () => number): number {
  return Math.round(Math.min(...Array.from({ length: 5 }, measure)));
}

if (globalThis.gc === undefined) throw new Error('start with --expose-gc');
// Once beforehand, so that every function has its final form.
for (const { hop } of [walk(1000), queue(300)]) for (let n = 0; n < 300; n++) hop();

/** What a kernel finds out about its machines is found out in its first hops. */
function warm(hop: () => void): () => void {
  for (let n = 0; n < 400; n++) hop();
  return hop;
}

const short = (): number => {
  const { hop, again } = walk(10, 40);
  let bytes = 0;
  for (let packet = 0; packet < hops / 10; packet++) {
    bytes += bytesPerHop(hop, 9) / (hops / 10);
    hop();
    again();
  }
  return bytes;
};
const long = (): number => bytesPerHop(warm(walk(1000).hop), hops - 10);

const allocation: Allocation = {
  nodes: { few: least(short), many: least(long) },
  waiting: {
    few: least(() => bytesPerHop(warm(queue(10).hop), hops)),
    many: least(() => bytesPerHop(warm(queue(10_000).hop), hops)),
  },
};
process.stdout.write(JSON.stringify(allocation));
