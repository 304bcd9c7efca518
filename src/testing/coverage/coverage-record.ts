/** What a test run reached, as plain JSON: what worker processes hand on and files hold. */
import { z } from 'zod';
import { NetrunError } from '../../errors.ts';
import type { NetSpec } from '../../machines/spec.ts';

/** What was reached of the machines of one net. */
export interface NetCoverage {
  readonly spec: NetSpec;
  /** By address (`net`, `node:A`, `node:A/in:x`, `node:A/out:y`, `node:A/epoch`): states and transitions, in full. */
  readonly reached: Readonly<Record<string, readonly string[]>>;
}

/** Plain JSON. Nets of equal specs are one. */
export interface CoverageRecord {
  readonly version: 1;
  readonly nets: readonly NetCoverage[];
}

const recordSchema = z.object({
  version: z.literal(1),
  nets: z.array(
    z.object({
      spec: z.looseObject({ nodes: z.array(z.unknown()), edges: z.array(z.unknown()) }),
      reached: z.record(z.string(), z.array(z.string())),
    }),
  ),
});

/** Reads what `JSON.parse` gave. Throws NetrunError `COVERAGE_INVALID`. */
export function readCoverage(value: unknown): CoverageRecord {
  const result = recordSchema.safeParse(value);
  if (result.success) return result.data as unknown as CoverageRecord;
  const [issue] = result.error.issues;
  throw new NetrunError(
    'COVERAGE_INVALID',
    `this is no coverage of statecharts: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    {
      hint: 'Use a file that the reporter netrun/testing/coverage-reporter of this version wrote.',
    },
  );
}

/** Several records as one: what one of them reached is reached. The order does not matter. */
export function mergeCoverage(records: readonly CoverageRecord[]): CoverageRecord {
  const nets = new Map<string, { spec: NetSpec; reached: Map<string, Set<string>> }>();
  for (const { spec, reached } of records.flatMap((record) => record.nets)) {
    const key = JSON.stringify(spec);
    const known = nets.get(key) ?? { spec, reached: new Map<string, Set<string>>() };
    nets.set(key, known);
    for (const [address, names] of Object.entries(reached)) {
      const all = known.reached.get(address) ?? new Set();
      known.reached.set(address, all);
      for (const name of names) all.add(name);
    }
  }
  return {
    version: 1,
    nets: [...nets.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { spec, reached }]) => ({ spec, reached: inOrder(reached) })),
  };
}

export function inOrder(reached: ReadonlyMap<string, ReadonlySet<string>>): NetCoverage['reached'] {
  const entries = [...reached].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([address, names]) => [address, [...names].sort()]));
}
