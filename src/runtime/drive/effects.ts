/**
 * Follows the kernel's events in the world: values, timers, counts, outputs, and who is to run next.
 *
 * Owns: the stories of live epochs, and the attempts that are to be run. Decides nothing of the flow.
 * X1 events are followed in their order; users' functions are called only after the last event of
 * an action. X2 a story is forgotten with its epoch (G7). X3 an attempt that ended before its turn
 * came is not run.
 */
import type {
  Acceptance,
  Action,
  EpochId,
  KernelEvent,
  Location,
  PacketId,
  SalvoPackets,
} from '../../machines/action.ts';
import { type EpochStory, type RunningAttempt, newStory } from '../epochs/epoch-story.ts';
import { EpochCancelled, EpochTimeout, NetStateError } from '../errors.ts';
import type { Failure } from '../failure/failure-desk.ts';
import type { OutputCollector } from '../values/output-collector.ts';
import type { RunNode } from '../setup/run-node.ts';
import type { Consequences } from './consequences.ts';
import { Queue } from './queue.ts';
import type { NodeQueue, Scheduler } from './scheduler.ts';
import type { EpochOutcome, Tally } from './tally.ts';
import { counterOf } from '../../machines/protocol.ts';
import { CounterTable } from '../../actors/counter-table.ts';
import type { TimerService } from '../time/timer-service.ts';
import type { OutsideData } from '../history/record.ts';
import type { ValueHolds } from '../values/value-holds.ts';
import type { StoredValue, ValueStore } from '../values/values.ts';

export interface EffectsWorld {
  readonly nodes: ReadonlyMap<string, RunNode>;
  readonly values: ValueStore;
  /** Who needs which value that is kept outside of its record; null where none is. */
  readonly holds: ValueHolds | null;
  readonly scheduler: Scheduler;
  readonly timers: TimerService;
  readonly tally: Tally;
  readonly outputs: OutputCollector;
  /** The net was told to stop before any event. */
  readonly isEnding: boolean;
  /** Something happened outside of moving: packets may be able to move. */
  onChange(): void;
  /** An attempt is to be run. */
  onDue(): void;
  /** A packet left this input port. */
  onSlotFreed(node: string, port: string): void;
}

/** An attempt that is to be run, by its number. */
interface Due {
  readonly story: EpochStory;
  readonly attempt: number;
}

/** A node, and where its epochs wait. */
interface OpenedNode {
  readonly node: RunNode;
  readonly queue: NodeQueue;
}

export class Effects {
  readonly #world: EffectsWorld;
  // The parts of it that every hop comes to.
  readonly #values: ValueStore;
  readonly #holds: ValueHolds | null;
  readonly #scheduler: Scheduler;
  readonly #tally: Tally;
  #consequences: Consequences;
  /** By name: what an epoch that opens is put down with. */
  readonly #nodes = new Map<string, OpenedNode>();
  /** By the epochs' counters. */
  readonly #stories = new CounterTable<EpochStory>();
  /** A live one: events of one epoch mostly come together. */
  #lastFound: EpochStory | null = null;
  readonly #due = new Queue<Due>();
  #flowing = false;
  #ending: boolean;
  readonly #failures: (() => void)[] = [];
  /** Packets destroyed in the action being followed. */
  readonly #abandoned: PacketId[] = [];
  /** Epochs that ended in the action being followed: what they held is destroyed by later events. */
  readonly #ended = new Queue<EpochStory>();
  /** Those of them that leave a dead letter. */
  readonly #lettered = new Set<EpochStory>();

  constructor(world: EffectsWorld, consequences: Consequences) {
    this.#world = world;
    this.#values = world.values;
    this.#holds = world.holds;
    this.#scheduler = world.scheduler;
    this.#tally = world.tally;
    for (const [name, node] of world.nodes)
      this.#nodes.set(name, { node, queue: world.scheduler.queueOf(name) });
    this.#ending = world.isEnding;
    this.#consequences = consequences;
  }

  /** From now on these follow; gives back those that followed until now. */
  setConsequences(consequences: Consequences): Consequences {
    const before = this.#consequences;
    this.#consequences = consequences;
    return before;
  }

  /** The net has been started or resumed, and neither paused nor stopped since. */
  get flowing(): boolean {
    return this.#flowing;
  }

