/** A program that simulates a few seeds and prints a digest of everything that happened in each, as one line of JSON. */
import { createHash } from 'node:crypto';
import { simulateFlow } from './simulated-flows.ts';
import { simulate } from './simulation.ts';

/** By what was run. */
export type Digests = Readonly<Record<string, string>>;

const nets = [1, 2, 3, 5, 8, 13];
const flows = [1, 2, 3];

export async function digests(): Promise<Digests> {
  const found: Record<string, string> = {};
  for (const seed of nets) {
    const { lines } = await simulate(seed);
    const digest = createHash('sha256').update(lines.join('\n')).digest('hex');
    found[`net ${seed}, ${lines.length} records`] = digest;
  }
  for (const flow of flows) {
    const { digest, runs, actions, crashes } = await simulateFlow(flow, { seeds: 5 });
    found[`flow ${flow}, ${runs} runs, ${actions} actions, ${crashes} crashes`] = digest;
  }
  return found;
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await digests()));
