/**
 * Puts a net together again from a checkpoint.
 *
 * Q1 what is read is checked before anything is made of it, and no code of the files' making is run. Q2 no
 * more than one packet's value and one record is read at a time.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NetrunError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import type { Answer, EpochId, PacketId } from '../../machines/action.ts';
import { newStory } from '../epochs/epoch-story.ts';
import { asError } from '../errors.ts';
import { fileLines } from '../history/file-lines.ts';
import { RecordUnreadable, parseRecord } from '../history/record-line.ts';
import {
  type ActionRecord,
  type EventRecord,
  type HeaderRecord,
  type HistoryRecord,
  actionOf,
  eventOf,
} from '../history/record.ts';
import { UnreadValue } from '../recovery/unread-value.ts';
import type { Run } from '../run.ts';
import { ValueDecoder, ValueUnreadable } from '../values/value-decoding.ts';
import { checkpointFiles, checkpointInvalid, findCheckpoint } from './checkpoint-folder.ts';
import { type SavedState, readState } from './saved-state.ts';
import { packetsHeader } from './saving.ts';

/** A checkpoint that has been opened: what has to be known before a net is made for it. */
export interface OpenedCheckpoint {
  readonly folder: string;
  readonly state: SavedState;
  /** The definition in TOML; undefined where it has none. */
  readonly definition: string | undefined;
  /** The header of its history. */
  readonly header: HeaderRecord;
}

/** Its lines, each with its number from 1. Throws `CHECKPOINT_INVALID`. */
function* linesOf(file: string): Generator<readonly [line: number, text: string]> {
  let line = 0;
  try {
    for (const { text, garbled, ended } of fileLines(file, { maxBytes: limits.historyLineBytes })) {
      line += 1;
      const place = `line ${line}`;
      if (text === null)
        throw checkpointInvalid(file, place, `it is longer than ${limits.historyLineBytes} bytes`);
      if (garbled) throw checkpointInvalid(file, place, 'it is no text in UTF-8');
      if (!ended) throw checkpointInvalid(file, place, 'it breaks off');
      yield [line, text];
    }
  } catch (cause) {
    if (cause instanceof NetrunError) throw cause;
    throw checkpointInvalid(file, '', `it cannot be read: ${asError(cause).message}`, cause);
  }
}

/** The records of its history, the header first. Throws `CHECKPOINT_INVALID`. */
function* recordsOf(file: string): Generator<HistoryRecord> {
  let format = 0;
  for (const [line, text] of linesOf(file)) {
    const place = `line ${line}`;
    let record: HistoryRecord;
    try {
      record = line === 1 ? parseRecord(text) : parseRecord(text, format);
    } catch (error) {
      if (!(error instanceof RecordUnreadable)) throw error;
      throw checkpointInvalid(file, place, error.message);
    }
    if ((line === 1) !== (record.type === 'header'))
      throw checkpointInvalid(file, place, 'a header is its first line, and no other');
    if (record.type === 'header') ({ format } = JSON.parse(text) as { format: number });
    yield record;
  }
}

function headerOf(file: string): HeaderRecord {
  for (const record of recordsOf(file)) if (record.type === 'header') return record;
  throw checkpointInvalid(file, '', 'it is empty');
}

function definitionOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { size } = statSync(file);
    if (size > limits.definitionBytes)
      throw new Error(`it is larger than ${limits.definitionBytes} bytes`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw checkpointInvalid(file, '', asError(cause).message, cause);
  }
}

/** Throws `CHECKPOINT_INVALID`. */
export function openCheckpoint(path: string): OpenedCheckpoint {
  const folder = findCheckpoint(path);
  const state = readState(folder);
  const history = join(folder, checkpointFiles.history);
  const header = headerOf(history);
  if (header.run !== state.run)
    throw checkpointInvalid(history, 'line 1', `it is of run ${header.run}, not of ${state.run}`);
  const definition = definitionOf(join(folder, checkpointFiles.definition));
  return { folder, state, definition, header };
}

class Loading {
  /** Packets whose values are lazy. */
  readonly lazy: PacketId[] = [];
  readonly #run: Run;
  readonly #state: SavedState;
  readonly #folder: string;

  constructor(run: Run, { state, folder }: OpenedCheckpoint) {
    this.#run = run;
    this.#state = state;
    this.#folder = folder;
  }

