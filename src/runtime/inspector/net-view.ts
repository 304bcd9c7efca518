/** What of a net does not change in a run: its graph, and the statechart of every kind of actor. */

export interface AtomView {
  /** `nonempty(in)`, `count(in) >= 3`. */
  readonly text: string;
  /** Index of the port among the node's in- or out-ports. */
  readonly port: number;
}

/** A term as a tree; its leaves are indexes into the condition's `atoms`, in the order of the text. */
export type TermView =
  | { readonly type: 'atom'; readonly atom: number }
  | { readonly type: 'and' | 'or'; readonly terms: readonly TermView[] }
  | { readonly type: 'not'; readonly term: TermView };

export interface ConditionView {
  readonly name: string;
  /** The term in its canonical form; it is the name of its guard in the node's (or epoch's) statechart. */
  readonly when: string;
  readonly term: TermView;
  readonly atoms: readonly AtomView[];
  /** Ports that it takes from; `count` null = all. */
  readonly takes: readonly { readonly port: number; readonly count: number | null }[];
  /** Salvos per epoch; null = infinite. 1 for input conditions. */
  readonly maxSalvos: number | null;
}

export interface PortView {
  readonly name: string;
  /** Null = infinite. */
  readonly slots: number | null;
  /** Among the net's inputs (outputs): it faces the outside. */
  readonly isOutside: boolean;
  /** The type as text, where it has one. */
  readonly type: string | null;
  /** Index into `MachinesView.charts`. */
  readonly chart: number;
}

export interface NodeView {
  /** Whole address: `outer->inner`. */
  readonly name: string;
  /** Names of the subnets that it stands in, outermost first; empty at the top. */
  readonly within: readonly string[];
  readonly inPorts: readonly PortView[];
  readonly outPorts: readonly PortView[];
  readonly inConditions: readonly ConditionView[];
  readonly outConditions: readonly ConditionView[];
  /** Options that are set, as in a definition (`retries`, `timeout`, …), seconds where times. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Function paths, factory, meta: what the definition says beside. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Whether it has a function to run; null where that is not known (a recorded run). */
  readonly hasFunction: boolean | null;
  /** Indexes into `MachinesView.charts`. */
  readonly chart: number;
  readonly epochChart: number;
}

export interface EdgeView {
  /** `Node.port`. */
  readonly from: string;
  readonly to: string;
  /** Null = infinite. */
  readonly capacity: number | null;
}

export interface GraphView {
  readonly nodes: readonly NodeView[];
  /** An edge is known by its index here. */
  readonly edges: readonly EdgeView[];
  /** `Node.port`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly mode: 'cyclic' | 'dag';
  readonly onError: 'pause' | 'continue' | 'raise';
  readonly maxConcurrency: number | null;
  /** Settings of the net that are set, as in a definition. */
  readonly settings: Readonly<Record<string, unknown>>;
}

// Statecharts.

export interface ChartTransition {
  /** Index in the chart: counts and takings name it. */
  readonly id: number;
  /** Ids of states. */
  readonly source: string;
  /** Empty: it stays where it is. */
  readonly targets: readonly string[];
  /** `epoch.start`, `always`, `after 100 ms`. */
  readonly event: string;
  /** The guard in words; that of a salvo condition is its term. Null = none. */
  readonly guard: string | null;
  /** Comes after guarded ones for the same event and has no guard: "else". */
  readonly otherwise: boolean;
  /** Index of the input condition whose term the guard is; null = none. */
  readonly condition: number | null;
  readonly actions: readonly string[];
}

export interface ChartState {
  /** XState's id: `net.lifecycle.running`. */
  readonly id: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** Key of the child entered first; null where there is none. */
  readonly initial: string | null;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly states: readonly ChartState[];
}

/** A statechart, whole: the active states of an actor are found by its value. */
export interface Chart {
  readonly kind: 'net' | 'node' | 'input' | 'output' | 'epoch';
  readonly root: ChartState;
  readonly transitions: readonly ChartTransition[];
}

export interface MachinesView {
  /** Each distinct machine once. Nodes and ports name theirs. */
  readonly charts: readonly Chart[];
  /** Of the net. */
  readonly net: number;
}
