/** Runs the functions of a test's nodes once more on what they were given, and holds them to what they did. */
import type { Graph } from '../../dsl/graph.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { RecordSource } from '../../runtime/replay/record-source.ts';
import { reexecute } from '../../runtime/replay/reexecution.ts';
import { FlowClock } from '../time/flow-clock.ts';
import type { FunctionsTime } from '../time/function-call.ts';
import { UnderWay } from './settling.ts';

export interface TestedRun {
  readonly recorded: RecordSource;
  readonly graph: Graph;
  /** By node, those of the test included. */
  readonly functions: ReadonlyMap<string, NodeFunctions>;
  /** Nodes whose epochs the test ended itself: there is no function to be held to it. */
  readonly held: ReadonlySet<string>;
  readonly clock: FlowClock;
  readonly time: FunctionsTime;
}

/** How much later it is when functions are run again: who looks at a clock of the machine sees another second, minute, hour and day. */
const laterMs = 90_061_001;

/** Lets time go on whenever all that is under way waits for it, until it `isOver`. */
async function passTime(
  clock: FlowClock,
  underWay: UnderWay,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await new Promise((done) => {
      setImmediate(done);
    });
    const { nextAwaited: next } = clock;
    if (next !== null && underWay.isQuiet) await clock.advance(Math.max(0, next - clock.now()));
  }
}

/** How many attempts acted the same. Throws NonDeterminismError at the first that did not. */
export async function actTheSame(tested: TestedRun): Promise<number> {
  const { recorded, graph, functions, held, time } = tested;
  const clock = new FlowClock(tested.clock.now() + laterMs);
  const uncaught: unknown[] = [];
  const onUncaught = (thrown: unknown): void => {
    uncaught.push(thrown);
  };
  const underWay = new UnderWay({ clock, time, onUncaught });
  const own: Record<string, NodeFunctions> = {};
  for (const [node, given] of functions) {
    const watched = { ...given, ...underWay.watched(node, given) };
    own[node] = held.has(node) ? { ...watched, exec: () => undefined } : watched;
  }
  const options = { graph, functions: own, clock: tested.clock, onDifference: 'report' as const };
  let isOver = false;
  const passing = passTime(clock, underWay, () => isOver);
  let same = 0;
  try {
    for await (const verdict of reexecute(recorded, options)) {
      if (uncaught.length > 0) throw uncaught[0];
      if (held.has(verdict.node)) continue;
      if ('difference' in verdict) throw verdict.difference;
      if (verdict.outcome === 'same') same += 1;
    }
  } finally {
    isOver = true;
    await passing;
  }
  return same;
}
