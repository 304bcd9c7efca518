/** Coverage marked in the drawing of a statechart. */
import { NetrunError } from '../../errors.ts';
import { netAddress } from '../../machines/protocol.ts';
import { statechartToMermaid } from '../../machines/statechart-diagram.ts';
import type { CoverageRecord } from './coverage-record.ts';
import { type SubjectMachine, netMachines } from './net-machines.ts';
import { itemsOf } from './statechart-items.ts';
import { countingOf } from './what-counts.ts';

/** `A/epoch` as actors are addressed: `node:A/epoch`. */
function actorAddress(part: string): string {
  return part === netAddress || part.startsWith('node:') ? part : `node:${part}`;
}

/**
 * The statechart of a part (`net`, `A`, `A/in:x`, `A/out:y`, `A/epoch`) as a Mermaid state diagram, with
 * `✓` before what was reached and `✗` before states and moves that count and were not; without a mark stands what is not
 * counted. Of several nets that have the part the first one is drawn, with what was reached in any.
 * Throws NetrunError `NODE_UNKNOWN`.
 */
export function coverageStatechart(record: CoverageRecord, part: string): string {
  const address = actorAddress(part);
  const reached = new Set(record.nets.flatMap((net) => net.reached[address] ?? []));
  for (const { spec } of record.nets) {
    const subject = netMachines(spec).find((one) => one.address === address);
    if (subject === undefined) continue;
    const counting = countingOf(spec, subject);
    return draw(subject, reached, counting);
  }
  throw new NetrunError('NODE_UNKNOWN', `no net of this coverage has the part ${part}`, {
    hint: 'Write a node, NODE/in:PORT, NODE/out:PORT, NODE/epoch, or net.',
  });
}

function draw(
  { machine }: SubjectMachine,
  reached: ReadonlySet<string>,
  counting: ReturnType<typeof countingOf>,
): string {
  const marks = new Map<object, string>();
  for (const item of itemsOf(machine)) {
    const missed = item.move !== null && counting(item) === 'counted' ? '✗' : '';
    marks.set(item.transition ?? item.state, reached.has(item.name) ? '✓' : missed);
  }
  return statechartToMermaid(machine, { actions: false, mark: (part) => marks.get(part) ?? '' });
}
