/**
 * What has happened to every packet, epoch and timer of a run, told event by event, and held against the
 * guarantees while it is told.
 *
 * Owns: where each packet is by its events, and in what order; how far each epoch has come.
 */
import type { Action, EpochId, KernelEvent, Location, PacketId } from '../../machines/action.ts';
import type { AppliedAction } from '../../runtime/drive/journal.ts';
import type { HistoryRecord } from '../../runtime/history/record.ts';
import { eventOf } from '../../runtime/history/record.ts';
import { hold } from './guarantee.ts';

export interface EpochStory {
  readonly id: EpochId;
  readonly node: string;
  condition: string;
  salvo: readonly (readonly [port: string, packet: PacketId])[];
  starts: number;
  attempts: number;
  failures: number;
  /** Times that it was an epoch too many. */
  violations: number;
  /** The final states it came to: one at most, or a guarantee is broken. */
  readonly ends: ('finished' | 'failed' | 'timedOut' | 'cancelled')[];
  /** Number of the action that ended it. */
  endedBy: number | null;
}

const outside: Location = { type: 'OutsideNet' };

/** Places that packets leave in the order they came, and the name of each. */
function queueOf(place: Location): string | null {
  if (place.type === 'Edge') return `${place.from} -> ${place.to}`;
  return place.type === 'InputPort' ? `${place.node}.${place.port}` : null;
}

export const placeText = (place: Location): string => JSON.stringify(place);

export class FlowStory {
  readonly places = new Map<PacketId, Location>();
  readonly ended = new Set<PacketId>();
  readonly epochs = new Map<EpochId, EpochStory>();
  /** Keys of the timers that are armed. */
  readonly armed = new Set<string>();
  readonly packets = { created: 0, consumed: 0, destroyed: 0 };
  /** Dead letters that were retried or discarded. */
  marks = 0;
  /** Copies that were made of a packet in an output port, and are about to leave that port. */
  readonly #copies = new Set<PacketId>();
  readonly #queues = new Map<string, Set<PacketId>>();
  #actions = 0;

  /** An action that was applied or refused just now. Throws GuaranteeBroken. */
  take({ action, answer }: AppliedAction): void {
    this.#actions += 1;
    if (!answer.ok) return;
    for (const event of answer.events) this.#event(event, action.type);
  }

  /** Everything that a history has. Throws GuaranteeBroken. */
  read(records: Iterable<HistoryRecord>): void {
    let type: Action['type'] = 'StartNet';
    for (const record of records) {
      if (record.type === 'action') {
        type = record.action;
        this.#actions += 1;
      } else if (record.type === 'event') this.#event(eventOf(record), type);
    }
  }

  /** An attempt's function is about to be called. Throws GuaranteeBroken. */
  called(epoch: string, attempt: number): void {
    const story = this.epochs.get(epoch as EpochId);
    hold(
      story !== undefined && story.attempts > attempt && story.ends.length === 0,
      'G5',
      () => `attempt ${attempt} of ${epoch} runs, and the history does not have its start`,
    );
  }

  /** Epochs that have not ended, in order. */
  open(): readonly EpochStory[] {
    return [...this.epochs.values()].filter(({ ends }) => ends.length === 0);
  }

