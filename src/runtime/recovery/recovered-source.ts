/** The net that a run is recovered with: the one its history has, or one given, which must be the same. */
import { readFileSync } from 'node:fs';
import { NetrunError } from '../../errors.ts';
import type { Flow } from '../../dsl/builder.ts';
import { Graph } from '../../dsl/graph.ts';
import type { NodeFunctions } from '../../dsl/node-functions.ts';
import type { HeaderRecord } from '../history/record.ts';
import type { NetOptions } from '../setup/net-options.ts';
import type { ExecFunction } from '../setup/node-setup.ts';

/** Options of a net that goes on with a run of another process. */
export type TakeOverOptions = NetOptions & {
  /** The net of the run, with the functions of its nodes where it is a Flow. Default: the definition in the history. */
  readonly graph?: Graph | Flow;
  /** Functions of nodes that the definition does not name by path, by node. */
  readonly functions?: Readonly<Record<string, ExecFunction | NodeFunctions>>;
};

export interface TakenOver {
  readonly source: Graph | Flow;
  readonly options: NetOptions;
  readonly functions: Readonly<Record<string, ExecFunction | NodeFunctions>>;
}

/** A definition as it was written down beside a run. */
export interface WrittenDefinition {
  readonly text: string | undefined;
  /** The file it came from: what its paths are relative to. */
  readonly file: string | undefined;
  /** What a message calls the run. */
  readonly run: string;
}

export function writtenIn({ definition, file, run }: HeaderRecord): WrittenDefinition {
  return { text: definition === '' ? undefined : definition, file, run };
}

/**
 * Throws `HISTORY_INCOMPLETE` where there is neither a graph nor a definition, `HISTORY_INVALID` where the
 * definition is none.
 */
export function takenOver(
  { text, file, run }: WrittenDefinition,
  { graph, functions = {}, ...options }: TakeOverOptions,
): TakenOver {
  const base = options.file ?? file;
  const given = base === undefined ? options : { ...options, file: base };
  if (graph !== undefined) return { source: graph, options: given, functions };
  if (text === undefined) {
    throw new NetrunError(
      'HISTORY_INCOMPLETE',
      `run ${run} does not have the definition of its net`,
      {
        hint: 'TOML has no form for it: give the net as the option graph.',
      },
    );
  }
  try {
    const readFile = (path: string) => readFileSync(path);
    const source = Graph.fromToml(
      text,
      base === undefined ? { readFile } : { file: base, readFile },
    );
    source.toSpec();
    return { source, options: given, functions };
  } catch (cause) {
    throw new NetrunError('HISTORY_INVALID', `the definition of run ${run} cannot be used`, {
      cause,
      hint: 'It was changed, or written by another version; or give the net as the option graph.',
    });
  }
}
