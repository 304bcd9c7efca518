/** A definition's names looked up: nodes by name, ports by name within their direction, both by position. */
import { parseTerm, readTerm } from './term/parser.ts';
import type { TermReading } from './term/parser.ts';
import { printTerm } from './term/printer.ts';
import type { GraphDefinition, NodeDefinition } from './definition.ts';

export interface IndexedNode {
  readonly index: number;
  readonly node: NodeDefinition;
  readonly in: ReadonlyMap<string, number>;
  readonly out: ReadonlyMap<string, number>;
  /** Its ports come from a factory or another net: they are not known here. */
  readonly open: boolean;
}

export interface PortName {
  readonly node: string;
  readonly port: string;
}

/** `Node.port` taken apart; undefined where it is not written so. */
export function splitPortRef(ref: string): PortName | undefined {
  const dot = ref.indexOf('.');
  if (dot < 1 || dot === ref.length - 1 || ref.includes('.', dot + 1)) return undefined;
  return { node: ref.slice(0, dot), port: ref.slice(dot + 1) };
}

function positions(ports: readonly { readonly name: string }[]): ReadonlyMap<string, number> {
  const map = new Map<string, number>();
  for (const [index, { name }] of ports.entries()) if (!map.has(name)) map.set(name, index);
  return map;
}

/** Nodes by name, in declaration order; of several with one name the first. */
export function indexNodes(definition: GraphDefinition): ReadonlyMap<string, IndexedNode> {
  const nodes = new Map<string, IndexedNode>();
  for (const [index, node] of definition.nodes.entries()) {
    if (nodes.has(node.name)) continue;
    const ports = node.inPorts.length + node.outPorts.length;
    const open = ports === 0 && (node.factory !== undefined || node.net !== undefined);
    nodes.set(node.name, {
      index,
      node,
      in: positions(node.inPorts),
      out: positions(node.outPorts),
      open,
    });
  }
  return nodes;
}

/** Terms parsed and printed once per distinct text. */
export class Terms {
  readonly #readings = new Map<string, TermReading>();
  readonly #printed = new Map<string, string>();

  read(text: string): TermReading {
    let reading = this.#readings.get(text);
    if (reading === undefined) {
      reading = readTerm(text);
      this.#readings.set(text, reading);
    }
    return reading;
  }

  /** The canonical form of a term that parses. */
  canonical(text: string): string {
    let printed = this.#printed.get(text);
    if (printed === undefined) {
      const reading = this.read(text);
      printed = printTerm(reading.ok ? reading.term : parseTerm(text));
      this.#printed.set(text, printed);
    }
    return printed;
  }
}
