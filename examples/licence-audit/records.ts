/** What travels between the nodes of the audit: schemas that the ports check, and their types. */
import { z } from 'zod';
import { families } from './licence-families.ts';

/** Where to read, and where to write. */
export const requestSchema = z.object({ lock: z.string(), out: z.string() });
export type Request = z.infer<typeof requestSchema>;

/** A lock file as it was read. */
export const lockFileSchema = z.object({
  /** As people would write it. */
  shown: z.string(),
  /** The folder it lies in, absolute. */
  directory: z.string(),
  text: z.string(),
});

const names = z.array(z.string());

/** What the lock file says of the project itself. */
export const projectSchema = z.object({
  name: z.string(),
  /** Empty where it has none. */
  version: z.string(),
  lockFile: z.string(),
  lockfileVersion: z.number(),
  dependencies: names,
  devDependencies: names,
});
export type Project = z.infer<typeof projectSchema>;

/** One entry of `packages`, not looked at yet. */
export const entrySchema = z.object({
  path: z.string(),
  directory: z.string(),
  fields: z.record(z.string(), z.unknown()),
});
export type Entry = z.infer<typeof entrySchema>;

/** One entry, in the same form whatever the lock file's version and the package's age. */
export const packageSchema = z.object({
  path: z.string(),
  directory: z.string(),
  name: z.string(),
  version: z.string(),
  kind: z.enum(['package', 'workspace', 'link']),
  /** Where a link leads, relative to `directory`. */
  target: z.string().nullable(),
  /** What the entry gives as licence, as one text; null = nothing that is one. */
  declared: z.string().nullable(),
  /** Whether `declared` was put together from an object or a list. */
  legacy: z.boolean(),
  dev: z.boolean(),
  optional: z.boolean(),
  peer: z.boolean(),
  /** How many node_modules folders deep; a workspace of the project has 0. */
  depth: z.number(),
  dependencies: names,
});
export type Package = z.infer<typeof packageSchema>;

/** A package and what became of its licence. */
export const auditedSchema = packageSchema.extend({
  /** The expression that holds; null where none could be found. */
  licence: z.string().nullable(),
  family: z.enum(families),
  /** Why someone should look again; empty = nothing odd. */
  reasons: names,
  /** What the package's own files say. */
  evidence: z.string().nullable(),
});
export type Audited = z.infer<typeof auditedSchema>;

const licenceCount = z.object({ licence: z.string(), packages: z.number() });

export const tallySchema = z.object({
  totals: z.object({
    packages: z.number(),
    /** Names, each counted once whatever its versions. */
    names: z.number(),
    links: z.number(),
    production: z.number(),
    development: z.number(),
    optional: z.number(),
    peer: z.number(),
    odd: z.number(),
    deepest: z.number(),
  }),
  families: z.array(
    z.object({
      family: z.enum(families),
      packages: z.number(),
      production: z.number(),
      development: z.number(),
      licences: z.array(licenceCount),
    }),
  ),
  odd: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      path: z.string(),
      declared: z.string().nullable(),
      licence: z.string().nullable(),
      reasons: names,
      evidence: z.string().nullable(),
    }),
  ),
});
export type Tally = z.infer<typeof tallySchema>;

export const severalVersionsSchema = z.object({
  name: z.string(),
  versions: z.array(z.object({ version: z.string(), copies: z.number() })),
});
export type SeveralVersions = z.infer<typeof severalVersionsSchema>;

export const policySchema = z.object({
  /** Licences and families that may be used. */
  allow: names,
  /** Licences and families that must not, whatever `allow` says. */
  deny: names,
  /** Packages that someone has looked at and let pass: `name` or `name@version`. */
  exceptions: names,
  /** Whether packages that are only used in development are judged too. */
  development: z.boolean(),
});
export type Policy = z.infer<typeof policySchema>;

/** A policy as the flow gives it. */
export const policyConfigSchema = z.strictObject({
  ...policySchema.shape,
  deny: names.default([]),
  exceptions: names.default([]),
  development: z.boolean().default(true),
});

export const verdictSchema = z.object({
  policy: policySchema,
  checked: z.number(),
  violations: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      path: z.string(),
      licence: z.string().nullable(),
      verdict: z.enum(['denied', 'not allowed']),
      development: z.boolean(),
    }),
  ),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** A direct dependency and all that it brings along. */
export const groupSchema = z.object({
  name: z.string(),
  development: z.boolean(),
  /** It and everything below it. */
  packages: z.number(),
  /** Those of them that no other direct dependency needs. */
  alone: z.number(),
});
export type Group = z.infer<typeof groupSchema>;

export const reportSchema = z.object({
  title: z.string(),
  /** ISO time. */
  at: z.string(),
  project: projectSchema.omit({ dependencies: true, devDependencies: true }),
  ...tallySchema.shape,
  severalVersions: z.array(severalVersionsSchema),
  policy: verdictSchema,
  groups: z.array(groupSchema),
});
export type Report = z.infer<typeof reportSchema>;
