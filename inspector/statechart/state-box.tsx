/** A state on the canvas: its name, whether it is active, and what stays within it. */
import { EdgeLabelRenderer, Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { Icon } from '../parts/icons.tsx';
import { Shape } from '../parts/state-mark.tsx';
import { useStore } from '../store/store.ts';
import { shortCount } from '../words/numbers.ts';
import type { PlacedState } from './chart-layout.ts';
import { chartLook } from './chart-look.ts';
import { flashOf, moment, timesOf } from './chart-state.ts';
import { TransitionLine } from './transition-line.tsx';

export type StateNode = Node<{ readonly placed: PlacedState; readonly name: string }, 'state'>;

function Hidden({ hidden, isFolded }: { readonly hidden: readonly number[]; isFolded: boolean }) {
  const taken = useStore(moment, (now) => timesOf(now, hidden));
  const flash = useStore(moment, (now) => flashOf(now, hidden));
  const times = taken > 0 ? `×${shortCount(taken)}` : '';
  if (isFolded && taken === 0) return null;
  return (
    <span
      key={flash}
      className={`state-hidden${flash > 0 ? ' just-taken' : ''}`}
      title={
        isFolded
          ? `${hidden.length} transitions in this region; taken ${taken} times`
          : `${hidden.length} transitions stay within this state; taken ${taken} times`
      }
    >
      {isFolded ? times : `${hidden.length} inner ${times}`}
    </span>
  );
}

/** A region of which only the active state is drawn; a click draws it, and folds the others. */
function FoldedRegion({ placed }: { readonly placed: PlacedState }) {
  const { box, width, height } = placed;
  const active = useStore(moment, (now) =>
    [...now.active].filter((id) => id.startsWith(`${box.id}.`)).at(-1),
  );
  return (
    <button
      type="button"
      className={`chart-state folded nodrag nopan${active === undefined ? '' : ' active'}`}
      style={{ width, height }}
      data-state={box.id}
      data-active={active !== undefined}
      title={`Draw the region ${box.title}`}
      onClick={() => chartLook.set({ region: box.title, stand: null })}
    >
      <Icon name="unfold" size={11} />
      <span className="folded-name">{box.title}</span>
      <span className="folded-state cut">{active?.slice(box.id.length + 1) ?? ''}</span>
      <Hidden hidden={box.hidden} isFolded />
    </button>
  );
}

/** The name of a state, with what stays within it and is not drawn, and the lines that are. */
function Head({ data: { placed, name } }: { readonly data: StateNode['data'] }) {
  const { box } = placed;
  const isActive = useStore(moment, ({ active }) => active.has(box.id));
  return (
    <>
      <div className="state-head">
        {isActive ? (
          <span className="state-active" title="Active">
            <Shape tone="running" size={9} />
          </span>
        ) : null}
        {box.isInitial ? <span className="initial" title="Entered first" /> : null}
        <span className="state-name cut" title={box.id}>
          {name}
        </span>
        {box.hidden.length === 0 ? null : <Hidden hidden={box.hidden} isFolded={false} />}
      </div>
      {box.does.map((text) => (
        <div key={text} className="state-does cut" title={text}>
          {text}
        </div>
      ))}
      {box.lines.map((line) => (
        <TransitionLine key={line.transitions[0]} line={line} />
      ))}
    </>
  );
}

function State({ data }: NodeProps<StateNode>) {
  const { box, depth, x, y, width, height } = data.placed;
  const isActive = useStore(moment, ({ active }) => active.has(box.id));
  if (box.folded !== null) return <FoldedRegion placed={data.placed} />;
  const classes = ['chart-state', box.type, box.boxes.length === 0 ? 'leaf' : 'nest'];
  if (depth === 0) classes.push('root');
  if (isActive) classes.push('active');
  const mayBeCrossed = depth > 0 && box.boxes.length > 0;
  return (
    <div
      className={classes.join(' ')}
      style={{ width, height }}
      data-state={box.id}
      data-active={isActive}
    >
      {mayBeCrossed ? (
        <EdgeLabelRenderer>
          <div
            className={`nest-head${isActive ? ' active' : ''}`}
            style={{ transform: `translate(${x}px, ${y}px)`, width }}
          >
            <Head data={data} />
          </div>
        </EdgeLabelRenderer>
      ) : (
        <Head data={data} />
      )}
      <Handle id="source" type="source" position={Position.Left} isConnectable={false} />
      <Handle id="target" type="target" position={Position.Left} isConnectable={false} />
    </div>
  );
}

export const StateBox = memo(State);
