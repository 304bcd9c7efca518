/** What a definition in its normal form says, judged as a whole: every problem, not the first. */
import { limits } from '../limits.ts';
import { findCycles } from './cycle.ts';
import type { GraphDefinition } from './definition.ts';
import type { Path, Problems } from './diagnostic.ts';
import { splitPortRef } from './graph-index.ts';
import type { IndexedNode, Terms } from './graph-index.ts';
import { nearest } from './nearest-name.ts';
import { SearchBudget } from './takes-possible.ts';
import { checkDefaultPools, checkNode } from './validate-node.ts';

type End = 'from' | 'to';

/** Names at the head of a cycle's message, at most. */
const shownNodes = 12;

/** Of so many names the nearest is looked for only where it is the first problem. */
const manyNames = 1000;

class Validation {
  readonly #definition: GraphDefinition;
  readonly #nodes: ReadonlyMap<string, IndexedNode>;
  readonly #problems: Problems;

  constructor(
    definition: GraphDefinition,
    nodes: ReadonlyMap<string, IndexedNode>,
    problems: Problems,
  ) {
    this.#definition = definition;
    this.#nodes = nodes;
    this.#problems = problems;
  }

  run(terms: Terms): void {
    this.#duplicateNodes();
    const checks = {
      net: this.#definition.net,
      terms,
      problems: this.#problems,
      budget: new SearchBudget(),
    };
    for (const node of this.#definition.nodes) checkNode(node, checks);
    this.#settings();
    checkDefaultPools(this.#definition.net, this.#problems);
    this.#edges();
    this.#facing('inputs', 'to', this.#definition.inputs ?? []);
    this.#facing('outputs', 'from', this.#definition.outputs);
    this.#fanouts();
    if (this.#definition.net.mode === 'dag') this.#cycles();
  }

  #duplicateNodes(): void {
    const seen = new Set<string>();
    for (const { name } of this.#definition.nodes) {
      if (seen.has(name)) {
        const hint = 'Give one of them another name.';
        this.#problems.report(
          'NODE_DUPLICATE',
          ['nodes', name],
          `There are two nodes called \`${name}\``,
          hint,
          { at: 'key' },
        );
      }
      seen.add(name);
    }
  }

  #settings(): void {
    const {
      threadPools = {},
      processPools = {},
      deadLetterQueue,
      deadLetterPath,
      historyValues,
      packetStoragePath,
    } = this.#definition.net;
    for (const name of Object.keys(processPools)) {
      if (!Object.hasOwn(threadPools, name)) continue;
      const message = `There is a thread pool called \`${name}\` too`;
      const hint = 'Pools are chosen by name: give one of them another.';
      this.#problems.report('POOL_DUPLICATE', ['net', 'process_pools', name], message, hint, {
        at: 'key',
      });
    }
    if (deadLetterQueue === 'file' && deadLetterPath === undefined) {
      const message = 'Dead letters are to go to a file, but none is named';
      this.#problems.report(
        'DEAD_LETTER_PATH_MISSING',
        ['net', 'dead_letter_queue'],
        message,
        'Add dead_letter_path.',
      );
    }
    if (historyValues === 'store' && packetStoragePath === undefined) {
      const message = 'Values are to be kept in a folder, but none is named';
      this.#problems.report(
        'PACKET_STORAGE_PATH_MISSING',
        ['net', 'history_values'],
        message,
        'Add packet_storage_path.',
      );
    }
  }

  #edges(): void {
    const seen = new Set<string>();
    for (const [index, edge] of this.#definition.edges.entries()) {
      if (edge.from === '' && edge.to === '') continue;
      const path = ['edges', index];
      if (edge.from !== '') this.#end(edge.from, 'from', [...path, 'from']);
      if (edge.to !== '') this.#end(edge.to, 'to', [...path, 'to']);
      const ends = `${edge.from} -> ${edge.to}`;
      if (edge.from !== '' && edge.to !== '' && seen.has(ends)) {
        this.#problems.report(
          'EDGE_DUPLICATE',
          path,
          `The edge ${ends} is there twice`,
          'Remove one of them.',
        );
      }
      seen.add(ends);
    }
  }

  /** Reports where `ref` is no port that an edge can start from or end at. */
  #end(ref: string, end: End, path: Path): void {
    const name = splitPortRef(ref);
    if (name === undefined) {
      this.#problems.report(
        'PORT_REF_INVALID',
        path,
        `\`${ref.slice(0, 80)}\` does not name a port`,
        'Write Node.port.',
      );
      return;
    }
    const node = this.#nodes.get(name.node);
    if (node === undefined) {
      const hint = this.#hint(name.node, this.#nodes.keys(), 'Nodes are');
      this.#problems.report(
        'UNKNOWN_NODE',
        path,
        `There is no node \`${name.node.slice(0, 80)}\``,
        hint,
      );
      return;
    }
    if (node.open) return;
    const [ports, others] = end === 'from' ? [node.out, node.in] : [node.in, node.out];
    if (
      ports.has(name.port) ||
      this.#problems.unreadable(['nodes', name.node, end === 'from' ? 'out_ports' : 'in_ports'])
    )
      return;
    const [wanted, found] = end === 'from' ? ['output', 'input'] : ['input', 'output'];
    if (others.has(name.port)) {
      const hint = this.#hint(name.port, ports.keys(), `Its ${wanted} ports are`);
      this.#problems.report(
        'WRONG_DIRECTION',
        path,
        `\`${ref}\` is an ${found} port, not an ${wanted} port`,
        hint,
      );
    } else {
      const hint = this.#hint(name.port, ports.keys(), `Its ${wanted} ports are`);
      this.#problems.report(
        'UNKNOWN_PORT',
        path,
        `Node \`${name.node}\` has no ${wanted} port \`${name.port.slice(0, 80)}\``,
        hint,
      );
    }
  }

  #hint(name: string, known: Iterable<string>, intro: string): string {
    const names = [...known];
    const near = names.length < manyNames || this.#problems.none ? nearest(name, names) : undefined;
    if (near !== undefined) return `Did you mean \`${near}\`?`;
    if (names.length === 0) return `${intro}: none.`;
    return `${intro}: ${names.slice(0, shownNodes).join(', ')}${names.length > shownNodes ? ', …' : ''}.`;
  }

  #facing(key: 'inputs' | 'outputs', end: End, refs: readonly string[]): void {
    const seen = new Set<string>();
    for (const [index, ref] of refs.entries()) {
      const path = ['net', key, index];
      this.#end(ref, end, path);
      if (seen.has(ref))
        this.#problems.report(
          'NET_PORT_TWICE',
          path,
          `\`${ref}\` is among ${key} twice`,
          'Remove one.',
        );
      seen.add(ref);
    }
  }

  #fanouts(): void {
    const destinations = new Map<string, number>();
    for (const ref of this.#definition.outputs) destinations.set(ref, 1);
    for (const [index, { from }] of this.#definition.edges.entries()) {
      const before = destinations.get(from) ?? 0;
      destinations.set(from, before + 1);
      if (before === 0) continue;
      const name = splitPortRef(from);
      const node = name === undefined ? undefined : this.#nodes.get(name.node);
      const port = node?.node.outPorts[node.out.get(name?.port ?? '') ?? -1];
      if (port?.fanout !== 'error') continue;
      const message = `The fanout of \`${from}\` is "error", but it leads to several destinations`;
      const hint = 'Remove an edge, or set fanout to "copy" or "round_robin".';
      this.#problems.report('FANOUT_SEVERAL_EDGES', ['edges', index, 'from'], message, hint);
    }
  }

  #cycles(): void {
    const { nodes, edges } = this.#definition;
    const next: number[][] = nodes.map(() => []);
    const edgeOf = new Map<string, number>();
    for (const [index, edge] of edges.entries()) {
      const from = this.#nodes.get(splitPortRef(edge.from)?.node ?? '')?.index;
      const to = this.#nodes.get(splitPortRef(edge.to)?.node ?? '')?.index;
      if (from === undefined || to === undefined) continue;
      next[from]?.push(to);
      if (!edgeOf.has(`${from} ${to}`)) edgeOf.set(`${from} ${to}`, index);
    }
    for (const cycle of findCycles(next, limits.diagnostics)) {
      const names = [...cycle, cycle[0] ?? 0].map((at) => nodes[at]?.name ?? '');
      const left = names.length - shownNodes;
      const text =
        left > 1
          ? [...names.slice(0, shownNodes - 1), `… (${left} more)`, ...names.slice(-1)]
          : names;
      const closing = edgeOf.get(`${cycle.at(-1)} ${cycle[0]}`) ?? 0;
      const hint = 'Take an edge out, or leave out mode = "dag".';
      this.#problems.report(
        'CYCLE',
        ['edges', closing],
        `In DAG mode there is a cycle: ${text.join(' -> ')}`,
        hint,
      );
    }
  }
}

/** Judges `definition`; what is wrong with it goes to `problems`. */
export function validate(
  definition: GraphDefinition,
  nodes: ReadonlyMap<string, IndexedNode>,
  terms: Terms,
  problems: Problems,
): void {
  new Validation(definition, nodes, problems).run(terms);
}