  packets(): void {
    const file = join(this.#folder, checkpointFiles.packets);
    const { values, kernel } = this.#run;
    let count = 0;
    for (const [line, text] of linesOf(file)) {
      const place = `line ${line}`;
      if (line === 1) {
        if (text !== packetsHeader) throw checkpointInvalid(file, place, 'it is no header');
        continue;
      }
      count += 1;
      const { packet, isKept, value } = packetOf(file, place, text);
      if (value instanceof UnreadValue) this.lazy.push(packet);
      if (isKept) values.putKept(packet, value);
      else {
        this.#known(file, place, () => kernel.packet(packet));
        values.put(packet, value);
      }
    }
    if (count !== this.#state.packets) {
      const why = `it has the values of ${count} packets, and should have ${this.#state.packets}`;
      throw checkpointInvalid(file, '', why);
    }
  }

  epochs(): void {
    const { kernel, effects, nodes } = this.#run;
    const extras = new Map(this.#state.epochs.map((saved, at) => [saved.epoch, { saved, at }]));
    for (const id of liveEpochs(this.#state.kernel)) {
      const { node, state, inSalvo } = kernel.epoch(id);
      const runNode = nodes.get(node);
      if (runNode === undefined) throw this.#wrong('kernel', `epoch ${id} is of no node`);
      const story = newStory(id, runNode);
      story.condition = inSalvo.condition;
      story.salvo = inSalvo.packets;
      story.started = state === 'running';
      const extra = extras.get(id);
      if ((extra === undefined) === story.started)
        throw this.#wrong('epochs', `what is known of ${id} does not fit its state`);
      if (extra !== undefined) {
        const { saved, at } = extra;
        story.attempt = saved.attempt;
        story.failedAt.push(...saved.failed_at);
        for (const error of saved.errors)
          story.errors.push(asError(this.#value(error, `epochs.${at}.errors`)));
        if (story.errors.length !== story.failedAt.length)
          throw this.#wrong(`epochs.${at}`, 'each error has its time');
        story.received = this.#values(saved.received, `epochs.${at}.received`);
        story.salvaged = this.#values(saved.salvaged, `epochs.${at}.salvaged`);
      }
      extras.delete(id);
      effects.adopt(story);
    }
    const [unknown] = extras.keys();
    if (unknown !== undefined) throw this.#wrong('epochs', `there is no epoch ${unknown}`);
    for (const epoch of this.#state.due) {
      if (effects.story(epoch)?.started !== true)
        throw this.#wrong('due', `there is no running epoch ${epoch}`);
      effects.adoptDue(epoch);
    }
  }

  rest(): void {
    const { nodes, tally, outputs, timers, deadLetters, kernel } = this.#run;
    const state = this.#state;
    for (const [at, [name, entries]] of state.memory.entries()) {
      const node = nodes.get(name);
      if (node === undefined) throw this.#wrong(`memory.${at}`, `there is no node ${name}`);
      for (const [key, value] of entries) node.memory.set(key, this.#value(value, `memory.${at}`));
    }
    tally.restore({ packets: state.tally.packets, nodes: new Map(state.tally.nodes) });
    for (const [at, [port, packets]] of state.outputs.entries()) {
      for (const packet of packets) {
        const { location } = this.#known(this.#file, `outputs.${at}`, () => kernel.packet(packet));
        if (location.type !== 'OutsideNet' || !outputs.ports.includes(port))
          throw this.#wrong(`outputs.${at}`, `${packet} has not left the net by ${port}`);
        outputs.arrived(port, packet);
      }
    }
    for (const [key, due] of state.timers) timers.set(key, due);
    if (state.timers.length !== kernel.net().timers)
      throw this.#wrong('timers', `${kernel.net().timers} timers are armed`);
    try {
      deadLetters.restoreSaved(state.letters);
    } catch (error) {
      if (!(error instanceof ValueUnreadable)) throw error;
      throw this.#wrong('letters', error.message);
    }
  }

  history(): void {
    const file = join(this.#folder, checkpointFiles.history);
    let action: ActionRecord | null = null;
    let events: EventRecord[] = [];
    let last = 0;
    for (const record of recordsOf(file)) {
      if (record.type === 'header') continue;
      if (record.type === 'event') {
        events.push(record);
      } else {
        if (action !== null) this.#append(file, action, events);
        action = record;
        events = [];
      }
      if (last > 0 && record.seq !== last + 1)
        throw checkpointInvalid(file, '', `record ${record.seq} follows on record ${last}`);
      last = record.seq;
    }
    if (action !== null) this.#append(file, action, events);
  }

  /** No kernel says whether they are actions and events of a net: what cannot be kept is none. */
  #append(file: string, action: ActionRecord, events: readonly EventRecord[]): void {
    this.#known(file, `record ${action.seq}`, () => {
      this.#run.history.append(actionOf(action), answerOf(action, events), Date.parse(action.at));
    });
  }

  get #file(): string {
    return join(this.#folder, checkpointFiles.state);
  }

  #wrong(place: string, why: string): NetrunError {
    return checkpointInvalid(this.#file, place, why);
  }

  #known<T>(file: string, place: string, look: () => T): T {
    try {
      return look();
    } catch (error) {
      throw checkpointInvalid(file, place, asError(error).message, error);
    }
  }

  #value(encoded: unknown, place: string): unknown {
    return decoded(this.#file, place, encoded);
  }

  #values(
    pairs: readonly (readonly [PacketId, unknown])[],
    place: string,
  ): Map<PacketId, unknown> | null {
    if (pairs.length === 0) return null;
    return new Map(pairs.map(([packet, value]) => [packet, this.#value(value, place)]));
  }
}

function decoded(file: string, place: string, encoded: unknown): unknown {
  try {
    return new ValueDecoder().decode(encoded);
  } catch (error) {
    if (!(error instanceof ValueUnreadable)) throw error;
    throw checkpointInvalid(file, place, error.message);
  }
}

/** In the place of a lazy value, until its function is there again. */
const lazyValue = new UnreadValue({ lazy: true }, () => ({ missing: 'is lazy' }));

const packetForm = /^p[1-9]\d{0,15}$/;

function packetOf(
  file: string,
  place: string,
  text: string,
): { readonly packet: PacketId; readonly isKept: boolean; readonly value: unknown } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw checkpointInvalid(file, place, 'it is no JSON', cause);
  }
  const { packet, kept, value, lazy } = (document ?? {}) as Readonly<Record<string, unknown>>;
  const id = packet ?? kept;
  if (typeof id !== 'string' || !packetForm.test(id))
    throw checkpointInvalid(file, place, 'it has no packet');
  const isKept = packet === undefined;
  const found = lazy === true ? lazyValue : decoded(file, place, value);
  return { packet: id as PacketId, isKept, value: found };
}

/** The epochs that live in a kernel's snapshot, in order. The kernel has found the snapshot to be one. */
function* liveEpochs(snapshot: unknown): Iterable<EpochId> {
  const { actors } = snapshot as { readonly actors: readonly { readonly address: string }[] };
  for (const { address } of actors)
    if (address.startsWith('epoch:')) yield address.slice('epoch:'.length) as EpochId;
}

function answerOf({ rejected }: ActionRecord, events: readonly EventRecord[]): Answer {
  if (rejected !== undefined) return { ok: false, ...rejected };
  return { ok: true, events: events.map(eventOf) };
}

/** What the history in memory goes on after: all that is not in the checkpoint's. Throws `CHECKPOINT_INVALID`. */
export function historyStart({ folder, state, header }: OpenedCheckpoint): {
  readonly seq: number;
  readonly actions: number;
} {
  if (header.level === 'actions') return { seq: state.seq, actions: state.actions };
  for (const record of recordsOf(join(folder, checkpointFiles.history))) {
    if (record.type === 'header') continue;
    if (record.type === 'action')
      return { seq: record.seq - 1, actions: Number(record.id.slice(1)) - 1 };
    throw checkpointInvalid(join(folder, checkpointFiles.history), 'line 2', 'it is no action');
  }
  return { seq: state.seq, actions: state.actions };
}

/**
 * Fills a run whose kernel was made from the checkpoint; returns the packets whose values are lazy, and still to
 * be had. Throws `CHECKPOINT_INVALID`.
 */
export function loadRun(run: Run, checkpoint: OpenedCheckpoint): readonly PacketId[] {
  run.loop.fallAsleep();
  run.timers.hold();
  const loading = new Loading(run, checkpoint);
  loading.packets();
  loading.epochs();
  loading.rest();
  if (checkpoint.header.level === 'full') loading.history();
  const { seq, actions } = checkpoint.state;
  if (run.history.lastSeq === seq && run.history.actionCount === actions) return loading.lazy;
  const file = join(checkpoint.folder, checkpointFiles.history);
  throw checkpointInvalid(
    file,
    '',
    `it ends at record ${run.history.lastSeq}, and should at ${seq}`,
  );
}
