/** A run as a net has it: what it is made of, how it is driven, what leaves it. */
import { dirname, resolve } from 'node:path';
import type { NetSpec } from '../machines/spec.ts';
import { saveCheckpoint } from './checkpoint/saving.ts';
import { Lifecycle } from './drive/lifecycle.ts';
import type { HeaderRecord } from './history/record.ts';
import { Run, type SavedRun } from './run.ts';
import type { NetOptions } from './setup/net-options.ts';
import type { NodeSetup } from './setup/node-setup.ts';
import type { Clock } from './time/clock.ts';
import { NetOutputs } from './values/net-outputs.ts';

export interface RunParts {
  readonly run: Run;
  readonly lifecycle: Lifecycle;
  readonly outputs: NetOutputs;
}

export interface RunPlan {
  readonly options: NetOptions;
  readonly setup: NodeSetup;
  readonly spec: NetSpec;
  readonly clock: Clock;
  /** The header of the history of a run that another process began; null for a new run. */
  readonly recorded: HeaderRecord | null;
  /** What a checkpoint has of the run; null without one. */
  readonly saved: SavedRun | null;
}

export function runParts({ options, setup, spec, clock, recorded, saved }: RunPlan): RunParts {
  const folder = options.file === undefined ? '.' : dirname(resolve(options.file));
  const run = new Run({
    graph: setup.graph,
    spec,
    nodes: setup.runNodes(spec),
    clock,
    engine: options.engine,
    errorCallback: options.errorCallback ?? null,
    onDeadLetter: options.onDeadLetter ?? null,
    file: options.file,
    folder,
    logLevel: options.logLevel ?? 'info',
    logDestination: options.logDestination ?? null,
    signals: options.handleSignals ?? false,
    recorded,
    saved,
  });
  if (recorded === null) run.beginWriting();
  const lifecycle = new Lifecycle(run);
  const outputs = new NetOutputs({
    journal: run.journal,
    values: run.values,
    outputs: run.outputs,
    isOver: () => lifecycle.isOver,
  });
  const parts = { run, lifecycle, outputs };
  const { checkpointDir } = setup.graph.settings;
  if (checkpointDir !== undefined) {
    const path = resolve(folder, checkpointDir);
    let saved = -1;
    lifecycle.onPaused = () => {
      if (saved === run.history.lastSeq) return;
      saveCheckpoint(path, parts);
      saved = run.history.lastSeq;
    };
  }
  return parts;
}
