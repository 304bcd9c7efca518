/**
 * What one epoch of a node sends, as far as it is known: declared, said by conditions that exclude each
 * other, or assumed.
 */
import type { GraphDefinition, NodeDefinition } from '../../dsl/definition.ts';
import { NetrunError } from '../../errors.ts';
import { termHolds } from '../../machines/salvo.ts';
import type { NodeSpec } from '../../machines/spec.ts';

/** Packets that one epoch sends to each output port, by the port's index. */
export type Sends = ReadonlyMap<number, number>;

export interface Sending {
  /** An epoch sends one of these. */
  readonly alternatives: readonly Sends[];
  /** `assumed`: one packet to each output port that a condition takes from. */
  readonly known: 'declared' | 'by conditions' | 'assumed';
}

/** Alternatives by node: `{ Route: [{ yes: 1 }, { no: 1 }] }`. */
export type DeclaredSends = Readonly<Record<string, readonly Readonly<Record<string, number>>[]>>;

function invalid(node: string, what: string): NetrunError {
  return new NetrunError('OPTION_INVALID', `sends of node ${node}: ${what}`, {
    nodeName: node,
    hint: 'Write what one epoch sends, one table for each alternative: sends = [{ yes = 1 }, { no = 1 }].',
  });
}

function readDeclared(spec: NodeSpec, declared: unknown): readonly Sends[] {
  if (!Array.isArray(declared) || declared.length === 0) {
    throw invalid(spec.name, 'it is no list of alternatives');
  }
  return declared.map((alternative: unknown) => {
    if (typeof alternative !== 'object' || alternative === null) {
      throw invalid(spec.name, 'an alternative is no table');
    }
    return new Map(
      Object.entries(alternative).map(([port, count]: [string, unknown]) => {
        const at = spec.outPorts.findIndex(({ name }) => name === port);
        if (at < 0) throw invalid(spec.name, `it has no output port ${port}`);
        if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
          throw invalid(spec.name, `${port} is no number of packets`);
        }
        return [at, count];
      }),
    );
  });
}

/** Loads of the output ports that are tried: with none, one or two packets in each. */
function loads(spec: NodeSpec): readonly (readonly number[])[] {
  return spec.outPorts.reduce<number[][]>(
    (all, { slots }) =>
      all.flatMap((load) =>
        [0, 1, 2].filter((n) => slots === null || n <= slots).map((n) => [...load, n]),
      ),
    [[]],
  );
}

/** More output ports than this are not searched for conditions that exclude each other. */
const searchedPorts = 6;

/** The alternatives that the node's output conditions make: any two of them exclude each other. */
function byConditions(spec: NodeSpec): readonly Sends[] | null {
  const { outConditions, outPorts } = spec;
  if (outConditions.length < 2 || outPorts.length > searchedPorts) return null;
  const slots = outPorts.map((port) => port.slots);
  const together = loads(spec).some(
    (load) => outConditions.filter(({ term }) => termHolds(term, load, slots)).length > 1,
  );
  if (together) return null;
  return outConditions.map(({ takes }) => new Map(takes.map(({ port }) => [port, 1])));
}

function assumed(spec: NodeSpec): readonly Sends[] {
  const ports = new Set(spec.outConditions.flatMap(({ takes }) => takes.map(({ port }) => port)));
  return [new Map([...ports].sort((a, b) => a - b).map((port) => [port, 1]))];
}

function sendingOf(spec: NodeSpec, node: NodeDefinition | undefined, given: unknown): Sending {
  const declared = given ?? node?.meta?.['sends'];
  if (declared !== undefined) {
    return { alternatives: readDeclared(spec, declared), known: 'declared' };
  }
  const alternatives = byConditions(spec);
  if (alternatives !== null) return { alternatives, known: 'by conditions' };
  return { alternatives: assumed(spec), known: 'assumed' };
}

/**
 * What the epochs of each node send, in the order of `nodes`: as `declared` or in the node's
 * `meta.sends`. Throws NetrunError `OPTION_INVALID`.
 */
export function sendings(
  nodes: readonly NodeSpec[],
  definition: GraphDefinition,
  declared: DeclaredSends,
): readonly Sending[] {
  for (const name of Object.keys(declared)) {
    if (!nodes.some((node) => node.name === name)) throw invalid(name, 'there is no such node');
  }
  return nodes.map((spec, at) => sendingOf(spec, definition.nodes[at], declared[spec.name]));
}
