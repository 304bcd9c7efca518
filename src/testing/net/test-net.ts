/**
 * A net under test: its clock stands still until the test moves it, and its nodes end their epochs when the test says.
 *
 * Owns: how the net is driven (freely, or step by step), what the test has taken over, what was seen.
 * N1 what is awaited here has had all its effects, but for those that wait for the test or the clock. N2 nothing depends
 * on how long anything takes: the same test gives the same history.
 */
import type { Graph } from '../../dsl/graph.ts';
import { nearest } from '../../dsl/nearest-name.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { BlockKind, EpochId, PacketId } from '../../machines/action.ts';
import { nodeAddress } from '../../machines/protocol.ts';
import { asError } from '../../runtime/errors.ts';
import type { HistoryReader } from '../../runtime/history/history.ts';
import { Net } from '../../runtime/net.ts';
import type { RecordSource } from '../../runtime/replay/record-source.ts';
import type { RunParts } from '../../runtime/run-parts.ts';
import type { InjectOptions } from '../../runtime/run-result.ts';
import { LazyValue } from '../../runtime/values/values.ts';
import type { FunctionsTime } from '../time/function-call.ts';
import { FlowClock } from '../time/flow-clock.ts';
import { replaceTime } from '../time/replaced-time.ts';
import { epochsOf } from '../coverage/net-machines.ts';
import { HeldAttempts } from './held-attempts.ts';
import { UnderWay, settled } from './settling.ts';
import { openedEpochs } from './opened-epochs.ts';
import {
  type TestNetOptions,
  type TestStep,
  type TestTimer,
  type WaitingEpoch,
  functionsGiven,
} from './test-net-options.ts';
import { type EpochChoice, TestEpoch, type TestEpochWorld } from './test-epoch.ts';
import { TestRecord } from './test-record.ts';
import { actTheSame } from './test-reexecution.ts';
import { type TestSource, assertOwnSettings, readSource } from './test-source.ts';
import { VisitedStates, statesOf } from './visited-states.ts';
import { TestError, asTold } from '../test-error.ts';

const epochAddressOf = (epoch: EpochId): string => `epoch:${epoch}`;

/** `Node.port` of every output port. */
function outputPorts(graph: Graph): readonly string[] {
  return graph.nodes.flatMap(({ name, outPorts }) =>
    outPorts.map((port) => `${name}.${port.name}`),
  );
}

/** A net whose run can be reached: by the tools of this folder alone. */
class NetUnderTest extends Net {
  get parts(): RunParts {
    return this.made();
  }
}

export class TestNet {
  /** The net itself, for everything that this class does not do. */
  readonly net: Net;
  readonly #net: NetUnderTest;
  readonly #parts: RunParts;
  readonly #clock: FlowClock;
  readonly #record = new TestRecord();
  readonly #visited = new VisitedStates();
  readonly #attempts = new HeldAttempts();
  readonly #underWay: UnderWay;
  readonly #time: FunctionsTime;
  readonly #nodes: NonNullable<TestNetOptions['nodes']>;
  /** What the nodes have without the test, once they are loaded. */
  readonly #own = new Map<string, NodeFunctions>();
  readonly #epochs: TestEpochWorld;
  #loading: Promise<void> | null = null;
  #mode: 'new' | 'free' | 'stepping' = 'new';
  /** What a call of the net has come to meanwhile that is no failure of a node, and was not told yet. */
  #broken: Error | null = null;

