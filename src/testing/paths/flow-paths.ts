/**
 * Ways through a small flow: lists of events that lead to every state that its machines can come to.
 *
 * B1 what is looked at is bounded, and the answer says whether the bound was reached. B2 the same flow and options
 * give the same paths in the same order. B3 a path that the bound of states has cut goes on in one way, to an end.
 */
import { type EventObject, type TransitionSnapshot, fromTransition } from 'xstate';
import { type AdjacencyMap, getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import type { Graph } from '../../dsl/graph.ts';
import { nearest } from '../../dsl/nearest-name.ts';
import { TestError } from '../test-error.ts';
import { nodeAddress } from '../../machines/protocol.ts';
import { type TestEvent, eventText, eventsText } from '../events/test-event.ts';
import { type TestOutputs, assertPorts } from '../net/test-orders.ts';
import { type TestSource, readSource } from '../net/test-source.ts';
import { statesOf } from '../net/visited-states.ts';
import { epochsOf } from '../coverage/net-machines.ts';
import { FlowModel } from './flow-model.ts';
import type { FlowState } from './flow-state.ts';

export interface FlowPathsOptions {
  /** Values that may come in, by input of the net and in this order, each once, at any time. */
  readonly inputs?: Readonly<Record<string, readonly unknown[]>>;
  /**
   * What an epoch of a node may send when it succeeds, by node: one of these, a value by each port named. Default: `Node.port` by
   * every output port.
   */
  readonly outcomes?: Readonly<Record<string, readonly TestOutputs[]>>;
  /** Nodes whose attempts may also fail; `true`: all. Default: none. */
  readonly failures?: boolean | readonly string[];
  /**
   * Nodes whose function runs when an epoch succeeds, in place of sending what `outcomes` has; what it sends must be as
   * the first of these says, but for the values. Default: none.
   */
  readonly run?: readonly string[];
  /**
   * `shortest`: one path to each state. `simple`: every path that comes to no state twice. Those that another path goes
   * on from are left out. Default: `shortest`.
   */
  readonly kind?: 'shortest' | 'simple';
  /**
   * Only as many paths as it takes to come to every state of one actor, `node:A`, `node:A/in:x`, `node:A/out:y`, `net`,
   * or of the epochs of a node, `node:A/epoch`.
   */
  readonly of?: string;
  /**
   * States from which it is looked further in every way, at most; as many again for the ends of the paths that are cut
   * there. A state costs 2 to 5 ms. Default: 500.
   */
  readonly maxStates?: number;
  /** Paths at most. Default: 500. */
  readonly maxPaths?: number;
}

/** How the machines stand after an event, line by line. */
export type PathStanding = readonly string[];

export interface FlowPath {
  readonly events: readonly TestEvent[];
  /** After each event. */
  readonly standings: readonly PathStanding[];
  /** The events as they are written in a test. */
  toString(): string;
}

export interface FlowPaths {
  readonly paths: readonly FlowPath[];
  /** States that were come to. */
  readonly states: number;
  /** False where a bound was reached: there are states, or paths, that are not among these. */
  readonly isComplete: boolean;
  /** Which bound that was, and what it means, in words; null where none was reached. */
  readonly bound: string | null;
  /** With `of`: states of that actor that no path comes to. */
  readonly unreached: readonly string[];
  readonly source: TestSource;
}

const defaultBound = 500;

interface Step extends EventObject {
  readonly event: TestEvent;
}

type ModelSnapshot = TransitionSnapshot<FlowState>;

const stepOf = (event: TestEvent): Step => ({ type: eventText(event), event });

/** The model as XState knows logic. */
function logicOf(model: FlowModel) {
  return fromTransition(
    (state: FlowState, { event }: Step) => model.after(state, event),
    () => model.initial(),
  );
}

interface Walk {
  readonly events: readonly TestEvent[];
  readonly states: readonly FlowState[];
}

function pathOf({ events, states }: Walk): FlowPath {
  return {
    events,
    standings: states.slice(1).map(({ standing }) => standing),
    toString: () => eventsText(events),
  };
}

/** Those that no other goes on from. */
function longest(walks: readonly Walk[]): Walk[] {
  const texts = walks.map(({ events }) => events.map((event) => eventText(event)));
  const begun = new Set<string>();
  for (const text of texts)
    for (let length = 0; length < text.length; length++) begun.add(text.slice(0, length).join());
  return walks.filter((_, at) => !begun.has((texts[at] ?? []).join()));
}

class Explorer {
  readonly #model: FlowModel;
  readonly #maxStates: number;
  readonly #maxPaths: number;
  #looked = 0;
  #isBoundOfStates = false;
  /** Paths that were found and not kept. */
  #left = 0;

  constructor(model: FlowModel, maxStates: number, maxPaths: number) {
    this.#model = model;
    this.#maxStates = maxStates;
    this.#maxPaths = maxPaths;
  }

  get states(): number {
    return this.#looked;
  }

  /** Which bound was reached, in words; null where none was. */
  get bound(): string | null {
    const parts = [
      ...(this.#isBoundOfStates
        ? [`maxStates: from the states after the first ${this.#maxStates} only one way was gone`]
        : []),
      ...(this.#left > 0 ? [`maxPaths: there are more than ${this.#maxPaths}`] : []),
    ];
    return parts.length === 0 ? null : parts.join('; ');
  }

  /** `toEnds`: those that the bound has cut go on. */
  shortest(toEnds: boolean): Walk[] {
    const paths = getShortestPaths(logicOf(this.#model), this.#traversal());
    const walks = paths.map(({ steps }): Walk => {
      const taken = steps.filter(({ event }) => 'event' in event);
      const events = taken.map(({ event }) => event.event);
      // Each step has the state that it comes to; the first is the beginning.
      return { events, states: steps.map((step) => step.state.context) };
    });
    return this.#isBoundOfStates && toEnds ? this.#toTheirEnds(longest(walks)) : walks;
  }

  /** Each gone on with in the way that comes first, until nothing is next or it has been there. */
  #toTheirEnds(walks: readonly Walk[]): Walk[] {
    const after = new Map<string, FlowState>();
    return walks.map((walk) => {
      const [events, states] = [[...walk.events], [...walk.states]];
      const been = new Set(states.map(({ key }) => key));
      for (;;) {
        const state = states.at(-1);
        const [event] = state?.next ?? [];
        if (state === undefined || event === undefined) break;
        if (!after.has(state.key) && after.size >= this.#maxStates) break;
        const next = after.get(state.key) ?? this.#model.after(state, event);
        after.set(state.key, next);
        if (been.has(next.key)) break;
        been.add(next.key);
        events.push(event);
        states.push(next);
      }
      return { events, states };
    });
  }

  /** Those of the walks that lead furthest, as many as are wanted. */
  furthest(walks: readonly Walk[]): Walk[] {
    const kept = longest(walks);
    this.#left += Math.max(0, kept.length - this.#maxPaths);
    return kept.slice(0, this.#maxPaths);
  }

  /** Depth first, in the order of the events. */
  simple(): Walk[] {
    const adjacency = getAdjacencyMap(logicOf(this.#model), this.#traversal());
    const first = this.#model.initial();
    const walks: Walk[] = [];
    this.#walk(adjacency, [first.key], { events: [], states: [first] }, walks);
    return walks;
  }

  #walk(
    adjacency: AdjacencyMap<ModelSnapshot, Step>,
    keys: readonly string[],
    { events, states }: Walk,
    walks: Walk[],
  ): void {
    if (walks.length >= this.#maxPaths) {
      this.#left += 1;
      return;
    }
    const here = adjacency[keys.at(-1) as keyof typeof adjacency];
    let goesOn = false;
    for (const { event, state } of Object.values(here?.transitions ?? {})) {
      if (keys.includes(state.context.key)) continue;
      goesOn = true;
      const walk = { events: [...events, event.event], states: [...states, state.context] };
      this.#walk(adjacency, [...keys, state.context.key], walk, walks);
    }
    if (!goesOn) walks.push({ events, states });
  }

  #traversal() {
    return {
      events: ({ context: flow }: ModelSnapshot): Step[] => flow.next.map(stepOf),
      serializeState: ({ context: flow }: ModelSnapshot): string => flow.key,
      serializeEvent: ({ type }: Step): string => type,
      stopWhen: ({ context: flow }: ModelSnapshot): boolean => {
        this.#looked += 1;
        if (this.#looked <= this.#maxStates) return false;
        if (flow.next.length > 0) this.#isBoundOfStates = true;
        return true;
      },
    };
  }
}

/** Goes ways once more: states with one key may have been come to by others, through other states. */
class Ways {
  readonly #model: FlowModel;
  readonly #known = new Map<string, FlowState>();

  constructor(model: FlowModel) {
    this.#model = model;
  }

  /** The states of a way, the first included. */
  states(events: readonly TestEvent[]): FlowState[] {
    let text = '';
    let state = this.#known.get(text) ?? this.#model.initial();
    this.#known.set(text, state);
    const states = [state];
    for (const event of events) {
      text += eventText(event);
      state = this.#known.get(text) ?? this.#model.after(state, event);
      this.#known.set(text, state);
      states.push(state);
    }
    return states;
  }
}

/**
 * A walk, and what could follow: an actor may come through a state on the way to a state of the flow that another walk
 * leads to as well.
 */
function oneFurther({ events, states }: Walk): Walk[] {
  const next = states.at(-1)?.next ?? [];
  return [{ events, states }, ...next.map((event) => ({ events: [...events, event], states }))];
}

/** The walks that it takes to come to every state of an actor, each cut where it has come to what is new. */
function walksTo(
  of: string,
  walks: readonly Walk[],
  model: FlowModel,
): { walks: Walk[]; reached: Set<string> } {
  const node = model.spec.nodes.find(({ name }) => epochsOf(nodeAddress(name)) === of)?.name;
  const ways = new Ways(model);
  const reached = new Set<string>();
  const kept: Walk[] = [];
  const inOrder = walks.flatMap(oneFurther).sort((a, b) => a.events.length - b.events.length);
  for (const { events } of inOrder) {
    let end = 0;
    const states = ways.states(events);
    const own = new Set<string>();
    for (const [at, { visited, epochs }] of states.entries()) {
      for (const epoch of epochs) if (epoch.node === node) own.add(`epoch:${epoch.id}`);
      for (const [address, state] of visited) {
        const isMeant = node === undefined ? address === of : own.has(address);
        if (!isMeant || reached.has(state)) continue;
        reached.add(state);
        end = at;
      }
    }
    if (end > 0) kept.push({ events: events.slice(0, end), states: states.slice(0, end + 1) });
  }
  return { walks: kept, reached };
}

function assertNames(
  graph: Graph,
  { inputs = {}, outcomes = {}, failures, run = [] }: FlowPathsOptions,
): void {
  const nodes = graph.nodes.map(({ name }) => name);
  const unknown = (code: string, name: string, known: readonly string[]): TestError => {
    const close = nearest(name, known);
    return new TestError(
      code,
      `the graph has no ${code === 'NODE_UNKNOWN' ? 'node' : 'input'} ${name}`,
      {
        hint: close === undefined ? `It has: ${known.join(', ')}.` : `Did you mean ${close}?`,
      },
    );
  };
  for (const port of Object.keys(inputs))
    if (!graph.inputs.includes(port)) throw unknown('PORT_NOT_INPUT', port, graph.inputs);
  const failing = typeof failures === 'boolean' || failures === undefined ? [] : failures;
  for (const name of [...Object.keys(outcomes), ...failing, ...run])
    if (!nodes.includes(name)) throw unknown('NODE_UNKNOWN', name, nodes);
  for (const node of graph.nodes)
    for (const sends of outcomes[node.name] ?? []) assertPorts(node, sends);
}

/** The value of every output port is its name. */
function usualOutcomes(graph: Graph): Record<string, readonly TestOutputs[]> {
  return Object.fromEntries(
    graph.nodes.map(({ name, outPorts }) => [
      name,
      [Object.fromEntries(outPorts.map((port) => [port.name, `${name}.${port.name}`]))],
    ]),
  );
}

/**
 * Paths through a flow, found by its machines alone: no function runs. `testPaths` brings them to a net that runs. Throws
 * as `testNet`, `PORT_NOT_INPUT`, `NODE_UNKNOWN`, `TEST_OUTPUT_AMBIGUOUS`, `TEST_EVENT_INVALID` for outcomes that a node
 * cannot have.
 */
export function flowPaths(source: TestSource, options: FlowPathsOptions = {}): FlowPaths {
  const { graph } = readSource(source);
  assertNames(graph, options);
  const { inputs = {}, outcomes = {}, failures = false, run = [], kind = 'shortest', of } = options;
  const failing = failures === true ? graph.nodes.map(({ name }) => name) : failures || [];
  const model = new FlowModel(graph, {
    inputs,
    outcomes: { ...usualOutcomes(graph), ...outcomes },
    failing: new Set(failing),
    running: new Set(run),
  });
  const { maxStates = defaultBound, maxPaths = defaultBound } = options;
  const explorer = new Explorer(model, maxStates, maxPaths);
  const all = kind === 'shortest' ? explorer.shortest(of === undefined) : explorer.simple();
  const known = of === undefined ? [] : statesOf(model.spec, of);
  const { walks, reached } =
    of === undefined ? { walks: all, reached: new Set<string>() } : walksTo(of, all, model);
  const paths = explorer.furthest(walks).map(pathOf);
  const unreached = known.filter((state) => !reached.has(state));
  const { states, bound } = explorer;
  return { paths, states, isComplete: bound === null, bound, unreached, source };
}