  /** The net has been told to stop, or has failed. */
  get ending(): boolean {
    return this.#ending;
  }

  /** The story of a live epoch. */
  story(epoch: EpochId): EpochStory | undefined {
    const last = this.#lastFound;
    if (last !== null && last.id === epoch) return last;
    const story = this.#stories.get(counterOf(epoch, 'e'));
    if (story !== undefined) this.#lastFound = story;
    return story;
  }

  /** In the order of their ids. */
  stories(): readonly EpochStory[] {
    return this.#stories.counters().flatMap((epoch) => this.#stories.get(epoch) ?? []);
  }

  /** Takes the epoch whose attempt is to be run now; an attempt that is over by now is not. */
  takeDue(): EpochStory | undefined {
    for (;;) {
      const due = this.#due.take();
      if (due === undefined) return undefined;
      if (this.#isToRun(due)) return due.story;
    }
  }

  /** Epochs whose attempts are to be run, in order. */
  *dueEpochs(): IterableIterator<EpochId> {
    for (const due of this.#due.list()) if (this.#isToRun(due)) yield due.story.id;
  }

  /** An epoch that lived before this process did: as its events would have made it. */
  adopt(story: EpochStory): void {
    this.#stories.set(story.order, story);
    if (!story.started) this.#scheduler.add(story, this.#scheduler.queueOf(story.node.name));
  }

  /** The attempt that the epoch is at is to be run. */
  adoptDue(epoch: EpochId): void {
    this.#toRun(this.#known(epoch));
  }

  /** Forgets attempts that are over before their turn came. */
  forgetOverdue(): void {
    this.#due.filter((due) => this.#isToRun(due));
  }

  follow(
    action: Action,
    answer: Acceptance,
    made: readonly StoredValue[],
    recorded?: OutsideData['values'],
  ): void {
    this.#store(action, answer, made, recorded);
    for (const event of answer.events) this.#event(event);
    if (this.#ended.size > 0) this.#forgetEnded();
    if (this.#abandoned.length > 0) {
      const abandoned = this.#abandoned.splice(0);
      if (this.#failures.length === 0) this.#consequences.dropped(action, abandoned);
    }
    if (this.#failures.length > 0) for (const failure of this.#failures.splice(0)) failure();
    if (answer.events.length > 0 && this.#mayLetMove(action)) this.#world.onChange();
  }

  #forgetEnded(): void {
    for (let story = this.#ended.take(); story !== undefined; story = this.#ended.take()) {
      this.#stories.delete(story.order);
      if (this.#lastFound === story) this.#lastFound = null;
      if (!this.#lettered.has(story)) this.#holds?.epochDone(story.id);
    }
    if (this.#lettered.size > 0) this.#lettered.clear();
  }

  /** What an epoch does within itself lets no packet move, nor does a start that makes room for no other epoch. */
  #mayLetMove(action: Action): boolean {
    switch (action.type) {
      case 'CommitEpoch':
        return true;
      case 'RunNetUntilBlocked':
      case 'ConsumePacket':
      case 'LoadPacketIntoOutputPort':
      case 'Record':
      case 'RecordLateResult':
      case 'RecordDeadLetter':
        return false;
      case 'CreatePacket':
        return action.epoch === undefined;
      case 'StartEpoch':
        return this.#known(action.epoch).node.spec.rules.maxPendingEpochs !== null;
      default:
        return true;
    }
  }

  /** What was made has the values given. */
  #store(
    action: Action,
    answer: Acceptance,
    made: readonly StoredValue[],
    recorded: OutsideData['values'],
  ): void {
    const { packet, packets } = answer;
    if (packet === undefined && packets === undefined) return;
    const maker = 'epoch' in action ? action.epoch : undefined;
    if (packet !== undefined) this.#values.put(packet, made[0], recorded?.[0], maker);
    if (packets === undefined) return;
    for (let at = 0; at < packets.length; at++)
      this.#values.put(packets[at] as PacketId, made[at], recorded?.[at], maker);
  }

  /** Those of every hop come first. */
  #event(event: KernelEvent): void {
    switch (event.event) {
      case 'PacketMoved':
        this.#moved(event.packet, event.from, event.to);
        break;
      case 'PacketCreated':
        this.#tally.packetCreated();
        if (event.copyOf !== undefined) this.#values.copy(event.copyOf, event.packet);
        break;
      case 'PacketConsumed':
        this.#consumed(event.packet, event.from);
        break;
      case 'EpochCreated':
        this.#opened(event.epoch, event.node);
        break;
      case 'InputSalvoTriggered':
        this.#triggered(this.#known(event.epoch), event.condition, event.packets);
        break;
      case 'EpochStarted':
        this.#started(this.#known(event.epoch));
        break;
      case 'EpochFinished':
        this.#finished(this.#known(event.epoch));
        break;
      case 'OutputSalvoTriggered':
        break;
      case 'PacketDestroyed':
        this.#destroyed(event.packet, event.from);
        break;
      default:
        this.#rareEvent(event);
    }
  }

  #rareEvent(event: KernelEvent): void {
    switch (event.event) {
      case 'AttemptStarted': {
        const story = this.#known(event.epoch);
        story.attempt = event.attempt;
        this.#tally.retried(story.node);
        this.#toRun(story);
        break;
      }
      case 'EpochFailed':
        this.#attemptFailed(this.#known(event.epoch), event.final);
        break;
      case 'EpochTimedOut':
        this.#timedOut(this.#known(event.epoch));
        break;
      case 'EpochCancelled':
        this.#cancelled(this.#known(event.epoch), event.reason);
        break;
      case 'DagViolation':
        this.#violated(this.#known(event.epochs[1]), event.epochs[0]);
        break;
      case 'TimerSet':
        this.#world.timers.set(event.key, event.at);
        break;
      case 'TimerCleared':
        this.#world.timers.clear(event.key);
        break;
      case 'NodeRestarting': {
        const { node } = event;
        this.#failures.push(() => this.#consequences.restart(node));
        break;
      }
      default:
        this.#netEvent(event);
    }
  }

  #netEvent(event: KernelEvent): void {
    switch (event.event) {
      case 'NetStarted':
      case 'NetResumed':
        this.#flowing = true;
        break;
      case 'NetPausing':
        this.#flowing = false;
        break;
      case 'NetRecovered':
        this.#flowing = false;
        this.#ending = false;
        break;
      case 'NetStopping':
      case 'NetFailed':
        this.#flowing = false;
        this.#ending = true;
        break;
      case 'NetStopped':
        this.#ending = true;
        this.#world.outputs.wakeAll();
        break;
      default:
    }
  }

  #moved(packet: PacketId, from: Location, to: Location): void {
    switch (from.type) {
      case 'InputPort':
        this.#world.onSlotFreed(from.node, from.port);
        break;
      case 'OutputPort': {
        const story = this.story(from.epoch);
        if (story === undefined) break;
        // An input packet that its epoch sent on: a dead letter still has its value.
        if (isInput(story, packet)) salvage(story, packet, this.#values.stored(packet));
        if (to.type === 'OutsideNet')
          this.#world.outputs.arrived(`${story.node.name}.${from.port}`, packet);
        break;
      }
      case 'OutsideNet':
        this.#world.outputs.gone(packet);
        break;
      default:
    }
  }

  #consumed(packet: PacketId, from: Location): void {
    this.#tally.packetConsumed();
    if (from.type === 'OutsideNet') this.#world.outputs.gone(packet);
    else if (this.#holds !== null && 'epoch' in from) this.#holds.epochTook(from.epoch, packet);
    this.#values.consume(packet);
  }

  #destroyed(packet: PacketId, from: Location): void {
    this.#tally.packetDestroyed();
    if (from.type === 'OutsideNet') this.#world.outputs.gone(packet);
    if (from.type === 'InputPort') this.#world.onSlotFreed(from.node, from.port);
    const story = 'epoch' in from ? this.story(from.epoch) : undefined;
    const value = this.#values.take(packet);
    this.#abandoned.push(packet);
    if (story !== undefined && isInput(story, packet)) salvage(story, packet, value);
  }

  #opened(epoch: EpochId, nodeName: string): void {
    const found = this.#nodes.get(nodeName);
    if (found === undefined) throw new Error(`epoch ${epoch} of unknown node ${nodeName}`);
    const { node, queue } = found;
    const story = newStory(epoch, node);
    this.#stories.set(story.order, story);
    this.#lastFound = story;
    this.#tally.opened(node);
    this.#scheduler.add(story, queue);
  }

  #triggered(story: EpochStory, condition: string, packets: SalvoPackets): void {
    story.condition = condition;
    story.salvo = packets;
    if (this.#holds === null) return;
    for (const [, packet] of packets) this.#holds.epochTook(story.id, packet);
  }

  #started(story: EpochStory): void {
    story.started = true;
    this.#scheduler.remove(story);
    this.#tally.started(story.node);
    this.#toRun(story);
  }