  constructor(source: TestSource, options: TestNetOptions = {}) {
    const { nodes = {}, startAtMs = 0, time = 'simulated', ...rest } = options;
    assertOwnSettings(rest);
    const { graph, functions, file } = readSource(source, options.file);
    this.#clock = new FlowClock(startAtMs);
    this.#time = time;
    this.#underWay = new UnderWay({
      clock: this.#clock,
      time,
      onUncaught: (thrown, { node, what }) => {
        const cause = asError(thrown);
        const message = `a timer that ${node} (${what}) had set threw: ${cause.message}`;
        this.#broken ??= new Error(message, { cause });
      },
    });
    this.#nodes = nodes;
    const given = functions.size === 0 ? graph : { graph, functions };
    const where = file === undefined ? {} : { file };
    const callbacks = Object.fromEntries(
      (['errorCallback', 'onDeadLetter'] as const).flatMap((key) => {
        const called = rest[key];
        return called === undefined
          ? []
          : [[key, this.#underWay.watching(called, undefined, () => ['the net', key])]];
      }),
    );
    const clock = this.#clock;
    this.#net = new NetUnderTest(given, { ...rest, ...callbacks, ...where, clock });
    this.net = this.#net;
    if (nodes !== 'held')
      for (const [name, node] of Object.entries(nodes))
        this.#net.setNodeExec(name, functionsGiven(name, node));
    this.#parts = this.#net.parts;
    const { run } = this.#parts;
    run.journal.writeTo(this.#record.sink());
    this.#net.inspect((event) => this.#visited.read(event));
    this.#epochs = {
      record: this.#record,
      attempts: this.#attempts,
      history: run.history,
      node: (name) => this.#definition(name),
      functionsOf: (name) => this.#own.get(name) ?? {},
      call: (who, called, onTimer) => this.#underWay.call(who, called, false, onTimer),
      isHeld: (name) => this.#isHeld(name),
      settle: () => this.settle(),
      standing: () => this.standing(),
    };
  }

  /** Milliseconds since 1970, as the net has them. */
  get now(): number {
    return this.#clock.now();
  }

  /** The first failure since the net was last started or resumed, where `on_error` is not `continue`. */
  get error(): Error | null {
    return this.#parts.run.desk.first;
  }

  /** Everything that happened, oldest first. */
  get history(): HistoryReader {
    return this.#parts.run.history;
  }

  /**
   * The history with all values as a text of JSON lines, the same for the same test on every machine: without the
   * run's id, versions, paths and stacks. It can be written to a file and replayed.
   */
  historyText(): string {
    return `${[...this.#record.lines(this.#parts.run.history)].join('\n')}\n`;
  }

  /** The same as records: what `Replay` and `reexecute` take. */
  recorded(): RecordSource {
    return this.#record.source(this.#parts.run.history);
  }

  /**
   * Runs the functions of all epochs until now once more on what they were given, but for the nodes that are held; how
   * many attempts acted the same. Throws NonDeterminismError at the first that acts otherwise: its function depends on
   * something that no history has.
   */
  async reexecute(): Promise<number> {
    await this.#load();
    const { graph } = this.#net;
    const held = graph.nodes.map(({ name }) => name).filter((name) => this.#isHeld(name));
    return actTheSame({
      recorded: this.recorded(),
      graph,
      functions: this.#own,
      held: new Set(held),
      clock: this.#clock,
      time: this.#time,
    });
  }

  /** A value for an input of the net, as `net.inject`; a net that runs freely does what follows. */
  async inject(port: string, value: unknown, options: InjectOptions = {}): Promise<PacketId> {
    const packet = this.#told(this.#net.inject(port, value, options));
    if (options.wait === true) packet.catch(() => undefined);
    else await packet;
    if (this.#mode === 'free') await this.settle();
    return packet;
  }

  /**
   * Lets everything happen that needs neither the test nor the clock. A net that is not stepped runs freely, and is
   * started first. Throws what starting throws, and `KERNEL_FAILED`.
   */
  settle(): Promise<void> {
    return this.#inItsTime(async () => {
      await this.#load();
      if (this.#mode === 'new') {
        this.#mode = 'free';
        this.#following(this.#net.start());
      }
      await this.#settled();
    });
  }

  /**
   * As `settle`, for a net that is blocked then; also goes on freely where it was stepped. Throws
   * `TEST_NET_NOT_BLOCKED` where it is not, saying what it waits for.
   */
  async untilBlocked(): Promise<BlockKind> {
    if (this.#mode === 'stepping') this.#mode = 'new';
    await this.settle();
    const { state, blocked } = this.#net.status();
    if (state === 'blocked' && blocked !== null) return blocked;
    throw new TestError('TEST_NET_NOT_BLOCKED', `the net is not blocked\n${this.standing()}`, {
      hint:
        state === 'paused'
          ? 'Look at t.error, and go on with resume().'
          : 'End the epochs that wait for the test, or advance the clock.',
    });
  }

  /**
   * Moves packets until none can move, starts every epoch that may start, and lets happen what then happens by itself. From
   * now on nothing moves or starts by itself, until `untilBlocked`.
   */
  step(): Promise<TestStep> {
    return this.#inItsTime(() => this.#step());
  }

  async #step(): Promise<TestStep> {
    await this.#load();
    const { loop } = this.#parts.run;
    if (this.#mode === 'new') await this.#net.runStep({ startEpochs: false });
    this.#mode = 'stepping';
    loop.setMode('moving');
    await loop.when(() => loop.mode === 'held');
    loop.setMode('starting');
    await loop.when(() => loop.mode === 'held');
    const { started } = loop;
    await this.#settled();
    const { blocked } = this.#net.status();
    return { started, blocked: started.length === 0 ? blocked : null };
  }

  /** Moves the clock on, settling before and after each timer that comes due. */
  advance(ms: number): Promise<void> {
    return this.#inItsTime(async () => {
      await this.settle();
      const end = this.#clock.now() + ms;
      for (;;) {
        const { next } = this.#clock;
        const due = next === null || next > end ? end : next;
        await this.#clock.advance(Math.max(0, due - this.#clock.now()));
        await this.settle();
        if (due === end && (this.#clock.next === null || this.#clock.next > end)) return;
      }
    });
  }

  /** Moves the clock on to the next timer; by how many milliseconds. Throws `TEST_NO_TIMER` where none is armed. */
  async advanceToNext(): Promise<number> {
    await this.settle();
    const { nextAwaited: next } = this.#clock;
    if (next === null) {
      throw new TestError('TEST_NO_TIMER', `no timer is armed\n${this.standing()}`, {
        hint: 'Something else has to happen first.',
      });
    }
    const ms = Math.max(0, next - this.#clock.now());
    await this.advance(ms);
    return ms;
  }

  /** The timers that are armed, in the order in which they will fire. */
  timers(): readonly TestTimer[] {
    const now = this.#clock.now();
    const asleep = this.#underWay.asleep.map(({ node, what, wakesAt }) => ({
      key: `sleep:${/^e\d+$/.test(what) ? what : `${node}.${what}`}`,
      due: wakesAt ?? now,
    }));
    return [...this.#parts.run.timers.armed(), ...asleep]
      .sort((one, other) => one.due - other.due)
      .map(({ key, due }) => ({ key, inMs: due - now }));
  }

  /**
   * An epoch that the test has taken over: the oldest of the node that waits for the test, or the one that is
   * chosen. Throws `NODE_UNKNOWN`.
   */
  epoch(node: string, choice?: EpochChoice): TestEpoch;
  epoch(choice: EpochChoice): TestEpoch;
  epoch(nodeOrChoice: string | EpochChoice, choice?: EpochChoice): TestEpoch {
    if (typeof nodeOrChoice !== 'string')
      return new TestEpoch(this.#epochs, { node: null, choice: nodeOrChoice });
    this.#net.startableEpochs(nodeOrChoice);
    return new TestEpoch(this.#epochs, { node: nodeOrChoice, choice: choice ?? null });
  }

  /** The epochs that wait for the test, oldest first; of one node, or of all. Throws `NODE_UNKNOWN`. */
  waiting(node?: string): readonly WaitingEpoch[] {
    if (node !== undefined) this.#net.startableEpochs(node);
    return this.#attempts
      .waiting(node)
      .map(({ node: name, epoch, number }) => ({ node: name, id: epoch, attempt: number }));
  }

  /** The values that left the net by an output, so far and in order. Throws `PORT_NOT_OUTPUT`. */
  outputs(port: string): Promise<readonly unknown[]> {
    return this.#told(this.#net.outputs(port));
  }

  /**
   * The values that epochs have sent by an output port, `Node.port`, so far and in order, whatever has become of them
   * since. In place of a lazy value stands its function's promise or value, made anew. Throws `PORT_NOT_OUTPUT`.
   */
  sent(port: string): readonly unknown[] {
    const [node = '', name = ''] = port.split('.');
    const { run } = this.#parts;
    if (run.nodes.get(node)?.spec.outPorts.some((known) => known.name === name) !== true) {
      const close = nearest(port, outputPorts(this.#net.graph));
      throw new TestError('PORT_NOT_OUTPUT', `${port} is not an output port of a node`, {
        hint: close === undefined ? 'Write it as Node.port.' : `Did you mean ${close}?`,
      });
    }
    const epochs = new Set<string>(openedEpochs(run.history, node));
    const values: unknown[] = [];
    for (const record of run.history.events()) {
      if (record.event !== 'OutputSalvoTriggered' || !epochs.has(record['epoch'] as string))
        continue;
      for (const [from, packet] of record['packets'] as readonly (readonly [string, string])[])
        if (from === name) values.push(this.#value(packet));
    }
    return values;
  }

  /**
   * States that an actor has been in, `gate.throttled`, in the order of its first visits. Addresses are those of
   * `net.actor`, also of epochs that have ended, and `node:A/epoch` for all epochs of a node together. Throws
   * `ACTOR_NOT_FOUND`.
   */
  visited(address: string): readonly string[] {
    return this.#visited.of(this.#actors(address));
  }

  /** All states that an actor could be in. Throws `ACTOR_NOT_FOUND`. */
  statesOf(address: string): readonly string[] {
    const { run } = this.#parts;
    const node = this.#nodeOf(address);
    return statesOf(run.spec, node === null ? address : epochsOf(nodeAddress(node)));
  }

  /** Lets running epochs end and starts no new ones; the net is paused once the test has ended those that run. */
  async pause(reason?: string): Promise<void> {
    await this.settle();
    this.#following(this.#net.pause(reason));
    await this.#settled();
  }

  /** Goes on. Throws `NET_NOT_PAUSED`. */
  async resume(): Promise<void> {
    await this.settle();
    this.#following(this.#net.resume());
    await this.#settled();
  }

  /** Cancels what runs, calls stop functions, and ends the net's life. */
  async stop(): Promise<void> {
    await this.#net.stop();
    this.#underWay.release();
  }

  /** How the net stands, in lines of text: its state, the epochs that run, the timers, what each node waits for. */
  standing(): string {
    const { state, running, startable } = this.#net.status();
    const waiting = this.waiting().map(
      ({ node, id, attempt }) =>
        `  ${id} of ${node} waits for the test${attempt === 0 ? '' : `, attempt ${attempt + 1}`}`,
    );
    const timers = this.timers().map(({ key, inMs }) => `  timer ${key} is due in ${inMs} ms`);
    const counts = `${running} running, ${startable} startable`;
    return [`net ${state}: ${counts}`, ...waiting, ...timers, this.#net.explainBlocked().text].join(
      '\n',
    );
  }

  /** The addresses that an address stands for. Throws `ACTOR_NOT_FOUND`. */
  #actors(address: string): readonly string[] {
    this.statesOf(address);
    const { history, nodes } = this.#parts.run;
    const node = [...nodes.keys()].find((name) => epochsOf(nodeAddress(name)) === address);
    return node === undefined ? [address] : openedEpochs(history, node).map(epochAddressOf);
  }

  /** The node of the epoch with this address; null where it is no epoch's. */
  #nodeOf(address: string): string | null {
    const { history, nodes } = this.#parts.run;
    for (const node of nodes.keys())
      if (openedEpochs(history, node).some((epoch) => epochAddressOf(epoch) === address))
        return node;
    return null;
  }

  #isHeld(name: string): boolean {
    if (this.#nodes === 'held') return true;
    const node = this.#nodes[name];
    return node === 'held' || (node !== undefined && 'held' in node);
  }

  #definition(name: string) {
    const node = this.#net.graph.node(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  #value(packet: string): unknown {
    const stored = this.#record.stored(packet);
    return stored instanceof LazyValue ? stored.make(packet) : stored;
  }

  /** Imports functions that are named by path, and takes over the nodes that the test holds; once. */
  #load(): Promise<void> {
    this.#loading ??= this.#loaded();
    return this.#loading;
  }

  async #loaded(): Promise<void> {
    await this.#net.load();
    for (const { name } of this.#net.graph.nodes) {
      // Nothing is changed by this: the run is given what was imported.
      this.#net.setNodeExec(name, {});
      const own = this.#parts.run.nodes.get(name)?.functions ?? {};
      this.#own.set(name, own);
      const watched = this.#underWay.watched(name, own);
      this.#net.setNodeExec(
        name,
        this.#isHeld(name) ? { ...watched, exec: this.#attempts.exec } : watched,
      );
    }
  }

  /** Meanwhile functions see the time of the test. */
  /** What is refused is told with its hint. */
  async #told<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (thrown) {
      throw asTold(thrown);
    }
  }

  async #inItsTime<T>(work: () => Promise<T>): Promise<T> {
    const putBack = this.#time === 'real' ? null : replaceTime();
    try {
      return await work();
    } finally {
      putBack?.();
    }
  }

  /** Everything that happens by itself has happened. */
  async #settled(): Promise<void> {
    await settled(this.#parts.run, this.#underWay);
    const broken = this.#broken;
    this.#broken = null;
    if (broken !== null) throw broken;
  }

  /** What a promise of the net comes to later: failures of nodes are `error`, all else breaks the test. */
  #following(promise: Promise<unknown>): void {
    promise.catch((thrown: unknown) => {
      const error = asError(thrown);
      if (error !== this.#parts.run.desk.first) this.#broken ??= error;
    });
  }
}

/**
 * A net of its own for one test, under a clock that the test moves.
 *
 * ```ts
 * const t = testNet('flow.toml', { nodes: { Fetch: 'held' } });
 * await t.inject('Fetch.url', 'https://example.org');
 * await t.epoch('Fetch').succeed('a page');
 * await t.untilBlocked();
 * ```
 *
 * The definition's own functions run, but for the nodes that are given here. It writes no files. Throws as `Net` does, and
 * `DEFINITION_UNREADABLE`.
 */
export function testNet(source: TestSource, options: TestNetOptions = {}): TestNet {
  return new TestNet(source, options);
}
