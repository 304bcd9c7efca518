/**
 * What RunNetUntilBlocked has to do, worked out a second time from the rules alone: which node is
 * evaluated and which edge is served next, and what that leads to.
 *
 * Owns: the order of turns. Where packets are it asks, and tells, the reference model.
 */
import type { Action, KernelEvent, PacketId } from '../../src/machines/action.ts';
import type { NodeSpec } from '../../src/machines/spec.ts';
import type { ReferenceModel } from './reference-model.ts';
import { taken } from './salvo-oracle.ts';

export class FlowOracle {
  readonly #model: ReferenceModel;
  /** A node that opened an epoch, to be evaluated again. */
  #again: string | null = null;
  readonly #marked = new Set<string>();
  #edges: number[] = [];
  /** Edges that are in the worklist, or wait at their port. */
  readonly #listed = new Set<number>();
  readonly #waiting = new Map<string, number[]>();
  readonly #autostart = new Set<string>();
  /** Neither started nor recovered yet. */
  #bare = true;
  /** Nodes whose last evaluation found them at `max_pending_epochs`. */
  readonly #held = new Set<string>();

  constructor(model: ReferenceModel) {
    this.#model = model;
  }

  /** Takes in what an action other than a run made happen; the model knows of it already. */
  follow(action: Action, events: readonly KernelEvent[]): void {
    for (const event of events) this.#follow(event);
    if ((action.type === 'StartNet' || action.type === 'RecoverNet') && this.#bare) {
      this.#bare = false;
      for (const { name, rules } of this.#model.spec.nodes) {
        if (!rules.autostart || this.#model.opened.has(name)) continue;
        this.#autostart.add(name);
        this.#marked.add(name);
      }
    }
    if (action.type === 'CreateEpoch' || action.type === 'CreateAndStartEpoch') {
      this.#autostart.delete(action.node);
      if ((action.salvo ?? []).length > 0) {
        this.#held.delete(action.node);
        this.#marked.add(action.node);
      }
    }
    for (const name of this.#held) {
      if (this.#atCap(name)) continue;
      this.#held.delete(name);
      this.#marked.add(name);
    }
  }

  /** The events of a run of at most `max` moves, and whether it stopped there. */
  run(max: number): { readonly events: readonly KernelEvent[]; readonly stopped: boolean } {
    const events: KernelEvent[] = [];
    this.#model.moving = true;
    let moves = 0;
    let idle = false;
    while (moves < max && !idle) {
      const turn = this.#turn();
      if (turn === null) idle = true;
      else if (turn.length > 0) {
        moves += 1;
        events.push(...turn);
      }
    }
    this.#model.moving = false;
    return { events, stopped: !idle };
  }

  #turn(): KernelEvent[] | null {
    if (this.#again !== null) {
      const node = this.#again;
      this.#again = null;
      return this.#evaluate(node);
    }
    for (const node of this.#marked) {
      this.#marked.delete(node);
      return this.#evaluate(node);
    }
    const edge = this.#edges.shift();
    return edge === undefined ? null : this.#serve(edge);
  }

  #serve(edge: number): KernelEvent[] {
    const from = this.#model.edgePlace(edge);
    const [node = '', port = ''] = from.to.split('.');
    const to = { type: 'InputPort', node, port } as const;
    const packet = this.#model.at(from)[0];
    if (packet === undefined) {
      this.#listed.delete(edge);
      return [];
    }
    const slots = this.#model.node(node).inPorts.find(({ name }) => name === port)?.slots ?? null;
    if (slots !== null && this.#model.at(to).length >= slots) {
      this.#waiting.set(from.to, [...(this.#waiting.get(from.to) ?? []), edge]);
      return [];
    }
    const moved: KernelEvent = { event: 'PacketMoved', packet, from, to };
    this.#model.note(moved);
    if (this.#model.at(from).length > 0) this.#edges.push(edge);
    else this.#listed.delete(edge);
    return [moved, ...this.#evaluate(node)];
  }

  #evaluate(name: string): KernelEvent[] {
    if (this.#held.has(name)) return [];
    if (this.#atCap(name)) {
      this.#held.add(name);
      return [];
    }
    const node = this.#model.node(name);
    if (this.#autostart.has(name)) return this.#open(node, '__autostart__', []);
    const condition = this.#model.firing(node);
    if (condition === undefined) return [];
    const salvo = taken(condition.takes, this.#model.inPortQueues(node)).map(
      ({ port, packet }) => [node.inPorts[port]?.name ?? '', packet] as const,
    );
    return this.#open(node, condition.name, salvo);
  }

  #open(
    node: NodeSpec,
    condition: string,
    packets: readonly (readonly [string, PacketId])[],
  ): KernelEvent[] {
    const epoch = this.#model.nextEpoch;
    const limit = this.#model.limit(node);
    const before = this.#model.lastLegal.get(node.name);
    const events: KernelEvent[] = [
      { event: 'EpochCreated', epoch, node: node.name },
      { event: 'InputSalvoTriggered', epoch, condition, packets },
      ...packets.map(([port, packet]): KernelEvent => ({
        event: 'PacketMoved',
        packet,
        from: { type: 'InputPort', node: node.name, port },
        to: { type: 'Node', epoch },
      })),
    ];
    if (limit !== null && (this.#model.opened.get(node.name) ?? 0) >= limit) {
      events.push(
        { event: 'DagViolation', node: node.name, epochs: [before ?? epoch, epoch] },
        { event: 'EpochCancelled', epoch, reason: '' },
        ...packets.map(([, packet]): KernelEvent => ({
          event: 'PacketDestroyed',
          packet,
          from: { type: 'Node', epoch },
        })),
      );
    }
    for (const event of events) this.#model.note(event);
    for (const [port] of packets) this.#free(`${node.name}.${port}`);
    this.#autostart.delete(node.name);
    // With nothing left at its ports the node is done.
    const drained = this.#model.inPortQueues(node).every((queue) => queue.length === 0);
    this.#again = drained ? null : node.name;
    return events;
  }

  #follow(event: KernelEvent): void {
    if (event.event === 'PacketMoved') {
      const { to } = event;
      if (to.type === 'Edge') this.#list(this.#edgeAt(to.from, to.to));
      if (to.type === 'InputPort') this.#mark(to.node);
    }
    if (!('from' in event)) return;
    const { from } = event;
    if (from.type !== 'InputPort') return;
    this.#free(`${from.node}.${from.port}`);
    this.#mark(from.node);
  }

  #edgeAt(from: string, to: string): number {
    return this.#model.spec.edges.findIndex((_, at) => {
      const place = this.#model.edgePlace(at);
      return place.from === from && place.to === to;
    });
  }

  #list(edge: number): void {
    if (this.#listed.has(edge)) return;
    this.#listed.add(edge);
    this.#edges.push(edge);
  }

  #mark(node: string): void {
    if (!this.#held.has(node)) this.#marked.add(node);
  }

  /** A slot came free: the edges that wait there rejoin, in the order they began to wait. */
  #free(port: string): void {
    this.#edges.push(...(this.#waiting.get(port) ?? []));
    this.#waiting.delete(port);
  }

  #atCap(name: string): boolean {
    const cap = this.#model.node(name).rules.maxPendingEpochs;
    return cap !== null && this.#model.epochsOf(name, 'startable').length >= cap;
  }
}
