/** A line between two ports, with the packets that wait on it. */
import { type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import type { EdgeLook } from '../../src/runtime/inspector/instant-view.ts';
import { middleOf, roundedPath } from '../layout/rounded-path.ts';
import { edgesByIndex } from '../store/overview.ts';
import { page } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { shortCount } from '../words/numbers.ts';
import type { PlacedLine } from './net-layout.ts';

export type LineEdge = Edge<{ readonly placed: PlacedLine; readonly isDim: boolean }, 'line'>;

const cornerRadius = 9;
const none: readonly EdgeLook[] = [];

function Line({ id, data, selected }: EdgeProps<LineEdge>) {
  const edges = data?.placed.line.edges ?? [];
  const packets = useStore(page, ({ shown }) => {
    const looks = edgesByIndex(shown?.edges ?? none);
    return edges.reduce((sum, edge) => sum + (looks.get(edge)?.count ?? 0), 0);
  });
  const isFull = useStore(page, ({ shown }) => {
    const looks = edgesByIndex(shown?.edges ?? none);
    return edges.some((edge) => looks.get(edge)?.isFull === true);
  });
  if (data === undefined) return null;
  const { points } = data.placed;
  const path = roundedPath(points, cornerRadius);
  const { x, y } = middleOf(points);
  const classes = ['line'];
  if (packets > 0) classes.push('loaded');
  if (isFull) classes.push('full');
  if (selected === true) classes.push('selected');
  if (data.isDim) classes.push('dim');
  return (
    <>
      <g className={classes.join(' ')} data-line={id}>
        <path className="line-path" d={path} markerEnd="url(#arrow)" />
        <path className="line-reach" d={path} />
      </g>
      {packets === 0 ? null : (
        <EdgeLabelRenderer>
          <div
            className={`line-count${isFull ? ' full' : ''}${data.isDim ? ' dim' : ''}`}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            title={`${packets} packets on the edge${isFull ? ', which wait for a slot' : ''}`}
          >
            {shortCount(packets)}
            {isFull ? ' full' : ''}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

export const EdgeLine = memo(Line);
