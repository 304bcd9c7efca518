/** Versions of children are what copies of a plain object would be, in whatever order they are looked at. */
import fc from 'fast-check';
import type { AnyActorRef } from 'xstate';
import { describe, expect, it } from 'vitest';
import {
  type ChildRecord,
  type Children,
  noChildren,
} from '../../../src/actors/compiled/children.ts';

const ref = (name: string): AnyActorRef => ({ id: name }) as AnyActorRef;

describe('the children of a snapshot', () => {
  it.each([
    { ids: 6, steps: 40, runs: 300 },
    { ids: 120, steps: 400, runs: 40 },
  ])('stay as they were, whatever becomes of those that came after (C1): $ids ids', (sizes) => {
    const change = fc.constantFrom('with', 'with', 'with', 'without', 'without');
    const step = fc.tuple(change, fc.nat(sizes.ids), fc.nat(5), fc.boolean());
    const steps = fc.array(step, { maxLength: sizes.steps, size: 'max' });
    fc.assert(
      fc.property(steps, (list) => {
        const first: [Children, ChildRecord] = [noChildren, {}];
        const versions = [first];
        for (const [at, [kind, id, back, looks]] of list.entries()) {
          const [children, record] = versions.at(-1 - (back % versions.length)) ?? [noChildren, {}];
          const name = `c${id}`;
          if (kind === 'with') {
            const child = ref(`${name}.${at}`);
            versions.push([children.with(name, child), { ...record, [name]: child }]);
          } else {
            const { [name]: _gone, ...rest } = record;
            versions.push([children.without(name), rest]);
          }
          if (looks) expect(Object.keys(children.record)).toEqual(Object.keys(record));
        }
        for (const [children, record] of versions.toReversed()) {
          expect(Object.entries(children.record)).toEqual(Object.entries(record));
          expect(children.isEmpty).toBe(Object.keys(record).length === 0);
          for (const [name, child] of Object.entries(record))
            expect(children.get(name)).toBe(child);
          expect(children.get('nobody')).toBeUndefined();
        }
      }),
      { seed: 9, numRuns: sizes.runs },
    );
  });

  it('are found among many, until the last has gone', () => {
    // The last ones are pairs with the same hash.
    const names = [
      ...Array.from({ length: 3000 }, (_, at) => `child${at}`),
      'costarring',
      'liquid',
      'declinate',
      'macallums',
    ];
    const expected = new Map<string, AnyActorRef>();
    let children: Children = noChildren;
    for (const name of names) {
      expected.set(name, ref(name));
      children = children.with(name, expected.get(name));
    }
    const full = children;
    for (const name of names) {
      expect(full.get(name)).toBe(expected.get(name));
      expect(children.isEmpty).toBe(false);
      children = children.without(name);
      expect(children.get(name)).toBeUndefined();
      expect(children.without(name)).toBe(children);
    }
    expect(children.isEmpty).toBe(true);
    expect(Object.entries(full.record)).toEqual([...expected]);
    expect(full.with('child7', undefined).get('child7')).toBeUndefined();
    expect(full.get('child7')).toBe(expected.get('child7'));
  });
});