  #attemptFailed(story: EpochStory, final: boolean): void {
    const { thrown } = story;
    story.thrown = null;
    if (isRunning(story))
      story.current.end(new EpochTimeout('ATTEMPT_TIMEOUT', story.node.name, story.id));
    this.#fail({ story, thrown, final, outcome: 'failed' });
    if (final) this.#close(story, 'failed');
  }

  #timedOut(story: EpochStory): void {
    if (isRunning(story))
      story.current.end(new EpochTimeout('EPOCH_TIMEOUT', story.node.name, story.id));
    this.#fail({ story, thrown: null, final: true, outcome: 'timedOut' });
    this.#close(story, 'timedOut');
  }

  #cancelled(story: EpochStory, reason: string): void {
    if (isRunning(story)) story.current.end(new EpochCancelled(story.node.name, story.id, reason));
    if (this.#flowing) this.#consequences.epochDone(story);
    this.#close(story, 'cancelled');
  }

  /** By its own function, whose attempt is over already, or by an action from outside. */
  #finished(story: EpochStory): void {
    if (isRunning(story))
      story.current.end(
        new NetStateError('NET_STATE', `epoch ${story.id} was finished from outside`),
      );
    this.#consequences.epochDone(story);
    this.#close(story, 'finished');
  }

  #fail(failure: Failure): void {
    if (failure.final) this.#leavesLetter(failure.story);
    this.#failures.push(() => this.#consequences.attemptFailed(failure));
  }

  #leavesLetter(story: EpochStory): void {
    if (story.node.options.deadLetterQueue !== false) this.#lettered.add(story);
  }

  #violated(story: EpochStory, first: EpochId): void {
    this.#leavesLetter(story);
    this.#failures.push(() => this.#consequences.violated(story, first));
  }

  #close(story: EpochStory, outcome: EpochOutcome): void {
    story.hasEnded = true;
    this.#ended.put(story);
    this.#scheduler.remove(story);
    this.#tally.ended(story.node, outcome, story.started);
  }

  /** The attempt is to be run, once the `failed` function of the one before is done. */
  #toRun(story: EpochStory): void {
    if (story.node.functions.exec === undefined) return;
    const due: Due = { story, attempt: story.attempt };
    if (story.aftermath === null) this.#enlist(due);
    else this.#enlistAfter(story.aftermath, due);
  }

  #enlistAfter(aftermath: Promise<void>, due: Due): void {
    void aftermath.then(() => this.#enlist(due));
  }

  #enlist(due: Due): void {
    if (!this.#isToRun(due)) return;
    this.#due.put(due);
    this.#world.onDue();
  }

  /** The epoch lives, and the attempt has not failed without having been run. */
  #isToRun({ story, attempt }: Due): boolean {
    return !story.hasEnded && story.errors.length === attempt;
  }

  #known(epoch: EpochId): EpochStory {
    const story = this.story(epoch);
    if (story === undefined) throw new Error(`event of unknown epoch ${epoch}`);
    return story;
  }
}

/** An attempt of the epoch is under way. */
function isRunning(story: EpochStory): story is EpochStory & { readonly current: RunningAttempt } {
  return story.current !== null && !story.current.isOver;
}

/** The epoch took the packet as an input. */
function isInput({ salvo }: EpochStory, packet: PacketId): boolean {
  for (let at = 0; at < salvo.length; at++) if (salvo[at]?.[1] === packet) return true;
  return false;
}

/** Keeps the value of an input packet that the epoch does not have any more. */
function salvage(story: EpochStory, packet: PacketId, value: StoredValue): void {
  (story.salvaged ??= new Map()).set(packet, value);
}
