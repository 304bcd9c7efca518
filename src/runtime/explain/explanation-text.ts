/** An explanation of a standstill as text for people. */
import type {
  BlockExplanation,
  ConditionExplanation,
  MissingPackets,
  NodeExplanation,
} from './explanation.ts';
import { counted } from '../counted-noun.ts';

/** Ids shown in one place at most. */
const shownIds = 5;

function list(ids: readonly string[]): string {
  const more = ids.length > shownIds ? ` and ${ids.length - shownIds} more` : '';
  return ids.slice(0, shownIds).join(', ') + more;
}

function missingText({ port, packets, from }: MissingPackets): string {
  if (packets < 0) return `${-packets} too many at ${port}`;
  const source =
    from.length === 0 ? 'only the outside can deliver there' : `to come from ${from.join(' or ')}`;
  return `${packets} more at ${port} (${source})`;
}

function conditionLines(condition: ConditionExplanation): string[] {
  const atoms = condition.atoms.map(
    ({ text, holds, count, slots }) =>
      `${text} is ${holds} (${count}${slots === null ? '' : ` of ${slots}`})`,
  );
  const lines = [
    `  condition ${condition.name}: ${condition.when} ${condition.holds ? 'holds' : 'does not hold'}: ${atoms.join(', ')}`,
  ];
  if (condition.missing.length > 0)
    lines.push(`    missing: ${condition.missing.map(missingText).join('; ')}`);
  return lines;
}

function nodeLines(node: NodeExplanation): string[] {
  const busy = node.ports.some(
    ({ packets, behind, waitingInputs }) => packets.length + behind.length + waitingInputs > 0,
  );
  if (!busy && node.startable.length === 0) return [];
  const lines = [`node ${node.node}`];
  if (node.startable.length > 0) {
    lines.push(
      `  ${counted(node.startable.length, 'epoch')} could start (${list(node.startable)}), held by: ${node.gate}`,
    );
  }
  if (node.held) lines.push('  takes no further salvo: max_pending_epochs epochs wait already');
  for (const { name, packets, slots, full, behind, waitingInputs } of node.ports) {
    const room = slots === null ? '' : ` of ${slots}`;
    if (packets.length > 0)
      lines.push(
        `  port ${name}: ${packets.length}${room}${full ? ', full' : ''} (${list(packets)})`,
      );
    for (const edge of behind)
      lines.push(
        `    behind it, from ${edge.from}: ${edge.packets.length} (${list(edge.packets)})`,
      );
    if (waitingInputs > 0) lines.push(`    outside, waiting for a slot: ${waitingInputs}`);
  }
  return [...lines, ...node.conditions.flatMap(conditionLines)];
}

function headline({ blocked, state, nodes }: Omit<BlockExplanation, 'text'>): string {
  if (blocked !== null) return `the net is blocked: ${blocked}`;
  let outside = 0;
  for (const { ports } of nodes) for (const { waitingInputs } of ports) outside += waitingInputs;
  const verb = outside === 1 ? 'waits' : 'wait';
  const wait = outside === 0 ? '' : `: ${counted(outside, 'value')} ${verb} outside for a slot`;
  return `the net is not blocked; it is ${state}${wait}`;
}

/** Several lines: how the net stands, each node that has something waiting, and the first steps. */
export function explanationText(explanation: Omit<BlockExplanation, 'text'>): string {
  const { nodes, firstSteps } = explanation;
  const steps = firstSteps.map(({ action, why }) => `  ${JSON.stringify(action)}\n    ${why}`);
  return [
    headline(explanation),
    ...nodes.flatMap(nodeLines),
    ...(steps.length === 0 ? [] : ['first steps', ...steps]),
  ].join('\n');
}
