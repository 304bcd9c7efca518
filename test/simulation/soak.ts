/**
 * Simulates random flows until it is stopped, or until something does not hold. Arguments: the flow to begin with;
 * or a flow, a seed and choices, to run just that.
 */
import { simulateFlow, toldFailure } from './simulated-flows.ts';

/** Runs of each flow. */
const seeds = 20;

const [, , first = '1', seed, choices] = process.argv;

if (choices !== undefined) {
  const told = toldFailure(
    Number(first),
    await simulateFlow(Number(first), { seed: Number(seed), choices }),
  );
  console.log(told ?? 'everything holds');
  process.exit(told === null ? 0 : 1);
}

let runs = 0;
for (let flow = Number(first); ; flow++) {
  const result = await simulateFlow(flow, { seeds });
  runs += result.runs;
  const told = toldFailure(flow, result);
  if (told !== null) {
    console.log(told);
    process.exit(1);
  }
  console.log(`flow ${flow}: seeds ${flow} to ${flow + seeds - 1} hold; ${runs} runs so far`);
}
