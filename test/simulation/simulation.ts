/**
 * One seed, one run: a random net of random nodes, driven at random under simulated time.
 *
 * Everything is drawn from the seed, so that two runs of a seed are the same to the byte. The product's own `simulate`
 * (simulated-flows.ts) has everything go wrong that can by itself; here somebody meddles by hand as well, at any turn.
 */
import type { GraphInput } from '../../src/dsl/definition.ts';
import { Graph } from '../../src/dsl/graph.ts';
import { NetrunError } from '../../src/errors.ts';
import type { Action, EpochId, KernelEvent, PacketId } from '../../src/machines/action.ts';
import { Net } from '../../src/runtime/net.ts';
import { type SimulatedValue, functionsOf } from './behaviour.ts';
import { Draw } from '../../src/testing/simulation/draw.ts';
import { CountingClock } from './counting-clock.ts';
import { randomGraph } from './random-graph.ts';

export interface Simulated {
  readonly seed: number;
  readonly input: GraphInput;
  readonly net: Net;
  /** Alarms that are still set at the end. */
  readonly alarms: number;
  readonly stopped: boolean;
  /** What each packet's value was when an attempt got it; absent: it is made when it is asked for. */
  readonly values: ReadonlyMap<string, SimulatedValue>;
  /** Everything that happened, the run's own id left out. */
  readonly lines: readonly string[];
}

/** Turns of the driver after which a run counts as one that does not end. */
const mostTurns = 3000;
const startMs = 1_700_000_000_000;

class Driver {
  readonly net: Net;
  readonly clock = new CountingClock(startMs);
  readonly values = new Map<string, SimulatedValue>();
  readonly #draw: Draw;
  readonly #graph: Graph;
  readonly #bugs: unknown[] = [];
  #injections: number;
  #meddling: number;
  #number = 0;

  constructor(seed: number, input: GraphInput) {
    this.#draw = new Draw(seed, 'driver');
    this.#injections = this.#draw.integer(3, 15);
    this.#meddling = this.#draw.integer(0, 12);
    this.#graph = new Graph(input);
    const callback = this.#draw.chance(0.3) ? { errorCallback: () => undefined } : {};
    this.net = new Net(this.#graph, { clock: this.clock, logLevel: 'fatal', ...callback });
    for (const node of input.nodes) {
      const functions = functionsOf(node, {
        seed,
        clock: this.clock,
        onAttempt: (_, packets) => {
          for (const { id } of Object.values(packets).flat()) this.#see(id);
        },
      });
      if (functions !== undefined) this.net.setNodeExec(node.name, functions);
    }
  }

  /** Drives the net to its end; says whether it was stopped. */
  async run(): Promise<boolean> {
    const { net } = this;
    const early = this.#draw.integer(0, this.#injections);
    while (this.#injections > early) this.#inject();
    await this.#settle();
    this.#ask(net.start());
    const stopAt = this.#draw.chance(0.3) ? this.#draw.integer(1, 60) : mostTurns;
    for (let turn = 0; ; turn++) {
      if (turn === mostTurns) throw new Error(`no end in sight: ${JSON.stringify(net.status())}`);
      await this.#settle();
      this.#throwBugs();
      if (turn === stopAt) this.#ask(net.stop(this.#draw.chance(0.3) ? { drain: true } : {}));
      if (this.#isOver()) return net.status().state === 'stopped';
      await this.#turn();
    }
  }

  #isOver(): boolean {
    const { state, running, waitingInputs } = this.net.status();
    if (this.clock.next !== null) return false;
    if (state === 'stopped') return true;
    // A net with a value that waits for a slot is not blocked, although nothing can happen.
    const stands =
      state === 'blocked' || (state === 'running' && running === 0 && waitingInputs > 0);
    return stands && this.#injections === 0 && this.#meddling === 0;
  }

  async #turn(): Promise<void> {
    const { net, clock } = this;
    const { state, running } = net.status();
    const over = state === 'stopping' || state === 'stopped';
    if (!over && this.#meddling > 0 && this.#draw.chance(0.4)) {
      this.#meddling -= 1;
      this.#meddle();
    } else if (!over && this.#injections > 0 && this.#draw.chance(0.5)) {
      this.#inject();
    } else if (clock.next !== null) {
      await clock.advance(
        this.#draw.chance(0.2) ? this.#draw.integer(0, 50) : clock.next - clock.now(),
      );
    } else if (state === 'paused') {
      this.#ask(net.resume());
    } else if (running > 0 && !over) {
      this.#endOne();
    } else if (this.#injections > 0) {
      this.#inject();
    } else if (state === 'starting') {
      // A start function hangs, and has no timeout.
      this.#ask(net.stop());
    } else {
      this.#meddling = 0;
    }
  }

  /** An epoch that nothing else ends. */
  #endOne(): void {
    const epoch = [...this.#epochs()].find((id) => this.net.epoch(id).state === 'running');
    if (epoch === undefined) return;
    const type = this.#draw.one(['CancelEpoch', 'TimeOutEpoch'] as const);
    this.#apply({ type, epoch });
  }

  #meddle(): void {
    const { net } = this;
    const epochs = [...this.#epochs()];
    const kind = this.#draw.weighted({
      cancel: 4,
      pause: 2,
      resume: 1,
      destroy: 1,
      move: 1,
      create: 1,
      injectEpoch: 2,
      start: 1,
      retryLetter: 2,
      discardLetter: 1,
      startEpoch: 1,
    });
    const [letter] = net.deadLetters.all();
    switch (kind) {
      case 'cancel':
        if (epochs.length > 0) this.#apply({ type: 'CancelEpoch', epoch: this.#draw.one(epochs) });
        break;
      case 'pause':
        this.#ask(net.pause('for a while'));
        break;
      case 'resume':
        this.#ask(net.resume());
        break;
      case 'start':
        this.#ask(net.start());
        break;
      case 'startEpoch':
        if (epochs.length > 0) this.#apply({ type: 'StartEpoch', epoch: this.#draw.one(epochs) });
        break;
      case 'injectEpoch':
        this.#ask(net.injectEpoch(this.#draw.one(this.#graph.nodes).name));
        break;
      case 'retryLetter':
      case 'discardLetter':
        if (letter === undefined) break;
        this.#try(() => {
          if (kind === 'retryLetter') net.deadLetters.retry(letter.id);
          else net.deadLetters.discard(letter.id);
        });
        break;
      default:
        this.#meddleWithPackets(kind);
    }
  }

  #meddleWithPackets(kind: 'destroy' | 'move' | 'create'): void {
    const packet = this.#draw.one([...livePackets(this.net), 'p0' as const]);
    if (kind === 'create') {
      this.#try(() => this.net.apply({ type: 'CreatePacket' }, this.#value()));
    } else if (kind === 'destroy') {
      this.#apply({ type: 'DestroyPacket', packet });
    } else {
      const node = this.#draw.one(this.#graph.nodes);
      const port = node.inPorts[0]?.name ?? 'none';
      const to = { type: 'InputPort' as const, node: node.name, port };
      this.#apply({ type: 'TransportPacketToLocation', packet, to });
    }
  }

  #inject(): void {
    this.#injections -= 1;
    const { inputs } = this.#graph;
    if (inputs.length === 0) return;
    const wait = this.#draw.chance(0.5);
    this.#ask(this.net.inject(this.#draw.one(inputs), this.#value(), { wait }));
  }

  #value(): SimulatedValue {
    return { of: 'outside', number: this.#number++ };
  }

  /** Notes the value of a packet that an attempt is given. */
  #see(packet: string): void {
    try {
      const value = this.net.values.get(packet);
      if (value instanceof Promise) value.catch(() => undefined);
      else this.values.set(packet, value as SimulatedValue);
    } catch {
      this.values.delete(packet);
    }
  }

  *#epochs(): IterableIterator<EpochId> {
    for (const id of liveEpochs(this.net)) yield id;
  }

  #apply(action: Action): void {
    this.#try(() => this.net.apply(action));
  }

  /** Refusals are part of the game; anything else is a defect. */
  #try(act: () => unknown): void {
    try {
      act();
    } catch (error) {
      this.#judge(error);
    }
  }

  #ask(promise: Promise<unknown>): void {
    promise.catch((error: unknown) => this.#judge(error));
  }

  #judge(error: unknown): void {
    if (!(error instanceof NetrunError) || error.code === 'KERNEL_FAILED') this.#bugs.push(error);
  }

  #throwBugs(): void {
    if (this.#bugs.length > 0) throw this.#bugs[0];
  }

  /** Lets everything happen that needs no time. */
  async #settle(): Promise<void> {
    await this.clock.advance(0);
  }
}

