/**
 * Runs the node functions of a recorded run again, on what they were given then, and says where they act
 * otherwise.
 *
 * N1 attempts are run one by one, in the order of their start. N2 nothing of the run or its files changes.
 */
import { dirname } from 'node:path';
import type { Flow } from '../../dsl/builder.ts';
import { Graph } from '../../dsl/graph.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { HistoryReader } from '../history/history.ts';
import type { HeaderRecord } from '../history/record.ts';
import type { EpochId } from '../../machines/action.ts';
import { ConsoleCapture } from '../logs/console-capture.ts';
import { Logs } from '../logs/logs.ts';
import { type TakeOverOptions, takenOver, writtenIn } from '../recovery/recovered-source.ts';
import { storedTexts } from '../setup/history-file.ts';
import { NodeSetup } from '../setup/node-setup.ts';
import type { RunNode } from '../setup/run-node.ts';
import { SystemClock } from '../time/clock.ts';
import { AttemptRecords } from './attempt-records.ts';
import { type RecordSource, recordSource } from './record-source.ts';
import { Replay } from './replay.ts';
import { RerunServices } from './rerun-services.ts';
import { type AttemptVerdict, type RerunWorld, rerun } from './rerun.ts';

export type ReexecutionOptions = Pick<
  TakeOverOptions,
  'graph' | 'functions' | 'file' | 'clock' | 'logLevel' | 'logDestination'
> & {
  /**
   * What to do where a function acts otherwise: `fail` throws NonDeterminismError at the first, `report` gives
   * the result and goes on. Default: `fail`.
   */
  readonly onDifference?: 'fail' | 'report';
  /** Milliseconds that an attempt is waited for. Default: 10 000. */
  readonly waitMs?: number;
};

export type ReexecutionResult = AttemptVerdict & {
  readonly epoch: EpochId;
  readonly node: string;
  /** From 0. */
  readonly attempt: number;
  /** Number of the record of its start. */
  readonly seq: number;
};

const defaultWaitMs = 10_000;

/**
 * One result per attempt, in the order of their start. Throws NonDeterminismError where the history does not
 * follow from its actions, and at the first difference unless they are reported; `HISTORY_INCOMPLETE`,
 * `HISTORY_INVALID`; `NODE_STOP_FAILED` at the end; and as `Net.load`.
 */
export async function* reexecute(
  history: RecordSource | HistoryReader,
  options: ReexecutionOptions = {},
): AsyncIterableIterator<ReexecutionResult> {
  const source = recordSource(history);
  const { header } = source;
  const given = takenOver(writtenIn(header), takeOverOptions(options));
  const nodes = await loadedNodes(given.source, given.functions, given.options.file);
  const graph = header.definition === undefined ? graphOf(given.source) : undefined;
  const replay = new Replay(source, graph === undefined ? {} : { graph });
  const clock = options.clock ?? new SystemClock();
  const logs = new Logs({
    run: header.run,
    clock,
    level: options.logLevel ?? 'info',
    destination: options.logDestination ?? null,
  });
  const capture = new ConsoleCapture(nodes.values());
  const world: RerunWorld = {
    nodes,
    logs,
    console: capture,
    clock,
    waitMs: options.waitMs ?? defaultWaitMs,
    texts: textsOf(header, graphOf(given.source), options.file),
    seed: header.seed ?? 0,
  };
  const services = new RerunServices(world);
  capture.hold();
  try {
    for (const record of new AttemptRecords(nodes).of(replay.records())) {
      const verdict = (await services.obstacle(record)) ?? (await rerun(record, world)).verdict;
      if (options.onDifference !== 'report' && 'difference' in verdict) throw verdict.difference;
      const { epoch, node, attempt, seq } = record;
      yield { ...verdict, epoch, node, attempt, seq };
    }
  } finally {
    replay.close();
    await services.stop();
    capture.release();
  }
}

function takeOverOptions({ graph, functions, file }: ReexecutionOptions): TakeOverOptions {
  return {
    ...(graph === undefined ? {} : { graph }),
    ...(functions === undefined ? {} : { functions }),
    ...(file === undefined ? {} : { file }),
  };
}

/** The values that stand beside the history, where the settings of the run said. */
function textsOf(
  header: HeaderRecord,
  graph: Graph,
  given: string | undefined,
): RerunWorld['texts'] {
  const { definition, file = given, run } = header;
  const own = definition === undefined ? graph : graphOf(takenOver(writtenIn(header), {}).source);
  return storedTexts(own.settings, file === undefined ? '.' : dirname(file), run);
}

function graphOf(source: Graph | Flow): Graph {
  return source instanceof Graph ? source : source.graph;
}

async function loadedNodes(
  source: Graph | Flow,
  functions: NonNullable<TakeOverOptions['functions']>,
  file: string | undefined,
): Promise<ReadonlyMap<string, RunNode>> {
  const graph = graphOf(source);
  const own: ReadonlyMap<string, NodeFunctions> =
    source instanceof Graph ? new Map() : source.functions;
  const setup = new NodeSetup(graph, own, file);
  for (const [node, given] of Object.entries(functions)) setup.setFunctions(node, given);
  await setup.load();
  return setup.runNodes(graph.toSpec());
}
