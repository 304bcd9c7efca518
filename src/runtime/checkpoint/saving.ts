/**
 * Saves a net that stands still: its definition, its state, the values of its packets, its history.
 *
 * Z1 what is saved is one state of the net: nothing else happens while it is collected and written.
 */
import { copyFileSync, openSync, closeSync, fsyncSync } from 'node:fs';
import { join } from 'node:path';
import { NetrunError } from '../../errors.ts';
import type { Graph } from '../../dsl/graph.ts';
import { GraphValidationError } from '../../dsl/errors.ts';
import type { EpochStory } from '../epochs/epoch-story.ts';
import { NetStateError } from '../errors.ts';
import { openHistory } from '../history/recorded-history.ts';
import { recordLine } from '../history/record-line.ts';
import type { HistoryRecord, RecordedValue } from '../history/record.ts';
import { specHash } from '../history/run-header.ts';
import { packageVersion } from '../package-version.ts';
import { LazyMakers, lazySource } from '../recovery/lazy-makers.ts';
import { placeText } from '../replay/run-state-text.ts';
import type { Run } from '../run.ts';
import type { Lifecycle } from '../drive/lifecycle.ts';
import { checkpointFiles, replaceFile, replaceFolder, writeFile } from './checkpoint-folder.ts';
import { type SavedState, checkpointVersion, stateText } from './saved-state.ts';
import type { Encoded } from '../values/value-encoding.ts';
import { WholeValues, fitsLine } from './whole-values.ts';

/** The first line of packets.jsonl. */
export const packetsHeader = '{"format":"netrun-packets","version":1}';

export interface SavableNet {
  readonly run: Run;
  readonly lifecycle: Lifecycle;
}

const savable: ReadonlySet<string> = new Set(['paused', 'blocked', 'stopped']);

/** The definition in TOML; null where it holds what only code can say. */
function definitionText(graph: Graph): string | null {
  try {
    return graph.toToml();
  } catch (error) {
    if (error instanceof NetrunError && error.code === 'NOT_PRINTABLE') return null;
    throw error;
  }
}

/** Throws `NOT_PRINTABLE`, GraphValidationError, `CHECKPOINT_UNWRITABLE`. */
export function saveDefinition(path: string, graph: Graph): void {
  const diagnostics = graph.validate();
  if (diagnostics.length > 0) throw new GraphValidationError(diagnostics);
  replaceFile(path, graph.toToml());
}

function epochsOf(run: Run, values: WholeValues): SavedState['epochs'] {
  const pairs = (story: EpochStory, map: EpochStory['received']) =>
    [...(map ?? [])].map(([packet, value]): SavedState['epochs'][number]['received'][number] => [
      packet,
      values.encode(value, packet, () => `consumed in ${story.id} of node ${story.node.name}`),
    ]);
  const saved: SavedState['epochs'] = [];
  for (const story of run.effects.stories()) {
    if (!story.started) continue;
    const { id, node, attempt, errors } = story;
    if (errors.length === attempt && node.options.deferNetActions !== true)
      values.running(id, node.name);
    const place = () => `an error of ${id} of node ${node.name}`;
    saved.push({
      epoch: id,
      attempt,
      errors: errors.map((error, at) => values.error(error, `attempt ${at}`, place)),
      failed_at: [...story.failedAt],
      received: pairs(story, story.received),
      salvaged: pairs(story, story.salvaged),
    });
  }
  return saved;
}

function memoryOf(run: Run, values: WholeValues): SavedState['memory'] {
  return [...run.nodes.values()]
    .filter(({ memory }) => memory.size > 0)
    .map(({ name, memory }) => [
      name,
      [...memory].map(([key, value]) => [
        key,
        values.encode(value, `the memory ${JSON.stringify(key)}`, () => `node ${name}`),
      ]),
    ]);
}

function packetLines(run: Run, values: WholeValues): string[] {
  const { kernel } = run;
  const lines: string[] = [];
  run.values.each((packet, value, isLive) => {
    const place = () =>
      isLive ? placeText(kernel.packet(packet).location) : 'consumed, and kept to be looked at';
    const form = values.packet(value, packet, place);
    const line = isLive ? { packet, ...form } : { kept: packet, ...form };
    lines.push(`${JSON.stringify(line)}\n`);
  });
  return lines;
}

