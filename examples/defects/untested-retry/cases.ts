/** What the tests of the flow do; fetch.test.ts runs them. */
import { fileURLToPath } from 'node:url';
import { type TestNet, testNet } from 'netrun/testing';

const flow = fileURLToPath(new URL('flow.toml', import.meta.url));

/** The flow with a Fetch that the test answers for. */
function held(): TestNet {
  return testNet(flow, { nodes: { Fetch: 'held' } });
}

/** Both pages come at once; the texts that were fetched. */
export async function fetchesPages(): Promise<readonly unknown[]> {
  const t = held();
  await t.settle();
  await t.epoch('Fetch').succeed('home, sweet home');
  await t.epoch('Fetch').succeed('no news');
  await t.untilBlocked();
  await t.stop();
  return t.sent('Fetch.text');
}

/** The first page fails once, and comes a second later. */
export async function triesAgain(): Promise<readonly unknown[]> {
  const t = held();
  await t.settle();
  await t.epoch('Fetch').fail('no line');
  await t.epoch('Fetch').succeed('no news');
  await t.advance(1000);
  await t.epoch('Fetch').succeed('home, at last');
  await t.untilBlocked();
  await t.stop();
  return t.sent('Fetch.text');
}