  #event(event: KernelEvent, action: Action['type']): void {
    switch (event.event) {
      case 'PacketCreated':
      case 'PacketConsumed':
      case 'PacketDestroyed':
      case 'PacketMoved':
        this.#packet(event, action);
        break;
      case 'TimerSet':
        hold(!this.armed.has(event.key), 'G4', () => `timer ${event.key} is armed twice`);
        this.armed.add(event.key);
        break;
      case 'TimerCleared':
        hold(this.armed.delete(event.key), 'G4', () => `timer ${event.key} was not armed`);
        break;
      case 'DeadLetterMarked':
        this.marks += 1;
        break;
      default:
        this.#epoch(event);
    }
  }

  #packet(
    event: Extract<KernelEvent, { readonly packet: PacketId }>,
    action: Action['type'],
  ): void {
    const { packet } = event;
    const at = this.places.get(packet);
    if (event.event === 'PacketCreated') {
      hold(at === undefined && !this.ended.has(packet), 'G1', () => `${packet} is made twice`);
      this.packets.created += 1;
      if (event.copyOf !== undefined) this.#copies.add(packet);
      this.#put(packet, event.epoch === undefined ? outside : { type: 'Node', epoch: event.epoch });
      return;
    }
    hold(
      at !== undefined && this.#isAt(packet, at, event.from),
      'G1',
      () =>
        `${packet} leaves ${placeText(event.from)}, and is ${at === undefined ? 'nowhere' : `at ${placeText(at)}`}`,
    );
    this.#leave(packet, at, event.event === 'PacketMoved' && action === 'RunNetUntilBlocked');
    if (event.event === 'PacketMoved') {
      this.#put(packet, event.to);
      return;
    }
    this.places.delete(packet);
    this.ended.add(packet);
    this.packets[event.event === 'PacketConsumed' ? 'consumed' : 'destroyed'] += 1;
  }

  #isAt(packet: PacketId, at: Location, from: Location): boolean {
    if (!this.#copies.delete(packet)) return placeText(at) === placeText(from);
    return from.type === 'OutputPort' && 'epoch' in at && at.epoch === from.epoch;
  }

  #put(packet: PacketId, place: Location): void {
    this.places.set(packet, place);
    const name = queueOf(place);
    if (name === null) return;
    const queue = this.#queues.get(name) ?? new Set();
    queue.add(packet);
    this.#queues.set(name, queue);
  }

  #leave(packet: PacketId, place: Location, inOrder: boolean): void {
    const name = queueOf(place);
    const queue = name === null ? undefined : this.#queues.get(name);
    if (queue === undefined) return;
    const [first] = queue;
    hold(
      !inOrder || first === packet,
      'G2',
      () => `${packet} leaves ${name} before ${first}, which came first`,
    );
    queue.delete(packet);
  }

  #epoch(event: KernelEvent): void {
    if (event.event === 'EpochCreated') {
      hold(!this.epochs.has(event.epoch), 'G8', () => `${event.epoch} is opened twice`);
      this.epochs.set(event.epoch, newEpoch(event.epoch, event.node));
      return;
    }
    if (event.event === 'DagViolation') {
      this.#known(event.epochs[1], event.event).violations += 1;
      return;
    }
    if (!('epoch' in event) || event.epoch === undefined || event.event === 'LateResult') return;
    const epoch = this.#known(event.epoch, event.event);
    hold(
      epoch.endedBy === null || epoch.endedBy === this.#actions,
      'G8',
      () => `${event.event} of ${epoch.id}, which had ended before as ${epoch.ends[0]}`,
    );
    this.#progress(epoch, event);
  }

  #progress(epoch: EpochStory, event: KernelEvent): void {
    switch (event.event) {
      case 'InputSalvoTriggered':
        epoch.condition = event.condition;
        epoch.salvo = event.packets;
        break;
      case 'EpochStarted':
        epoch.starts += 1;
        epoch.attempts += 1;
        hold(epoch.starts === 1, 'G8', () => `${epoch.id} is started ${epoch.starts} times`);
        break;
      case 'AttemptStarted':
        epoch.attempts += 1;
        break;
      case 'EpochFailed':
        epoch.failures += 1;
        if (event.final) this.#end(epoch, 'failed');
        break;
      case 'EpochFinished':
        this.#end(epoch, 'finished');
        break;
      case 'EpochTimedOut':
        this.#end(epoch, 'timedOut');
        break;
      case 'EpochCancelled':
        this.#end(epoch, 'cancelled');
        break;
      default:
    }
  }

  #end(epoch: EpochStory, state: EpochStory['ends'][number]): void {
    epoch.ends.push(state);
    epoch.endedBy = this.#actions;
    hold(epoch.ends.length === 1, 'G8', () => `${epoch.id} ends as ${epoch.ends.join(' and as ')}`);
  }

  #known(id: EpochId, event: string): EpochStory {
    const epoch = this.epochs.get(id);
    hold(epoch !== undefined, 'G8', () => `${event} of ${id}, which was never opened`);
    return epoch;
  }
}

function newEpoch(id: EpochId, node: string): EpochStory {
  return {
    id,
    node,
    condition: '',
    salvo: [],
    starts: 0,
    attempts: 0,
    failures: 0,
    violations: 0,
    ends: [],
    endedBy: null,
  };
}
