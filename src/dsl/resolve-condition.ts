/** Salvo conditions with their names resolved to the positions of ports. */
import type { Slots } from '../machines/salvo.ts';
import type { Take, Term } from '../machines/spec.ts';
import type { ConditionDefinition, InPortDefinition } from './definition.ts';

/** Ports of one direction by name. */
export type PortPositions = ReadonlyMap<string, number>;

function position(name: string, positions: PortPositions): number {
  const index = positions.get(name);
  if (index === undefined)
    throw new Error(`Port ${name} was not found in a graph that passed validation.`);
  return index;
}

/** The term over positions in place of names. As deep as the parser lets terms be. */
export function withIndexes(term: Term<string>, positions: PortPositions): Term {
  switch (term.type) {
    case 'and':
    case 'or':
      return { type: term.type, terms: term.terms.map((each) => withIndexes(each, positions)) };
    case 'not':
      return { type: 'not', term: withIndexes(term.term, positions) };
    default:
      return { ...term, port: position(term.port, positions) };
  }
}

export function takesOf(condition: ConditionDefinition, positions: PortPositions): readonly Take[] {
  return condition.ports.map(({ port, count }) => ({
    port: position(port, positions),
    count: count === 'all' ? null : count,
  }));
}

export function slotsOf(ports: readonly InPortDefinition[]): Slots {
  return ports.map(({ slots }) => (slots === 'infinite' ? null : slots));
}
