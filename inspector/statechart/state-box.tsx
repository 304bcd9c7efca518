/** A state on the canvas: its name, whether it is active, and what stays within it. */
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { Shape } from '../parts/state-mark.tsx';
import { useStore } from '../store/store.ts';
import { count } from '../words/numbers.ts';
import type { PlacedState } from './chart-layout.ts';
import { moment } from './chart-state.ts';
import { TransitionLine } from './transition-line.tsx';

export type StateNode = Node<{ readonly placed: PlacedState; readonly name: string }, 'state'>;

function Hidden({ hidden }: { readonly hidden: readonly number[] }) {
  const taken = useStore(moment, ({ counts }) =>
    hidden.reduce((sum, each) => sum + (counts.get(each) ?? 0), 0),
  );
  const flash = useStore(moment, (now) =>
    hidden.some((each) => now.taken.has(each)) ? now.takenSeq : 0,
  );
  return (
    <span
      key={flash}
      className={`state-hidden${flash > 0 ? ' just-taken' : ''}`}
      title={`${hidden.length} transitions stay within this state; taken ${taken} times`}
    >
      {hidden.length} inner{taken > 0 ? ` ×${count(taken)}` : ''}
    </span>
  );
}

function State({ data }: NodeProps<StateNode>) {
  const { box, depth, width, height } = data.placed;
  const isActive = useStore(moment, ({ active }) => active.has(box.id));
  const classes = ['chart-state', box.type, box.boxes.length === 0 ? 'leaf' : 'nest'];
  if (depth === 0) classes.push('root');
  if (isActive) classes.push('active');
  return (
    <div
      className={classes.join(' ')}
      style={{ width, height }}
      data-state={box.id}
      data-active={isActive}
    >
      <div className="state-head">
        {isActive ? (
          <span className="state-active" title="Active">
            <Shape tone="running" size={9} />
          </span>
        ) : null}
        {box.isInitial ? <span className="initial" title="Entered first" /> : null}
        <span className="state-name cut" title={box.id}>
          {data.name}
        </span>
        {box.hidden.length === 0 ? null : <Hidden hidden={box.hidden} />}
      </div>
      {box.does.map((text) => (
        <div key={text} className="state-does cut" title={text}>
          {text}
        </div>
      ))}
      {box.lines.map((line) => (
        <TransitionLine key={line.transition} line={line} />
      ))}
      <Handle id="source" type="source" position={Position.Left} isConnectable={false} />
      <Handle id="target" type="target" position={Position.Left} isConnectable={false} />
    </div>
  );
}

export const StateBox = memo(State);
