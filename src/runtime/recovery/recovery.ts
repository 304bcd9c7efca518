/**
 * Goes on with a run whose process is gone, from its history.
 *
 * Y1 nothing in the files changes before everything that is needed has been found. Y2 what was recorded
 * stays as it is: a line that was cut off is no record, events of the last action that are missing are
 * written, and the run goes on after them. Y3 nothing runs before the net is started or resumed, but for the
 * attempts that made lazy values which are needed: these are run again, and nothing follows from them.
 */
import { NetrunError } from '../../errors.ts';
import type { EpochId, PacketId } from '../../machines/action.ts';
import { type RecordedHistory, repairHistory } from '../history/recorded-history.ts';
import type { Run } from '../run.ts';
import type { RunParts } from '../run-parts.ts';
import type { Clock, ResumedClock } from '../time/clock.ts';
import { lazyFunctions } from './lazy-functions.ts';
import { Restoration } from './restoration.ts';
import { lazyNeeds, settleValues } from './value-settlement.ts';
import { counted } from '../counted-noun.ts';

/** An epoch that was running: its function is called again. */
export interface RunAgain {
  readonly epoch: EpochId;
  readonly node: string;
  /** From 0. */
  readonly attempt: number;
}

/** What was found where a run was left, and what was done about it. */
export interface RecoveryNotice {
  /** ULID. */
  readonly run: string;
  /** What was half-written and is cut off; null where everything was whole. */
  readonly repair: string | null;
  /** Actions that the run was put together again from. */
  readonly actions: number;
  /** Events of the last action that had not been written any more, and are now. */
  readonly completed: number;
  readonly runAgain: readonly RunAgain[];
  /** Values that the net had been given from outside, by input port; those of dead letters are not counted. */
  readonly injected: ReadonlyMap<string, number>;
  /** Packets with lazy values whose functions were had again, by running again what had made them. */
  readonly lazy: readonly PacketId[];
  /** Packets of a dead letter whose retry had broken off: they are put back now. */
  readonly putBack: readonly PacketId[];
}

const reason = 'recovered';

function assertAlive(run: Run): void {
  if (run.kernel.net().lifecycle !== 'failed') return;
  throw new NetrunError('RECOVERY_REFUSED', `run ${run.id} failed: nothing can follow on it`, {
    hint: 'netrun replay shows how it came to that. Begin a new run.',
  });
}

/** Throws `RECOVERY_FUNCTION_MISSING` where an epoch was running whose node has no function. */
export function assertFunctions(run: Run): void {
  runningEpochs(run);
}

/** The epochs whose attempts nobody carries out any more; those that wait for their next one are not among them. */
function runningEpochs({ effects }: Run): readonly RunAgain[] {
  const found: RunAgain[] = [];
  const lacking = new Set<string>();
  for (const { id, node, started, attempt, errors } of effects.stories()) {
    if (!started) continue;
    if (node.functions.exec === undefined) lacking.add(node.name);
    else if (errors.length === attempt) found.push({ epoch: id, node: node.name, attempt });
  }
  if (lacking.size === 0) return found;
  const names = [...lacking].join(', ');
  throw new NetrunError(
    'RECOVERY_FUNCTION_MISSING',
    `epochs were running of nodes that have no function now: ${names}`,
    {
      hint: 'Give the functions: Net.recover(path, { functions: { A: … } }), or the flow as graph.',
    },
  );
}

function noticeText({
  repair,
  actions,
  completed,
  runAgain,
  lazy,
  putBack,
}: RecoveryNotice): string {
  const again = runAgain.map(({ epoch, node }) => `${epoch} of ${node}`).join(', ');
  return [
    `recovered from ${counted(actions, 'recorded action')}`,
    ...(repair === null ? [] : [repair]),
    ...(completed === 0
      ? []
      : [
          `${counted(completed, 'event')} of the last action ${completed === 1 ? 'was missing, and is' : 'were missing, and are'} written`,
        ]),
    ...(runAgain.length === 0 ? [] : [`to be run again: ${again}`]),
    ...(lazy.length === 0
      ? []
      : [`functions of ${counted(lazy.length, 'lazy value')} were had again`]),
    ...(putBack.length === 0 ? [] : [`put back from a dead letter: ${putBack.join(', ')}`]),
  ].join('; ');
}

/**
 * Brings a run that has just been made to where its history ends; it is paused then, or as it was before
 * its start where it was never started. Throws NonDeterminismError, `RECOVERY_REFUSED`,
 * `RECOVERY_VALUE_MISSING`, `RECOVERY_FUNCTION_MISSING`, `NODE_STOP_FAILED`, and as reading and writing
 * histories do. `base` is the time that passes meanwhile.
 */
export async function recoverRun(
  { run, lifecycle }: RunParts,
  history: RecordedHistory,
  clock: ResumedClock,
  base: Clock,
): Promise<RecoveryNotice> {
  const restoration = new Restoration(run, (recorded) => run.readValue(recorded));
  await restoration.take(history.records(1));
  assertAlive(run);
  const needs = lazyNeeds(run);
  const again = await lazyFunctions(needs, run, restoration.completed(history), base);
  const lazy = needs.filter((packet) => !('missing' in again.of(packet)));
  settleValues(run, again);
  const runAgain = runningEpochs(run);
  for (const { epoch } of runAgain) {
    const story = run.effects.story(epoch);
    if (story === undefined || story.node.options.deferNetActions === true) continue;
    const operations = restoration.operations.of(epoch);
    if (operations.length > 0)
      story.recorded = { operations, values: new Map(story.received ?? []) };
  }
  const repair = history.repair === null ? null : repairHistory(history.path);
  await run.deadLetters.completeRecorded((packet) => again.of(packet), base);
  const { events, at } = restoration.unwritten;
  clock.goOnFrom(restoration.now);
  run.goOnWriting(history.end(), events, at);
  lifecycle.takeOver(reason);
  const putBack = run.deadLetters.finishRetry();
  const notice = {
    run: run.id,
    repair: repair?.notice ?? null,
    actions: restoration.actions,
    completed: events.length,
    runAgain,
    injected: restoration.injected,
    lazy,
    putBack,
  };
  if (notice.repair !== null) run.logs.net.warn(notice.repair);
  run.logs.net.info(noticeText(notice));
  return notice;
}
