/** A net from a checkpoint: its run made from what was saved, and its history gone on with. */
import { constants, copyFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NetrunError } from '../../errors.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { asError } from '../errors.ts';
import { systemDisk } from '../history/disk.ts';
import { historyUnwritable } from '../history/history-errors.ts';
import { openHistory, repairHistory } from '../history/recorded-history.ts';
import { specHash } from '../history/run-header.ts';
import type { WrittenDefinition } from '../recovery/recovered-source.ts';
import { assertFunctions } from '../recovery/recovery.ts';
import { replayedSpec } from '../replay/replayed-spec.ts';
import type { Run, SavedRun } from '../run.ts';
import type { RunParts } from '../run-parts.ts';
import type { ResumedClock } from '../time/clock.ts';
import { checkpointFiles, checkpointInvalid } from './checkpoint-folder.ts';
import { type OpenedCheckpoint, historyStart, loadRun } from './loading.ts';

export function writtenBeside({ definition, folder, state }: OpenedCheckpoint): WrittenDefinition {
  const file = join(folder, checkpointFiles.definition);
  return {
    text: definition,
    file: state.file ?? undefined,
    absent: () => checkpointInvalid(file, '', 'it is not there: give the net as the option graph'),
    invalid: (cause) => checkpointInvalid(file, '', asError(cause).message, cause),
  };
}

/** Throws `HISTORY_OTHER_DEFINITION` for a graph that is not the one of the checkpoint, `CHECKPOINT_INVALID` for a definition that is not. */
export function assertSameNet(
  { folder, state, header }: OpenedCheckpoint,
  spec: NetSpec,
  isGiven: boolean,
): void {
  if (specHash(spec) === state.spec_hash) return;
  const file = join(folder, checkpointFiles.definition);
  if (!isGiven)
    throw checkpointInvalid(file, '', 'it is not the definition of the net that was saved');
  replayedSpec(header, spec);
  throw checkpointInvalid(join(folder, checkpointFiles.state), 'spec_hash', 'it is of another net');
}

/** Makes the run by `newParts`, fills it, and takes it over. Throws as `Net.loadCheckpoint`. */
export function loadCheckpoint(
  checkpoint: OpenedCheckpoint,
  clock: ResumedClock,
  newParts: (saved: SavedRun) => RunParts,
): RunParts {
  const { folder, state } = checkpoint;
  const parts = made(checkpoint, newParts);
  loadRun(parts.run, checkpoint);
  assertFunctions(parts.run);
  clock.goOnFrom(state.now);
  goOnWriting(parts.run, checkpoint);
  parts.lifecycle.takeOver(`loaded from ${folder}`);
  return parts;
}

function made(checkpoint: OpenedCheckpoint, newParts: (saved: SavedRun) => RunParts): RunParts {
  const { folder, state } = checkpoint;
  try {
    return newParts({ snapshot: state.kernel, before: historyStart(checkpoint) });
  } catch (error) {
    if (!(error instanceof NetrunError) || error.code !== 'SNAPSHOT_INVALID') throw error;
    throw checkpointInvalid(join(folder, checkpointFiles.state), 'kernel', error.message, error);
  }
}

/** The file goes on where it ends with the checkpoint; where there is none, it begins as the checkpoint's. */
function goOnWriting(run: Run, { folder, state }: OpenedCheckpoint): void {
  const path = run.historyPath;
  if (path === null) return;
  if (!existsSync(path)) {
    try {
      systemDisk.makeFolder(dirname(path));
      copyFileSync(join(folder, checkpointFiles.history), path, constants.COPYFILE_EXCL);
    } catch (error) {
      throw historyUnwritable(path, error);
    }
  }
  const end = openHistory(path).end();
  if (end.header.run !== state.run || end.nextSeq !== state.seq + 1) {
    throw new NetrunError(
      'HISTORY_FILE_EXISTS',
      `${path} has a history that does not end where the checkpoint ${folder} was saved`,
      { hint: 'Name another historyFile; or go on from that history, with Net.recover.' },
    );
  }
  repairHistory(path);
  run.keepLoaded();
  run.goOnWriting(end, [], state.now);
}
