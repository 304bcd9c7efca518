/** The header of a run's history: what a reader needs to run it again. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { NetrunError } from '../../errors.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { NetSpec } from '../../machines/spec.ts';
import { packageVersion } from '../package-version.ts';
import { type HeaderRecord, historyFormat } from './record.ts';

export interface RunOrigin {
  /** ULID of the run. */
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly seed: string | number;
  readonly graph: Graph;
  readonly spec: NetSpec;
  /** The file of the definition. */
  readonly file: string | undefined;
}

/** `sha256-` and the hash of the spec as JSON: the same for the same net. */
export function specHash(spec: NetSpec): string {
  return `sha256-${createHash('sha256').update(JSON.stringify(spec)).digest('hex')}`;
}

/** The definition in TOML; undefined where it holds what only code can say. */
function definitionOf(graph: Graph): string | undefined {
  try {
    return graph.toToml();
  } catch (error) {
    if (error instanceof NetrunError && error.code === 'NOT_PRINTABLE') return undefined;
    throw error;
  }
}

/** The header of part 0. */
export function runHeader({ run, at, seed, graph, spec, file }: RunOrigin): HeaderRecord {
  const definition = definitionOf(graph);
  return {
    seq: 0,
    type: 'header',
    format: historyFormat,
    run,
    at: new Date(at).toISOString(),
    netrun: packageVersion(),
    seed,
    spec_hash: specHash(spec),
    ...(definition === undefined ? {} : { definition }),
    ...(file === undefined ? {} : { file: resolve(file) }),
    level: graph.settings.historyLevel ?? 'full',
    part: 0,
  };
}
