/** A net from a checkpoint: its run made from what was saved, and its history gone on with. */
import { constants, copyFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NetrunError } from '../../errors.ts';
import type { PacketId } from '../../machines/action.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { type MissingPart, RecoveryValueMissing, asError } from '../errors.ts';
import { systemDisk } from '../history/disk.ts';
import { historyUnwritable } from '../history/history-errors.ts';
import { openHistory, repairHistory } from '../history/recorded-history.ts';
import { specHash } from '../history/run-header.ts';
import type { WrittenDefinition } from '../recovery/recovered-source.ts';
import { type LazyFunctions, lazyFunctions } from '../recovery/lazy-functions.ts';
import { assertFunctions } from '../recovery/recovery.ts';
import type { AttemptRecord } from '../replay/attempt-records.ts';
import { placeText } from '../replay/run-state-text.ts';
import { replayedSpec } from '../replay/replayed-spec.ts';
import type { Run, SavedRun } from '../run.ts';
import type { RunParts } from '../run-parts.ts';
import { assertUnused } from '../setup/history-file.ts';
import type { Clock, ResumedClock } from '../time/clock.ts';
import { checkpointFiles, checkpointInvalid } from './checkpoint-folder.ts';
import type { LazyNeeds } from './kept-values.ts';
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

/** The clock of the run, and the time that passes while it is loaded. */
export interface LoadingTime {
  readonly clock: ResumedClock;
  readonly base: Clock;
}

/**
 * Puts lazy values in their places, with the functions that the history leads to; returns what each needs. Throws
 * `RECOVERY_VALUE_MISSING` with all that are not to be had, `CHECKPOINT_INVALID`.
 */
async function settleLazy(
  run: Run,
  { folder }: OpenedCheckpoint,
  packets: readonly PacketId[],
  base: Clock,
): Promise<ReadonlyMap<PacketId, LazyNeeds>> {
  const needs = new Map<PacketId, LazyNeeds>();
  if (packets.length === 0) return needs;
  const file = join(folder, checkpointFiles.history);
  const again = await lazyFunctions(packets, run, openHistory(file), base).catch(
    (error: unknown) => {
      if (!(error instanceof NetrunError) || !unusable.test(error.code)) throw error;
      throw checkpointInvalid(file, '', error.message, error);
    },
  );
  const missing: MissingPart[] = [];
  const ofRecords = new Map<AttemptRecord, LazyNeeds>();
  const lazy = new Set(packets);
  run.values.change((packet, value, isLive) => {
    if (!lazy.has(packet)) return { value };
    const found = again.of(packet);
    if ('value' in found) {
      const { record } = found.maker;
      const known = ofRecords.get(record) ?? needsOf(record, run, again);
      ofRecords.set(record, known);
      needs.set(packet, known);
      return found;
    }
    const place = isLive ? placeText(run.kernel.packet(packet).location) : 'consumed, and kept';
    missing.push({ what: packet, place, reason: `its value ${found.missing}` });
    return { value };
  });
  if (missing.length > 0) throw new RecoveryValueMissing(missing);
  return needs;
}

/** Errors of a history that is not the one of a run. */
const unusable = /^(HISTORY_|NON_DETERMINISM$)/;

function needsOf(record: AttemptRecord, run: Run, { makers }: LazyFunctions): LazyNeeds {
  const inputs = new Map<PacketId, unknown>();
  for (const [packet, recorded] of makers?.inputsOf(record) ?? []) {
    const read = run.readValue(recorded);
    if ('value' in read) inputs.set(packet, read.value);
  }
  return { epoch: record.epoch, inputs };
}

/** Makes the run by `newParts`, fills it, and takes it over. Throws as `Net.loadCheckpoint`. */
export async function loadCheckpoint(
  checkpoint: OpenedCheckpoint,
  { clock, base }: LoadingTime,
  newParts: (saved: SavedRun) => RunParts,
): Promise<RunParts> {
  const { folder, state } = checkpoint;
  const parts = made(checkpoint, newParts);
  const lazy = await settleLazy(parts.run, checkpoint, loadRun(parts.run, checkpoint), base);
  assertFunctions(parts.run);
  clock.goOnFrom(state.now);
  goOnWriting(parts.run, checkpoint, lazy);
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
function goOnWriting(
  run: Run,
  { folder, state }: OpenedCheckpoint,
  lazy: ReadonlyMap<PacketId, LazyNeeds>,
): void {
  const path = run.historyPath;
  if (path === null) {
    if (state.history_file !== undefined)
      run.logs.net.warn(
        `the run was written down in ${state.history_file}, and is in no file from here on: give historyFile`,
      );
    return;
  }
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
  assertUnused(path);
  repairHistory(path);
  run.keepLoaded(lazy);
  run.goOnWriting(end, [], state.now);
}
