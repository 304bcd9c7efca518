/** An arrow between two states, with a line for each transition that it stands for. */
import { type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { roundedPath } from '../layout/rounded-path.ts';
import { useStore } from '../store/store.ts';
import type { PlacedArrow } from './chart-layout.ts';
import { flashOf, moment, timesOf } from './chart-state.ts';
import { TransitionLine } from './transition-line.tsx';

export type ArrowEdge = Edge<{ readonly placed: PlacedArrow }, 'arrow'>;

const cornerRadius = 8;

function Arrow({ data }: EdgeProps<ArrowEdge>) {
  const lines = data?.placed.arrow.lines ?? [];
  const flash = useStore(moment, (now) =>
    Math.max(0, ...lines.map(({ transitions }) => flashOf(now, transitions))),
  );
  const isUsed = useStore(moment, (now) =>
    lines.some(({ transitions }) => timesOf(now, transitions) > 0),
  );
  if (data === undefined) return null;
  const { points, label, tall } = data.placed;
  const classes = ['chart-arrow', isUsed ? 'used' : 'never'];
  if (flash > 0) classes.push('just-taken');
  return (
    <>
      <path
        key={flash}
        className={classes.join(' ')}
        d={roundedPath(points, cornerRadius)}
        markerEnd={`url(#arrowhead${flash > 0 ? '-taken' : ''})`}
      />
      <EdgeLabelRenderer>
        <div
          className="arrow-label"
          style={{
            transform: `translate(${label.x}px, ${label.y}px)`,
            width: label.width,
            height: label.height,
          }}
        >
          {lines.map((line) => (
            <TransitionLine key={line.transitions[0]} line={line} height={tall.get(line)} />
          ))}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

export const ArrowLine = memo(Arrow);
