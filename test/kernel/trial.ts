/**
 * A kernel under random actions, and beside it a second account of the same net: what the one says
 * the other has to say.
 */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { Action, Answer, KernelEvent } from '../../src/machines/action.ts';
import type { NetSpec } from '../../src/machines/spec.ts';
import { type Kernel, createKernel } from '../../src/runtime/kernel/kernel.ts';
import { FlowOracle } from './flow-oracle.ts';
import { type Choice, actionFor } from './random-nets.ts';
import { ReferenceModel } from './reference-model.ts';
import { RulesOracle } from './rules-oracle.ts';

/** The whole state as text. */
export const stateOf = (kernel: Kernel): string => JSON.stringify(kernel.snapshot());
const netEvent = ({ event }: KernelEvent): boolean => event.startsWith('Net');

/** The words of a reason are not the oracle's business. */
const silent = (event: KernelEvent): KernelEvent =>
  event.event === 'EpochCancelled' ? { ...event, reason: '' } : event;

export class Trial {
  readonly kernel: Kernel;
  readonly model: ReferenceModel;
  readonly rules: RulesOracle;
  readonly flow: FlowOracle;
  readonly actions: Action[] = [];
  readonly answers: Answer[] = [];
  #now = 0;
  #before: string;

  constructor(spec: NetSpec) {
    this.kernel = createKernel(spec);
    this.model = new ReferenceModel(spec);
    this.rules = new RulesOracle(this.model);
    this.flow = new FlowOracle(this.model);
    this.#before = stateOf(this.kernel);
  }

  take(choice: Choice): void {
    const action = actionFor(this.model, choice, this.#now + (choice[3] % 40));
    this.actions.push(action);
    const verdict = action.type === 'CommitEpoch' ? undefined : this.rules.verdict(action);
    const answer = this.kernel.apply(action);
    this.answers.push(answer);
    if (verdict !== undefined) {
      strictEqual(answer.ok ? null : answer.code, verdict, JSON.stringify(action));
    }
    if (!answer.ok) {
      strictEqual(stateOf(this.kernel), this.#before, `G3: ${JSON.stringify(action)}`);
      return;
    }
    this.#now = action.now ?? this.#now;
    if (action.type === 'RunNetUntilBlocked') this.#ran(action, answer);
    else {
      this.model.fold(answer.events);
      this.flow.follow(action, answer.events);
      this.rules.follow(action, answer.events);
    }
    this.#before = stateOf(this.kernel);
    this.#agree();
  }

  /** A run does what the rules say, move by move. */
  #ran(action: Action & { type: 'RunNetUntilBlocked' }, answer: Answer & { ok: true }): void {
    const predicted = this.flow.run(action.max ?? Number.POSITIVE_INFINITY);
    const moves = answer.events.filter((event) => !netEvent(event)).map(silent);
    deepStrictEqual(moves, predicted.events);
    this.model.fold([]);
    this.rules.follow(action, answer.events);
    if (answer.more === true) {
      strictEqual(predicted.stopped, true);
      return;
    }
    this.#atRest();
    strictEqual(this.kernel.net().blocked, this.rules.block(action.queued ?? 0));
  }

  /** No packet can move, and no epoch can open. */
  #atRest(): void {
    for (const node of this.model.spec.nodes) {
      const cap = node.rules.maxPendingEpochs;
      const pending = this.model.epochsOf(node.name, 'startable').length;
      if (cap !== null && pending >= cap) continue;
      strictEqual(this.model.firing(node), undefined, `${node.name} has a condition that holds`);
    }
    for (const [at, { to }] of this.model.spec.edges.entries()) {
      const place = this.model.edgePlace(at);
      if (this.model.at(place).length === 0) continue;
      const node = this.model.spec.nodes[to.node];
      const port = node?.inPorts[to.port];
      const waiting = this.model.inPortQueues(this.model.node(node?.name ?? ''))[to.port];
      strictEqual(
        waiting?.length,
        port?.slots,
        `${JSON.stringify(place)} has packets that could move`,
      );
    }
  }

  /** The kernel's views agree with the account (G1, G2). */
  #agree(): void {
    for (const place of this.model.places()) {
      deepStrictEqual(this.kernel.packetsAt(place), this.model.at(place));
    }
    for (const [id, location] of this.model.where) {
      deepStrictEqual(this.kernel.packet(id).location, location);
    }
    for (const { id, node, state } of this.model.epochs.values()) {
      const view = state === 'startable' ? 'startable' : 'running';
      const epoch = this.kernel.epoch(id);
      deepStrictEqual([epoch.id, epoch.node, epoch.state], [id, node, view]);
    }
    deepStrictEqual(this.kernel.startableEpochs(), this.rules.startable);
    const net = this.kernel.net();
    strictEqual(net.lifecycle, this.rules.lifecycle);
    strictEqual(net.running, this.rules.running);
    strictEqual(net.startable, this.rules.startable.length);
    strictEqual(net.timers, this.model.timers.size);
    // While an epoch runs, what ended in it is counted when it ends.
    if (this.rules.running === 0) strictEqual(net.inside, this.model.inside);
    for (const { name } of this.model.spec.nodes) {
      strictEqual(this.kernel.gate(name) === 'open', this.rules.mayStart(name), name);
    }
  }
}
