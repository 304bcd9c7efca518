/** Whether a net is blocked, and how many epochs its nodes have had. */
import type { BlockKind } from '../../machines/action.ts';
import type { EpochCounts } from '../../runtime/drive/tally.ts';
import { type Verdict, asNet } from './verdict.ts';
import { TestError } from '../test-error.ts';

/** Epochs of one node: how many were opened, or how many of each kind. */
export type ExpectedEpochs = number | Partial<EpochCounts>;

export function blocked(received: unknown, kind: BlockKind | undefined): Verdict {
  const { net, standing } = asNet('toBeBlocked', received);
  const status = net.status();
  const isBlocked = status.state === 'blocked' && status.blocked !== null;
  const pass = isBlocked && (kind === undefined || status.blocked === kind);
  const wanted = kind === undefined ? 'blocked' : `blocked (${kind})`;
  const is = isBlocked ? `blocked (${status.blocked})` : status.state;
  return {
    pass,
    message: () =>
      pass
        ? `expected the net not to be ${wanted}\n\n${standing()}`
        : `expected the net to be ${wanted}, and it is ${is}\n\n${standing()}`,
  };
}

/** `2 opened, 1 finished, 1 running`. */
function countsText(counts: EpochCounts): string {
  const told = Object.entries(counts).filter(([key, count]) => key === 'opened' || count !== 0);
  return told.map(([key, count]) => `${count as number} ${key}`).join(', ');
}

/** Throws `NODE_UNKNOWN` for a node that the net does not have. */
export function epochs(
  received: unknown,
  expected: Readonly<Record<string, ExpectedEpochs>>,
): Verdict {
  const { net, standing } = asNet('toHaveEpochs', received);
  const { nodes } = net.status().counts;
  const wrong: string[] = [];
  const lines = Object.entries(expected).map(([node, wanted]) => {
    const counts = nodes.get(node);
    if (counts === undefined) {
      throw new TestError('NODE_UNKNOWN', `the graph has no node ${node}`, {
        nodeName: node,
        hint: `It has: ${[...nodes.keys()].join(', ')}.`,
      });
    }
    const each = typeof wanted === 'number' ? { opened: wanted } : wanted;
    const off = Object.entries(each).filter(
      ([key, count]) => counts[key as keyof EpochCounts] !== count,
    );
    const told = `${node}: ${countsText(counts)}`;
    const missed = off.map(([key, count]) => `${count} ${key}`).join(', ');
    if (off.length > 0) wrong.push(node);
    return off.length > 0 ? `  ${told}, expected ${missed}` : `  ${told}`;
  });
  const pass = wrong.length === 0;
  return {
    pass,
    message: () =>
      `expected the net ${pass ? 'not ' : ''}to have had these epochs\n${lines.join('\n')}\n\n${standing()}`,
  };
}
