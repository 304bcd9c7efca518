/** Subnets are folded into boxes, and opened into frames; no node and no edge is lost or shown twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldGraph, subnetsOf } from '../../inspector/net/folding.ts';
import { graphOf } from './graphs.ts';

const nested = graphOf({
  A: [[], ['out']],
  'S->B': [['in'], ['out']],
  'S->T->C': [['in'], ['out']],
  D: [['in'], []],
  edges: [
    ['A.out', 'S->B.in'],
    ['S->B.out', 'S->T->C.in'],
    ['S->T->C.out', 'D.in'],
    ['A.out', 'D.in'],
  ],
});

const ids = (open: readonly string[]) => {
  const { boxes, frames, lines } = foldGraph(nested, (name) => open.includes(name));
  return {
    boxes: boxes.map(({ id, frame }) => `${id}@${frame ?? ''}`),
    frames: frames.map(({ id, frame }) => `${id}@${frame ?? ''}`),
    lines: lines.map(({ from, to }) => `${from.box} ${from.port} > ${to.box} ${to.port}`),
  };
};

describe('folding', () => {
  it('puts a folded subnet into one box, with the ports that lines end at', () => {
    expect(ids([])).toEqual({
      boxes: ['A@', 'S@', 'D@'],
      frames: [],
      lines: ['A out:out > S in:B.in', 'S out:T->C.out > D in:in', 'A out:out > D in:in'],
    });
  });

  it('frames an open subnet, whose own subnets stay folded', () => {
    expect(ids(['S'])).toEqual({
      boxes: ['A@', 'S->B@S', 'S->T@S', 'D@'],
      frames: ['S@'],
      lines: [
        'A out:out > S->B in:in',
        'S->B out:out > S->T in:C.in',
        'S->T out:C.out > D in:in',
        'A out:out > D in:in',
      ],
    });
  });

  it('opens an inner subnet within its outer one', () => {
    expect(ids(['S', 'S->T']).frames).toEqual(['S@', 'S->T@S']);
    expect(ids(['S->T']).frames).toEqual([]);
  });

  it('knows every subnet, outer ones first', () => {
    expect(subnetsOf(nested)).toEqual(['S', 'S->T']);
  });

  it('shows every node in one box and every edge in at most one line, however it is folded', () => {
    const names = ['A', 'B', 'S->A', 'S->B', 'S->T->A', 'U->A', 'U->V->W->A'];
    const edge = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names));
    fc.assert(
      fc.property(
        fc.array(edge, { maxLength: 12 }),
        fc.subarray(['S', 'S->T', 'U', 'U->V', 'U->V->W']),
        (edges, open) => {
          const graph = graphOf({
            ...Object.fromEntries(names.map((name) => [name, [['in'], ['out']] as const])),
            edges: edges.map(([from, to]) => [`${from}.out`, `${to}.in`] as const),
          });
          const scene = foldGraph(graph, (name) => open.includes(name));
          const nodes = scene.boxes.flatMap((box) => box.nodes).toSorted((a, b) => a - b);
          expect(nodes).toEqual(names.map((_, index) => index));
          const shown = scene.lines.flatMap((line) => line.edges);
          expect(new Set(shown).size).toBe(shown.length);
          const ends = new Map(
            scene.boxes.map((box) => [
              box.id,
              new Set([...box.inPorts, ...box.outPorts].map(({ id }) => id)),
            ]),
          );
          for (const { from, to } of scene.lines) {
            expect(ends.get(from.box)?.has(from.port)).toBe(true);
            expect(ends.get(to.box)?.has(to.port)).toBe(true);
          }
        },
      ),
      { seed: 1 },
    );
  });
});
