/**
 * Brings paths to nets that run, and holds them to what the machines said they would come to.
 *
 * W1 every path has a net of its own. W2 what fails is told as the events until there, which can be pasted into a test.
 */
import { NetrunError } from '../../errors.ts';
import { TestError } from '../test-error.ts';
import type { EpochId } from '../../machines/action.ts';
import { asError } from '../../runtime/errors.ts';
import { type TestEvent, eventsText, play } from '../events/test-event.ts';
import { openedEpochs } from '../net/opened-epochs.ts';
import type { GivenFunctions, TestNetOptions, TestNode } from '../net/test-net-options.ts';
import { TestNet } from '../net/test-net.ts';
import { readSource } from '../net/test-source.ts';
import type { FlowPath, FlowPaths, PathStanding } from './flow-paths.ts';
import { type ActorStanding, type ModelEpoch, standingOf } from './flow-state.ts';

/** A path, after one of its events. */
export interface PathMoment {
  /** Those that have happened, the last of them just now. */
  readonly events: readonly TestEvent[];
  /** No event is left. */
  readonly isEnd: boolean;
}

/** What must hold after each event: throws where it does not. */
export type PathCheck = (t: TestNet, moment: PathMoment) => void | Promise<void>;

export interface TestPathsOptions extends Omit<TestNetOptions, 'nodes' | 'time'> {
  /** Functions for nodes that the paths let `run`, in place of their own. */
  readonly functions?: Readonly<Record<string, GivenFunctions>>;
}

/** The live epochs, by their places. */
function liveEpochs(t: TestNet): ModelEpoch[] {
  const live: ModelEpoch[] = [];
  for (const { name } of t.net.graph.nodes)
    for (const [at, id] of openedEpochs(t.history, name).entries())
      if (isLive(t, id)) live.push({ id, node: name, nth: at + 1 });
  return live.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

function isLive(t: TestNet, id: EpochId): boolean {
  try {
    t.net.epoch(id);
    return true;
  } catch (error) {
    if (error instanceof NetrunError && error.code === 'EPOCH_NOT_FOUND') return false;
    throw error;
  }
}

function standing(t: TestNet): PathStanding {
  const snapshotAt = (address: string) => t.net.actor(address).getSnapshot() as ActorStanding;
  return standingOf(snapshotAt, t.net.graph.toSpec(), liveEpochs(t));
}

/** Lines that one has and the other has not. */
function difference(expected: PathStanding, received: PathStanding): string {
  const missing = expected.filter((line) => !received.includes(line)).map((line) => `  - ${line}`);
  const added = received.filter((line) => !expected.includes(line)).map((line) => `  + ${line}`);
  return [...missing, ...added].join('\n');
}

async function follow(path: FlowPath, t: TestNet, check: PathCheck | undefined): Promise<void> {
  await t.settle();
  for (const [at, event] of path.events.entries()) {
    const events = path.events.slice(0, at + 1);
    try {
      await play(t, [event]);
      const expected = path.standings[at] ?? [];
      const received = standing(t);
      const text = difference(expected, received);
      if (text !== '')
        throw new Error(`the net is not where its machines said it would be\n${text}`);
      await check?.(t, { events, isEnd: at === path.events.length - 1 });
    } catch (thrown) {
      const error = asError(thrown);
      throw new TestError(
        'TEST_PATH_FAILED',
        `a path failed after ${events.length} event${events.length === 1 ? '' : 's'}: ${error.message}\n\n${eventsText(events)}\n\n${t.standing()}`,
        { cause: error, hint: 'Paste the events into a test of their own, and look from there.' },
      );
    }
  }
}

/**
 * Brings every path to a net of its own, in which all nodes are held, and calls `check` after each event. Functions that the
 * paths let `run` come back before the next event: they wait in real time. Resolves with how many events that were. Throws `TEST_PATH_FAILED` for the first path that fails, or by which the net comes to another
 * state than its machines.
 */
export async function testPaths(
  { paths, source }: FlowPaths,
  check?: PathCheck,
  { functions = {}, ...options }: TestPathsOptions = {},
): Promise<number> {
  const { graph } = readSource(source);
  const nodes: Record<string, TestNode> = {};
  for (const { name } of graph.nodes) nodes[name] = 'held';
  for (const [name, own] of Object.entries(functions)) nodes[name] = { held: own };
  let events = 0;
  for (const path of paths) {
    const t = new TestNet(source, { ...options, time: 'real', nodes });
    await follow(path, t, check);
    await t.stop();
    events += path.events.length;
  }
  return events;
}
