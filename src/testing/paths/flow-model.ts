/**
 * A flow as one machine: its states are those of its five kinds of machines together, its events what comes from
 * outside: inputs, the ends of epochs, time.
 *
 * Pure: the kernel goes from a state to the next, by the same actions that a run would apply.
 * M1 between two events everything happens that needs neither a test nor the clock, in the order of a run.
 */
import type { NodeDefinition } from '../../dsl/definition.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { Action, BatchOperation, EpochId } from '../../machines/action.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { jitteredWait } from '../../runtime/drive/retry-wait.ts';
import { randomStream } from '../../runtime/epochs/random.ts';
import { type Kernel, createKernel } from '../../runtime/kernel/kernel.ts';
import type { TestEvent } from '../events/test-event.ts';
import { readInspection } from '../microsteps.ts';
import { type TestOutputs, conditionFor } from '../net/test-orders.ts';
import {
  type ActorStanding,
  type Books,
  type FlowState,
  type ModelEpoch,
  follow,
  keyOf,
  standingOf,
} from './flow-state.ts';
import { TestError } from '../test-error.ts';

export interface FlowModelOptions {
  /** Values that may come in, by input and in order, each once. */
  readonly inputs: Readonly<Record<string, readonly unknown[]>>;
  /** What an epoch of a node may send when it succeeds, by node. */
  readonly outcomes: Readonly<Record<string, readonly TestOutputs[]>>;
  /** Nodes whose attempts may fail. */
  readonly failing: ReadonlySet<string>;
  /** Nodes that run their own function in place of sending what `outcomes` has. */
  readonly running: ReadonlySet<string>;
}

/** What a failed attempt of a test leaves in the history. */
const failure = { name: 'Error', message: 'failed by the test' };

/** A kernel that goes from one state to the next, and what is told of it on the way. */
class Passage {
  readonly kernel: Kernel;
  readonly books: Books;
  readonly visited = new Map<string, readonly [string, string]>();
  #injecting = '';

  constructor(spec: NetSpec, from: FlowState | null) {
    this.books =
      from === null
        ? {
            now: 0,
            timers: [],
            epochs: [],
            opened: {},
            ended: {},
            labels: {},
            made: {},
            injected: {},
          }
        : { ...from };
    this.kernel = createKernel(spec, from === null ? {} : { snapshot: from.kernel });
    this.kernel.inspect((event) => {
      const { systemId } = event.actorRef as { systemId?: string };
      readInspection(event, {
        onMachine: () => undefined,
        onTransition: () => undefined,
        onState: (id, path) => {
          const told = [systemId ?? id, path.join('.')] as const;
          this.visited.set(told.join(' '), told);
        },
      });
    });
  }

  /** Throws where the kernel refuses. */
  apply(action: Action, injecting = ''): boolean {
    this.#injecting = injecting;
    const answer = this.kernel.apply({ ...action, now: this.books.now });
    if (!answer.ok) {
      throw new TestError('TEST_EVENT_INVALID', `${action.type}: ${answer.message}`, {
        hint: 'Give outcomes that the nodes can have: values by ports that lead somewhere.',
      });
    }
    for (const event of answer.events) follow(this.books, event, this.#injecting);
    return answer.more === true;
  }

  /** From 0. */
  attemptOf(epoch: EpochId): number {
    const snapshot = this.snapshotAt(`epoch:${epoch}`);
    return snapshot?.context['attempt'] as number;
  }

  snapshotAt(address: string): ActorStanding | undefined {
    return this.kernel.actor(address)?.getSnapshot() as ActorStanding | undefined;
  }

  isRunning(epoch: EpochId): boolean {
    const snapshot = this.kernel.actor(`epoch:${epoch}`)?.getSnapshot() as
      | { matches(state: object): boolean }
      | undefined;
    return snapshot?.matches({ running: 'attempting' }) === true;
  }
}

export class FlowModel {
  readonly spec: NetSpec;
  readonly #graph: Graph;
  readonly #options: FlowModelOptions;

  constructor(graph: Graph, options: FlowModelOptions) {
    this.#graph = graph;
    this.spec = graph.toSpec();
    this.#options = options;
  }

  /** The net has been started, and done what needs nobody. */
  initial(): FlowState {
    const passage = new Passage(this.spec, null);
    passage.apply({ type: 'StartNet', functionless: [] });
    for (const { name } of this.spec.nodes) passage.apply({ type: 'NodeUp', node: name });
    return this.#reached(passage);
  }

  /** What the event leads to. */
  after(state: FlowState, event: TestEvent): FlowState {
    const passage = new Passage(this.spec, state);
    const { books } = passage;
    if ('inject' in event) {
      const port = event.inject;
      passage.apply({ type: 'InjectPacket', port }, port);
      books.injected = { ...books.injected, [port]: (books.injected[port] ?? 0) + 1 };
    } else if ('advance' in event) this.#advance(passage);
    else this.#end(passage, event);
    return this.#reached(passage);
  }

  #advance(passage: Passage): void {
    const { books } = passage;
    const due = books.timers[0]?.due ?? books.now;
    books.now = Math.max(books.now, due);
    for (;;) {
      const [timer] = books.timers;
      if (timer === undefined || timer.due > books.now) return;
      books.timers = books.timers.slice(1);
      passage.apply({ type: 'FireTimer', key: timer.key });
    }
  }

