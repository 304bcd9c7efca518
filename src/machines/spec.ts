/**
 * The specification a net's machines are generated from: plain data, names resolved to indexes.
 *
 * A Graph (src/dsl) becomes a NetSpec once it is valid; nothing below dsl sees names in terms or
 * edges that still have to be looked up. Order is declaration order everywhere.
 */

/** Comparison in a `count(p) OP n` atom. */
export type CountOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * A salvo term. `P` says what stands for a port: its name as written (dsl), or its index among the
 * ports of its direction (machines).
 */
export type Term<P = number> =
  | { readonly type: 'empty' | 'nonempty' | 'full' | 'nonfull'; readonly port: P }
  | { readonly type: 'count'; readonly port: P; readonly op: CountOperator; readonly n: number }
  | { readonly type: 'and' | 'or'; readonly terms: readonly Term<P>[] }
  | { readonly type: 'not'; readonly term: Term<P> };

/** How one output port hands packets to several destinations. */
export type Fanout = 'copy' | 'round_robin' | 'error';

export interface InPortSpec {
  readonly name: string;
  /** Packets the port holds at most; null = infinite. */
  readonly slots: number | null;
}

export interface OutPortSpec {
  readonly name: string;
  /** Packets an epoch's bucket of this port holds at most; null = infinite. */
  readonly slots: number | null;
  readonly fanout: Fanout;
  /** Indexes into NetSpec.edges, in declaration order. */
  readonly edges: readonly number[];
  /** Among the net's `outputs`: the outside is its last destination. */
  readonly outside: boolean;
}

/** From one port, at most `count` packets (null = all that wait). */
export interface Take {
  readonly port: number;
  readonly count: number | null;
}

export interface InConditionSpec {
  readonly name: string;
  /** The term as text, in its canonical printed form; it names the guard. */
  readonly when: string;
  readonly term: Term;
  readonly takes: readonly Take[];
}

export interface OutConditionSpec extends InConditionSpec {
  /** Salvos of this condition per epoch; null = infinite. */
  readonly maxSalvos: number | null;
}

/** The options of a node that its machines act on (the runtime has the others). Times in milliseconds. */
export interface NodeRules {
  readonly maxParallelEpochs: number | null;
  readonly maxPendingEpochs: number | null;
  readonly maxEpochs: number | null;
  /** Smallest distance between two epoch starts; 0 = none. */
  readonly startSpacingMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  readonly retryWaitMs: number;
  readonly retryBackoff: 'fixed' | 'exponential';
  readonly retryWaitMaxMs: number | null;
  /** Further calls of a start function that failed; they wait as attempts do. */
  readonly restarts: number;
  readonly timeoutMs: number | null;
  readonly attemptTimeoutMs: number | null;
  /** One epoch of its own accord when the net first starts. */
  readonly autostart: boolean;
  readonly unconsumed: 'error' | 'destroy';
}

/** What a node's machines are generated from: nodes of one shape run the same machines. */
export interface NodeShape {
  readonly inPorts: readonly InPortSpec[];
  readonly outPorts: readonly OutPortSpec[];
  readonly inConditions: readonly InConditionSpec[];
  readonly outConditions: readonly OutConditionSpec[];
  readonly rules: NodeRules;
}

export interface NodeSpec extends NodeShape {
  readonly name: string;
}

/** One end of an edge: indexes of the node and of the port within its direction. */
export interface PortRef {
  readonly node: number;
  readonly port: number;
}

export interface EdgeSpec {
  readonly from: PortRef;
  readonly to: PortRef;
  /** Packets on the edge from which on its source node starts no epoch; null = infinite. */
  readonly capacity: number | null;
}

export interface NetSpec {
  readonly nodes: readonly NodeSpec[];
  readonly edges: readonly EdgeSpec[];
  readonly mode: 'cyclic' | 'dag';
  /** Running epochs of the whole net at most; null = infinite. */
  readonly maxConcurrency: number | null;
  readonly onError: 'pause' | 'continue' | 'raise';
}

/** The rules of a node that sets no option. */
export const defaultRules: NodeRules = {
  maxParallelEpochs: null,
  maxPendingEpochs: null,
  maxEpochs: null,
  startSpacingMs: 0,
  retries: 0,
  retryWaitMs: 0,
  retryBackoff: 'fixed',
  retryWaitMaxMs: null,
  restarts: 0,
  timeoutMs: null,
  attemptTimeoutMs: null,
  autostart: false,
  unconsumed: 'error',
};