function stateOf(run: Run, packets: number, values: WholeValues): SavedState {
  const { kernel, history, journal, effects, timers, tally, outputs, deadLetters } = run;
  const counts = tally.counts();
  return {
    format: 'netrun-checkpoint',
    version: checkpointVersion,
    netrun: packageVersion(),
    saved_at: new Date(run.clock.now()).toISOString(),
    run: run.id,
    spec_hash: specHash(run.spec),
    file: history.header.file ?? null,
    ...(journal.path === null ? {} : { history_file: journal.path }),
    seq: history.lastSeq,
    actions: history.actionCount,
    now: run.clock.now(),
    packets,
    kernel: kernel.snapshot(),
    epochs: epochsOf(run, values),
    due: [...effects.dueEpochs()],
    memory: memoryOf(run, values),
    tally: { packets: { ...counts.packets }, nodes: [...counts.nodes] },
    outputs: outputs.ports.map((port) => [port, [...outputs.packets(port)]]),
    timers: timers.armed().map(({ key, due }) => [key, due]),
    letters: deadLetters.saved(),
  };
}

/** The history: its file, where there is one that is not split, for the values that are in it. */
function writeHistory({ history, journal }: Run, path: string, inline: InlineValues): void {
  const file = journal.path;
  if (file !== null) {
    journal.flush();
    const recorded = openHistory(file);
    if (recorded.files.length === 1 && inline.size === 0) {
      copyFileSync(file, path);
      const handle = openSync(path, 'r+');
      try {
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      return;
    }
    writeFile(path, linesOf(withValues(recorded.records(), inline)));
    return;
  }
  writeFile(path, linesOf(history));
}

/** Values that records refer to, by their references: a checkpoint needs no folder. */
type InlineValues = ReadonlyMap<string, RecordedValue>;

function* withValues(
  records: Iterable<HistoryRecord>,
  inline: InlineValues,
): Iterable<HistoryRecord> {
  for (const record of records) {
    if (record.type !== 'action' || record.values === undefined) yield record;
    else {
      const values = record.values.map((value) =>
        'ref' in value ? (inline.get(value.ref) ?? value) : value,
      );
      yield { ...record, values };
    }
  }
}

/**
 * Looks whether the functions of lazy values are to be had again from the history, and notes those that are
 * not; returns the values that the history has to have for it.
 */
function lazyInputs(run: Run, values: WholeValues): InlineValues {
  const inline = new Map<string, RecordedValue>();
  if (values.lazy.length === 0) return inline;
  const { journal, history, texts } = run;
  journal.flush();
  const source = journal.path === null ? history : openHistory(journal.path);
  const makers = new LazyMakers(values.lazy, lazySource(run, source));
  for (const packet of values.lazy) {
    const maker = makers.of(packet);
    if ('missing' in maker) values.lost(packet, maker.missing);
  }
  for (const record of makers.records()) {
    for (const [packet, recorded] of makers.inputsOf(record)) {
      if (!('ref' in recorded)) continue;
      const stored = texts?.get(recorded.ref);
      if (stored === undefined || !('text' in stored)) continue;
      const { text } = stored;
      if (fitsLine(text)) inline.set(recorded.ref, { value: JSON.parse(text) as Encoded });
      else
        values.refuse(
          packet,
          `consumed in ${record.epoch} of node ${record.node}, which made a lazy value`,
          'its value is too large',
        );
    }
  }
  return inline;
}

function* linesOf(records: Iterable<Parameters<typeof recordLine>[0]>): Iterable<string> {
  for (const record of records) yield `${recordLine(record)}\n`;
}

/**
 * Throws `NET_STATE` unless the net is paused, blocked or stopped and nothing that belongs to a failure is
 * under way; `CHECKPOINT_UNSERIALISABLE` with all that cannot be kept; `CHECKPOINT_UNWRITABLE`.
 */
export function saveCheckpoint(path: string, { run, lifecycle }: SavableNet): void {
  const { state } = lifecycle;
  if (!savable.has(state) || !run.desk.idle) {
    const busy = savable.has(state) ? ', and a failure is still being dealt with' : '';
    throw new NetStateError('NET_STATE', `saveCheckpoint(): the net is ${state}${busy}`, {
      hint: 'Await pause(), and save then.',
    });
  }
  const values = new WholeValues();
  const packets = packetLines(run, values);
  const saved = stateOf(run, packets.length, values);
  const inline = lazyInputs(run, values);
  values.assertWhole();
  const definition = definitionText(run.graph);
  replaceFolder(path, (folder) => {
    const file = (name: keyof typeof checkpointFiles) => join(folder, checkpointFiles[name]);
    if (definition !== null) writeFile(file('definition'), [definition]);
    writeFile(file('packets'), [`${packetsHeader}\n`, ...packets]);
    writeHistory(run, file('history'), inline);
    writeFile(file('state'), [stateText(saved)]);
  });
}
