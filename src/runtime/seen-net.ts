/**
 * What can be seen of a net: its outputs, how it stands, its history, values, logs and actors.
 *
 * Changes nothing of the flow, but that outputs can be taken.
 */
import type { AnyActorRef, InspectionEvent, Observer } from 'xstate';
import { NetrunError } from '../errors.ts';
import type { BlockKind, EpochId, PacketId } from '../machines/action.ts';
import type { WaitOptions } from './drive/lifecycle.ts';
import type { ActionWatcher } from './drive/journal.ts';
import { explainBlocked } from './explain/explain-blocked.ts';
import type { BlockExplanation } from './explain/explanation.ts';
import { type PacketTrace, packetTrace } from './explain/packet-trace.ts';
import type { DeadLetterQueue } from './failure/dead-letters.ts';
import type { HistoryReader } from './history/history.ts';
import type { EpochView, PacketView } from './kernel/kernel.ts';
import type { LogLine } from './logs/logs.ts';
import type { RunParts } from './run-parts.ts';
import { stateHash } from './replay/state-hash.ts';
import type { NetStatus } from './run-result.ts';
import type { ValueReader } from './values/values.ts';

export abstract class SeenNet {
  /** The run, made at the first thing that needs one. */
  protected abstract made(): RunParts;
  /** Throws `NODE_UNKNOWN`. */
  protected abstract assertNode(name: string): void;

  /** The values that left by an output port, `Node.port`, so far and in order. Throws `PORT_NOT_OUTPUT`. */
  async outputs(port: string): Promise<readonly unknown[]> {
    return this.made().outputs.values(port);
  }

  /** As `outputs`; the values are collected no more. */
  async takeOutputs(port: string): Promise<readonly unknown[]> {
    return this.made().outputs.take(port);
  }

  /** Takes values as they come; ends when the net has stopped. Throws `PORT_NOT_OUTPUT`. */
  output(port: string): AsyncIterableIterator<unknown> {
    return this.made().outputs.stream(port);
  }

  /** Resolves with the kind of block. Throws `WAIT_TIMEOUT`, and `NET_STATE` where the net is stopped first. */
  whenBlocked(options: WaitOptions = {}): Promise<BlockKind> {
    return this.made().lifecycle.whenBlocked(options);
  }

  status(): NetStatus {
    const { run, lifecycle } = this.made();
    const view = run.kernel.net();
    return {
      state: lifecycle.state,
      activity: view.activity,
      blocked: view.blocked,
      counts: run.tally.counts(),
      running: view.running,
      startable: view.startable,
      timers: view.timers,
      packetsInside: view.inside,
      waitingInputs: run.waiting.size,
    };
  }

  /** `sha256-…` of the whole state: the same as that of a replay of its history until now. */
  stateHash(): string {
    return stateHash(this.made().run.kernel);
  }

  /** Why the net stands still, per node, and what could be done first; as data, and as `text`. */
  explainBlocked(): BlockExplanation {
    const { run, lifecycle } = this.made();
    return explainBlocked({
      spec: run.spec,
      kernel: run.kernel,
      state: lifecycle.state,
      inputs: run.graph.inputs,
      waitingInputs: run.waiting.byPort(),
    });
  }

  /** Every place a packet has been, with its lineage; also of one that has ended. Throws `PACKET_NOT_FOUND`. */
  packetTrace(packet: string): PacketTrace {
    return packetTrace(this.made().run.history, packet as PacketId);
  }

  /** Epochs that wait to be started, in order; of one node, or of all. Throws `NODE_UNKNOWN`. */
  startableEpochs(node?: string): readonly EpochId[] {
    const { kernel } = this.made().run;
    const epochs = kernel.startableEpochs();
    if (node === undefined) return epochs;
    this.assertNode(node);
    return epochs.filter((epoch) => kernel.epoch(epoch).node === node);
  }

  /** A live epoch. Throws `EPOCH_NOT_FOUND`. */
  epoch(id: string): EpochView {
    return this.made().run.kernel.epoch(id as EpochId);
  }

  /** A live packet. Throws `PACKET_NOT_FOUND`. */
  packet(id: string): PacketView {
    return this.made().run.kernel.packet(id as PacketId);
  }

  /** The log lines of a node and of its epochs, oldest first. Throws `NODE_UNKNOWN`. */
  nodeLog(node: string): readonly LogLine[] {
    this.assertNode(node);
    return this.made().run.logs.lines((line) => line.node === node);
  }

  /** The log lines of an epoch, oldest first; also of one that has ended. */
  epochLog(epoch: string): readonly LogLine[] {
    return this.made().run.logs.lines((line) => line.epoch === epoch);
  }

  /** The log lines of the whole net, oldest first. */
  log(): readonly LogLine[] {
    return this.made().run.logs.lines(() => true);
  }

  /** XState's inspection events of every actor. */
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): {
    unsubscribe(): void;
  } {
    return this.made().run.kernel.inspect(observer);
  }

  /** `net`, `node:A`, `node:A/in:x`, `node:A/out:y`, or a live `epoch:e12`. Throws `ACTOR_NOT_FOUND`. */
  actor(address: string): AnyActorRef {
    const actor = this.made().run.kernel.actor(address);
    if (actor !== undefined) return actor;
    throw new NetrunError('ACTOR_NOT_FOUND', `there is no actor ${address}`, {
      hint: 'Addresses are net, node:A, node:A/in:x, node:A/out:y, epoch:e12 while the epoch lives.',
    });
  }

  /**
   * Tells of every action that is applied or refused from now on, once it is written down and before anything follows
   * from it. What the watcher throws fails the net; a function that it returns is called when what follows at once
   * is done. The function that comes back ends it.
   */
  watch(watcher: ActionWatcher): () => void {
    return this.made().run.journal.watch(watcher);
  }

  get history(): HistoryReader {
    return this.made().run.history;
  }

  get values(): ValueReader {
    return this.made().run.values;
  }

  get deadLetters(): DeadLetterQueue {
    return this.made().run.deadLetters;
  }
}