  /** An attempt ends. */
  #end(
    passage: Passage,
    event: Exclude<TestEvent, { inject: string } | { advance: unknown }>,
  ): void {
    const node = 'succeed' in event ? event.succeed : 'run' in event ? event.run : nameOf(event);
    const waiting = passage.books.epochs.filter(
      (epoch) => epoch.node === node && passage.isRunning(epoch.id),
    );
    const epoch =
      event.nth === undefined ? waiting[0] : waiting.find(({ nth }) => nth === event.nth);
    if (epoch === undefined) throw new Error(`no epoch of ${node} runs`);
    if ('fail' in event) this.#fail(passage, epoch);
    else this.#succeed(passage, epoch, 'succeed' in event ? event.sends : undefined);
  }

  #fail(passage: Passage, { id, node }: ModelEpoch): void {
    const attempt = passage.attemptOf(id);
    const spec = this.spec.nodes.find(({ name }) => name === node);
    const { settings } = this.#graph;
    const options = { ...settings.defaults, ...this.#node(node).options };
    const drawn = randomStream(settings.seed ?? 0, id, attempt, 'jitter');
    const isLast = spec === undefined || attempt >= spec.rules.retries;
    const waitMs = isLast ? null : jitteredWait({ spec, options }, attempt, drawn);
    passage.apply({
      type: 'FailAttempt',
      epoch: id,
      error: failure,
      ...(waitMs === null ? {} : { waitMs }),
    });
  }

  #succeed(passage: Passage, { id, node }: ModelEpoch, sends: TestOutputs | undefined): void {
    const outputs = sends ?? this.#options.outcomes[node]?.[0] ?? {};
    const definition = this.#node(node);
    const ports = definition.outPorts
      .map(({ name }) => name)
      .filter((name) => Object.hasOwn(outputs, name));
    const inside = passage.kernel.packetsAt({ type: 'Node', epoch: id });
    const operations: BatchOperation[] = inside.map((packet) => ({
      type: 'ConsumePacket',
      packet,
    }));
    for (const [at, port] of ports.entries()) {
      operations.push({ type: 'CreatePacket' });
      operations.push({ type: 'LoadPacketIntoOutputPort', packet: `#${at}`, port });
    }
    if (ports.length > 0) {
      const condition = conditionFor(definition, ports, undefined);
      operations.push({ type: 'SendOutputSalvo', condition });
    }
    passage.apply({ type: 'CommitEpoch', epoch: id, operations });
  }

  /** Moves, then starts the first epoch that may start, until there is none: the order of a run. */
  #flow(passage: Passage): void {
    const { kernel } = passage;
    for (;;) {
      const { lifecycle } = kernel.net();
      if (lifecycle !== 'running' && lifecycle !== 'starting') return;
      while (passage.apply({ type: 'RunNetUntilBlocked' }));
      const next = this.#nextEpoch(passage);
      if (next === undefined) return;
      passage.apply({ type: 'StartEpoch', epoch: next });
    }
  }

  #nextEpoch({ kernel, books }: Passage): EpochId | undefined {
    const { defaults } = this.#graph.settings;
    const priority = (node: string): number =>
      this.#node(node).options.priority ?? defaults?.priority ?? 0;
    const startable = new Set(kernel.startableEpochs());
    return books.epochs
      .filter(({ id, node }) => startable.has(id) && kernel.gate(node) === 'open')
      .sort((a, b) => priority(b.node) - priority(a.node))[0]?.id;
  }

  #reached(passage: Passage): FlowState {
    this.#flow(passage);
    const { kernel, books, visited } = passage;
    const standing = standingOf((address) => passage.snapshotAt(address), this.spec, books.epochs);
    return {
      ...books,
      kernel: kernel.snapshot(),
      next: this.#possible(passage),
      visited: [...visited.values()],
      standing,
      key: keyOf(kernel, this.spec, books, standing),
    };
  }

  #possible(passage: Passage): TestEvent[] {
    const { kernel, books } = passage;
    const { lifecycle } = kernel.net();
    const { inputs, outcomes, failing, running } = this.#options;
    const events: TestEvent[] = [];
    if (lifecycle === 'running') {
      for (const [port, values] of Object.entries(inputs)) {
        const count = books.injected[port] ?? 0;
        if (count < values.length && this.#hasRoom(kernel, port))
          events.push({ inject: port, value: values[count] });
      }
    }
    const waiting = books.epochs.filter(({ id }) => passage.isRunning(id));
    for (const { node, nth } of waiting) {
      const isAlone = waiting.filter((other) => other.node === node).length === 1;
      const which = isAlone ? {} : { nth };
      if (running.has(node)) events.push({ run: node, ...which });
      else
        for (const sends of outcomes[node] ?? [{}]) {
          const sending = Object.keys(sends).length === 0 ? {} : { sends };
          events.push({ succeed: node, ...which, ...sending });
        }
      if (failing.has(node)) events.push({ fail: node, ...which });
    }
    if (books.timers.length > 0) events.push({ advance: 'next' });
    return events;
  }

  #hasRoom(kernel: Kernel, port: string): boolean {
    const [node = '', name = ''] = port.split('.');
    const spec = this.spec.nodes.find((each) => each.name === node);
    const slots = spec?.inPorts.find((each) => each.name === name)?.slots ?? null;
    return (
      slots === null || kernel.packetsAt({ type: 'InputPort', node, port: name }).length < slots
    );
  }

  #node(name: string): NodeDefinition {
    const node = this.#graph.node(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }
}

function nameOf(event: Extract<TestEvent, { fail: string } | { hang: string }>): string {
  return 'fail' in event ? event.fail : event.hang;
}
