/** A transition in a line: its event, its guard, how often it was taken; it flashes when it is taken. */
import { Term } from '../parts/term.tsx';
import { useStore } from '../store/store.ts';
import { shortCount } from '../words/numbers.ts';
import type { ChartLine } from './chart-scene.ts';
import { moment } from './chart-state.ts';

export interface TransitionLineProps {
  readonly line: ChartLine;
  /** Its guard stands below its event. */
  readonly isTall?: boolean;
}

export function TransitionLine({ line, isTall = false }: TransitionLineProps) {
  const { transition, event, guard, target } = line;
  const times = useStore(moment, ({ counts }) => counts.get(transition) ?? 0);
  const flash = useStore(moment, (now) => (now.taken.has(transition) ? now.takenSeq : 0));
  const condition = useStore(moment, ({ conditions }) =>
    line.condition === null ? null : (conditions[line.condition] ?? null),
  );
  return (
    <div
      key={flash}
      className={`transition${flash > 0 ? ' just-taken' : ''}${times === 0 ? ' never' : ''}${isTall ? ' tall' : ''}`}
      data-transition={transition}
      data-times={times}
      title={`${event} ${guard}: taken ${times} times${flash > 0 ? ', and last of all' : ''}`}
    >
      <span className="transition-text cut">
        <span className="transition-event">{event}</span>{' '}
        {condition === null ? (
          <span className="transition-guard">{guard}</span>
        ) : (
          <Term condition={condition.view} state={condition.state} />
        )}
        {target === null ? null : <span className="transition-target"> → {target}</span>}
      </span>
      {times === 0 ? null : <span className="transition-times">{shortCount(times)}</span>}
    </div>
  );
}