function* eventsOf(net: Net): IterableIterator<KernelEvent> {
  for (const record of net.history.events()) yield record as unknown as KernelEvent;
}

/** Packets that the history tells to be somewhere. */
function livePackets(net: Net): ReadonlySet<PacketId> {
  const live = new Set<PacketId>();
  for (const event of eventsOf(net)) {
    if (event.event === 'PacketCreated') live.add(event.packet);
    if (event.event === 'PacketConsumed' || event.event === 'PacketDestroyed') {
      live.delete(event.packet);
    }
  }
  return live;
}

/** Epochs that the history tells to have been opened and not ended. */
export function liveEpochs(net: Net): ReadonlySet<EpochId> {
  const live = new Set<EpochId>();
  for (const event of eventsOf(net)) {
    if (event.event === 'EpochCreated') live.add(event.epoch);
    if (isEnd(event)) live.delete(event.epoch);
  }
  return live;
}

/** Whether the event is an epoch's last. */
function isEnd(event: KernelEvent): event is KernelEvent & { readonly epoch: EpochId } {
  if (event.event === 'EpochFailed') return event.final;
  return ['EpochFinished', 'EpochTimedOut', 'EpochCancelled'].includes(event.event);
}

/** The first valid graph of the seed: a condition may ask for more packets than its ports hold. */
export function validGraph(seed: number, mostNodes = 8): GraphInput {
  for (let attempt = 0; ; attempt++) {
    const input = randomGraph(new Draw(seed, 'graph', attempt), mostNodes);
    if (new Graph(input).validate().length === 0) return input;
  }
}

/** Runs a seed to its end; `onNet` is told of its net before anything happens to it. */
export async function simulate(
  seed: number,
  onNet: (net: Net) => void = () => undefined,
): Promise<Simulated> {
  const input = validGraph(seed);
  const driver = new Driver(seed, input);
  onNet(driver.net);
  const stopped = await driver.run();
  const { net, values, clock } = driver;
  const [, ...lines] = net.history.lines();
  return { seed, input, net, alarms: clock.alarms, stopped, values, lines };
}
