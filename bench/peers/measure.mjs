/**
 * Measures one peer on one shape in a process of its own: `node measure.mjs PEER SHAPE PACKETS FEED`.
 *
 * PEER: a module of this folder, and a variant of it (`netrun:compiled`). FEED: packets put in before each drain (`all` = all of them). Prints one line of JSON:
 * `{ seconds, hops, peakBytes }`. Building is not measured; half a thousand packets warm up first.
 */
import { shapeOf } from './shapes.mjs';

const [peer, shapeName, count, feed] = process.argv.slice(2);
const shape = shapeOf(shapeName);
const packets = Number(count);
const batch = feed === 'all' ? packets : Number(feed);
const [module, variant] = peer.split(':');
const { make } = await import(`./${module}.mjs`);
const flow = await make(shape, variant);

async function run(total) {
  for (let done = 0; done < total; done += batch) {
    const end = Math.min(total, done + batch);
    for (let at = done; at < end; at += 1) flow.put(at);
    await flow.drain();
  }
}

await run(Math.min(packets, Math.max(1, Math.ceil(1500 / shape.hopsPerPacket))));
const before = flow.fired();
const start = process.hrtime.bigint();
await run(packets);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const hops = flow.fired() - before;
if (hops !== packets * shape.hopsPerPacket)
  throw new Error(`${peer} fired ${hops} times, not ${packets * shape.hopsPerPacket}`);
await flow.close?.();
process.stdout.write(
  `${JSON.stringify({ seconds, hops, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`,
);
process.exit(0);
