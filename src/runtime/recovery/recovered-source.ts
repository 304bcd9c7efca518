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
  /** The error where there is none, and no graph is given. */
  absent(): NetrunError;
  /** The error where it is none. */
  invalid(cause: unknown): NetrunError;
}

export function writtenIn({ definition, file, run }: HeaderRecord): WrittenDefinition {
  return {
    text: definition === '' ? undefined : definition,
    file,
    absent: () =>
      new NetrunError('HISTORY_INCOMPLETE', `run ${run} does not have the definition of its net`, {
        hint: 'TOML has no form for it: give the net as the option graph.',
      }),
    invalid: (cause) =>
      new NetrunError('HISTORY_INVALID', `the definition of run ${run} cannot be used`, {
        cause,
        hint: 'It was changed, or written by another version; or give the net as the option graph.',
      }),
  };
}

/** Throws the definition's own errors where there is neither a graph nor a definition that can be used. */
export function takenOver(
  written: WrittenDefinition,
  { graph, functions = {}, ...options }: TakeOverOptions,
): TakenOver {
  const base = options.file ?? written.file;
  const given = base === undefined ? options : { ...options, file: base };
  if (graph !== undefined) return { source: graph, options: given, functions };
  if (written.text === undefined) throw written.absent();
  try {
    const readFile = (path: string) => readFileSync(path);
    const reading = base === undefined ? { readFile } : { file: base, readFile };
    const source = Graph.fromToml(written.text, reading);
    source.toSpec();
    return { source, options: given, functions };
  } catch (cause) {
    throw written.invalid(cause);
  }
}
