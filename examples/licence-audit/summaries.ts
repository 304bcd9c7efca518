/** What the audit counts, compares and judges once all packages are there. Orders never depend on chance. */
import { families, familyOf } from './licence-families.ts';
import type {
  Audited,
  Group,
  Policy,
  Project,
  SeveralVersions,
  Tally,
  Verdict,
} from './records.ts';
import { parseExpression } from './spdx-expression.ts';
import type { Expression } from './spdx-expression.ts';

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** In the order of the lock file's paths. */
export function inOrder(packages: readonly Audited[]): Audited[] {
  return [...packages].sort((a, b) => byText(a.path, b.path));
}

function count<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Totals, the licences by family, and the odd entries. A link is no package: what it leads to is one. */
export function tally(all: readonly Audited[]): Tally {
  const packages = all.filter(({ kind }) => kind !== 'link');
  const odd = all.filter(({ reasons }) => reasons.length > 0);
  const development = count(packages, ({ dev }) => dev);
  return {
    totals: {
      packages: packages.length,
      names: new Set(packages.map(({ name }) => name)).size,
      links: all.length - packages.length,
      production: packages.length - development,
      development,
      optional: count(packages, ({ optional }) => optional),
      peer: count(packages, ({ peer }) => peer),
      odd: odd.length,
      deepest: Math.max(0, ...packages.map(({ depth }) => depth)),
    },
    families: families.flatMap((family) => {
      const of = packages.filter((one) => one.family === family);
      return of.length === 0 ? [] : [familyRow(family, of)];
    }),
    odd: odd.map(({ name, version, path, declared, licence, reasons, evidence }) => ({
      name,
      version,
      path,
      declared,
      licence,
      reasons,
      evidence,
    })),
  };
}

function familyRow(
  family: Audited['family'],
  packages: readonly Audited[],
): Tally['families'][number] {
  const development = count(packages, ({ dev }) => dev);
  const licences = [...groupBy(packages, ({ licence }) => licence ?? 'none found')]
    .map(([licence, of]) => ({ licence, packages: of.length }))
    .sort((a, b) => b.packages - a.packages || byText(a.licence, b.licence));
  const production = packages.length - development;
  return { family, packages: packages.length, production, development, licences };
}

/** Packages that are there in more than one version, those with most versions first. */
export function severalVersions(all: readonly Audited[]): SeveralVersions[] {
  const packages = all.filter(({ kind }) => kind !== 'link');
  const found = [...groupBy(packages, ({ name }) => name)].flatMap(([name, of]) => {
    const versions = [...groupBy(of, ({ version }) => version)]
      .map(([version, copies]) => ({ version, copies: copies.length }))
      .sort((a, b) => byVersion(a.version, b.version));
    return versions.length > 1 ? [{ name, versions }] : [];
  });
  return found.sort((a, b) => b.versions.length - a.versions.length || byText(a.name, b.name));
}

/** By major, minor and patch as numbers, then by text. */
function byVersion(a: string, b: string): number {
  const [left, right] = [a, b].map((version) =>
    version.split(/[.+-]/, 3).map((part) => Number(part) || 0),
  );
  for (const at of [0, 1, 2]) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return byText(a, b);
}

const verdicts = ['allowed', 'not allowed', 'denied'] as const;
type Judgement = (typeof verdicts)[number];

/** Of a choice the best part counts, of what holds together the worst. */
function judge(expression: Expression, policy: Policy): Judgement {
  if (expression.type === 'licence') {
    const names = [expression.id, familyOf(expression)];
    if (names.some((name) => policy.deny.includes(name))) return 'denied';
    return names.some((name) => policy.allow.includes(name)) ? 'allowed' : 'not allowed';
  }
  const ranks = expression.parts.map((part) => verdicts.indexOf(judge(part, policy)));
  const rank = expression.type === 'or' ? Math.min(...ranks) : Math.max(...ranks);
  return verdicts[rank] ?? 'denied';
}

/** What the policy says of a package; one without a licence is judged as of the family `unknown`. */
function judgePackage({ licence, name, version }: Audited, policy: Policy): Judgement {
  if ([name, `${name}@${version}`].some((one) => policy.exceptions.includes(one))) return 'allowed';
  const expression = licence === null ? null : parseExpression(licence);
  return judge(expression ?? { type: 'licence', id: 'unknown' }, policy);
}

/** Packages that the policy does not let pass. */
export function checkPolicy(all: readonly Audited[], policy: Policy): Verdict {
  const packages = all.filter(({ kind, dev }) => kind !== 'link' && (policy.development || !dev));
  const violations = packages.flatMap((one) => {
    const verdict = judgePackage(one, policy);
    const { name, version, path, licence, dev } = one;
    return verdict === 'allowed'
      ? []
      : [{ name, version, path, licence, verdict, development: dev }];
  });
  return { policy, checked: packages.length, violations };
}

/** Where `dependent` finds the package called `name`: in its own folder first, then further up. */
function resolveFrom(
  dependent: string,
  name: string,
  paths: ReadonlyMap<string, Audited>,
): string | null {
  for (let base = dependent; ;) {
    const path = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    const found = paths.get(path);
    if (found !== undefined) return found.kind === 'link' ? (found.target ?? path) : path;
    if (base === '') return null;
    const at = base.lastIndexOf('/node_modules/');
    base = at < 0 ? '' : base.slice(0, at);
  }
}

function reach(start: string, paths: ReadonlyMap<string, Audited>): Set<string> {
  const seen = new Set([start]);
  for (const path of seen) {
    for (const name of paths.get(path)?.dependencies ?? []) {
      const next = resolveFrom(path, name, paths);
      if (next !== null) seen.add(next);
    }
  }
  return seen;
}

/** Direct dependencies by what they bring along, the largest first. */
export function groups(project: Project, all: readonly Audited[]): Group[] {
  const paths = new Map(all.map((one) => [one.path, one]));
  const development = new Set(project.devDependencies);
  for (const name of project.dependencies) development.delete(name);
  const direct = [...new Set([...project.dependencies, ...project.devDependencies])];
  const reached = direct.flatMap((name) => {
    const path = resolveFrom('', name, paths);
    return path === null ? [] : [{ name, set: reach(path, paths) }];
  });
  const uses = new Map<string, number>();
  for (const { set } of reached) for (const path of set) uses.set(path, (uses.get(path) ?? 0) + 1);
  return reached
    .map(({ name, set }) => ({
      name,
      development: development.has(name),
      packages: set.size,
      alone: count([...set], (path) => uses.get(path) === 1),
    }))
    .sort((a, b) => b.packages - a.packages || byText(a.name, b.name));
}
