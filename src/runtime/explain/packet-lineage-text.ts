/** A packet's lineage as a tree of text. */
import type { LineageEpoch, LineageNode } from './packet-lineage-node.ts';

const cuts = {
  elsewhere: '… stands elsewhere in this tree',
  depth: '… and further back or on: the depth asked for ends here',
  size: '… and more: the tree is cut at its largest size',
} as const;

function epochText({ epoch, node }: LineageEpoch): string {
  return node === '' ? epoch : `${epoch} ${node}`;
}

function originText({ maker, entry, born }: LineageNode): string {
  if (born === null) return 'made before the history begins';
  if (maker !== null) return `made in ${epochText(maker)}`;
  return entry === null ? 'from outside' : `from outside at ${entry}`;
}

function endText({ end, endEpoch }: LineageNode): string {
  if (end === 'live') return 'lives';
  return endEpoch === null ? end : `${end} in ${epochText(endEpoch)}`;
}

/** What the packet has to do with the one above it. */
function relationText({ how, epoch, port }: LineageNode, direction: 'up' | 'down'): string {
  const isUp = direction === 'up';
  switch (how) {
    case null:
      return '';
    case 'copy':
      return isUp ? 'its original' : 'a copy';
    case 'retry':
      return isUp ? 'put back from a dead letter' : 'put back for it';
    case 'made':
      return isUp && epoch !== null ? `went into ${epochText(epoch)} at ${port ?? ''}` : '';
  }
}

function nodeText(node: LineageNode, direction: 'up' | 'down'): string {
  const parts = [relationText(node, direction), originText(node), endText(node)];
  return `${node.packet}  ${parts.filter((part) => part !== '').join('; ')}`;
}

/** Lines with branches, the packet asked for first. */
export function lineageText(root: LineageNode, direction: 'up' | 'down'): string {
  const lines: string[] = [];
  const todo: (readonly [node: LineageNode, lead: string, rest: string])[] = [[root, '', '']];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const [node, lead, rest] = next;
    lines.push(`${lead}${nodeText(node, direction)}`);
    if (node.cut !== null) lines.push(`${rest}└─ ${cuts[node.cut]}`);
    for (const [at, child] of [...node.next.entries()].toReversed()) {
      const isLast = at === node.next.length - 1 && node.cut === null;
      todo.push([child, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`]);
    }
  }
  return lines.join('\n');
}
