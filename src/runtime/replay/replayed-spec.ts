/** The net that a history is replayed with: the one its header has, or one given that must be the same. */
import { NetrunError } from '../../errors.ts';
import type { Flow } from '../../dsl/builder.ts';
import { Graph } from '../../dsl/graph.ts';
import type { NetSpec } from '../../machines/spec.ts';
import type { HeaderRecord } from '../history/record.ts';
import { specHash } from '../history/run-header.ts';
import type { KernelSource } from '../kernel/kernel.ts';
import { type DataDifference, firstDifference } from './first-difference.ts';

function specOf(source: KernelSource | Flow): NetSpec {
  if ('functions' in source) return source.graph.toSpec();
  return 'toSpec' in source ? source.toSpec() : source;
}

/** The net of the header; null where it has none. Throws `HISTORY_INVALID` where it is none. */
function recordedSpec({ definition, run }: HeaderRecord): NetSpec | null {
  if (definition === undefined || definition === '') return null;
  try {
    return Graph.fromToml(definition).toSpec();
  } catch (cause) {
    throw new NetrunError(
      'HISTORY_INVALID',
      `the definition in the header of run ${run} cannot be used`,
      { cause, hint: 'The header was changed, or written by another version: look at its line.' },
    );
  }
}

/** Characters of a side in a message at most. */
const shownChars = 60;

/** A side of the difference; of what has a name, such as a node or a port, the name. */
function textOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null && 'name' in value)
    return JSON.stringify(value.name);
  const text = JSON.stringify(value);
  return text.length > shownChars ? `${text.slice(0, shownChars)}…` : text;
}

function partedText({ path, left, right }: DataDifference): string {
  return `: at ${path} it has ${textOf(left)}, the net given has ${textOf(right)}`;
}

/**
 * Throws `HISTORY_INCOMPLETE` where there is neither, `HISTORY_OTHER_DEFINITION` with the first
 * difference where they are not the same, `HISTORY_INVALID` for a header whose definition is none.
 */
export function replayedSpec(
  header: HeaderRecord,
  given: KernelSource | Flow | undefined,
): NetSpec {
  const recorded = recordedSpec(header);
  if (given === undefined) {
    if (recorded !== null) return recorded;
    throw new NetrunError(
      'HISTORY_INCOMPLETE',
      `the history of run ${header.run} does not have the definition of its net`,
      { hint: 'Give the graph: new Replay(history, { graph }).' },
    );
  }
  const spec = specOf(given);
  const difference = recorded === null ? null : firstDifference(recorded, spec);
  const { spec_hash: hash } = header;
  const isOther = recorded === null && hash !== null && hash !== specHash(spec);
  if (difference === null && !isOther) return spec;
  throw new NetrunError(
    'HISTORY_OTHER_DEFINITION',
    `run ${header.run} was made by another net${difference === null ? '' : partedText(difference)}`,
    { hint: 'Leave the graph out, or give the one that the run was made with.' },
  );
}
