/** A line between two ports, with the packets that wait on it. */
import type { Edge, EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import type { EdgeLook } from '../../src/runtime/inspector/instant-view.ts';
import { middleOf, roundedPath } from '../layout/rounded-path.ts';
import { edgesByIndex } from '../store/overview.ts';
import { page } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { countHeight, countText, countWidth } from './line-count.ts';
import type { PlacedLine } from './net-layout.ts';

export type LineEdge = Edge<{ readonly placed: PlacedLine; readonly isDim: boolean }, 'line'>;

const cornerRadius = 9;
const none: readonly EdgeLook[] = [];

interface CountProps {
  readonly x: number;
  readonly y: number;
  readonly packets: number;
  readonly isFull: boolean;
}

/** Drawn with the line: a label of its own costs each of a thousand edges something whenever the canvas moves. */
function Count({ x, y, packets, isFull }: CountProps) {
  const text = countText(packets, isFull);
  const width = countWidth(text);
  return (
    <g className={`line-count${isFull ? ' full' : ''}`}>
      <title>{`${packets} packets on the edge${isFull ? ', which wait for a slot' : ''}`}</title>
      <rect
        x={x - width / 2}
        y={y - countHeight / 2}
        width={width}
        height={countHeight}
        rx={countHeight / 2}
      />
      <text x={x} y={y + 4.5}>
        {text}
      </text>
    </g>
  );
}

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
    <g className={classes.join(' ')} data-line={id}>
      <path className="line-path" d={path} markerEnd="url(#arrow)" />
      <path className="line-reach" d={path} />
      {packets === 0 ? null : <Count x={x} y={y} packets={packets} isFull={isFull} />}
    </g>
  );
}

export const EdgeLine = memo(Line);
