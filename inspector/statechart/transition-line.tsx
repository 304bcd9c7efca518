/** A transition in a line: its event, its guard, how often it was taken; it flashes when it is taken. */
import { Term } from '../parts/term.tsx';
import { useStore } from '../store/store.ts';
import { shortCount } from '../words/numbers.ts';
import type { ChartLine } from './chart-scene.ts';
import { flashOf, moment, timesOf } from './chart-state.ts';

export interface TransitionLineProps {
  readonly line: ChartLine;
  /** Pixels, where its guard stands below its event. */
  readonly height?: number | undefined;
}

export function TransitionLine({ line, height }: TransitionLineProps) {
  const { transitions, events, isEventAbove, guard, target, sources } = line;
  const times = useStore(moment, (now) => timesOf(now, transitions));
  const flash = useStore(moment, (now) => flashOf(now, transitions));
  const condition = useStore(moment, ({ conditions }) =>
    line.condition === null ? null : (conditions[line.condition] ?? null),
  );
  const classes = ['transition'];
  if (flash > 0) classes.push('just-taken');
  if (times === 0) classes.push('never');
  if (height !== undefined) classes.push('tall');
  return (
    <div
      key={flash}
      className={classes.join(' ')}
      style={height === undefined ? undefined : { height }}
      data-transition={transitions.join(' ')}
      data-times={times}
      title={`${events.join(' or ')} ${guard}: taken ${times} times${flash > 0 ? ', and last of all' : ''}`}
    >
      <span className="transition-text cut">
        {isEventAbove
          ? null
          : events.map((event) => (
              <span key={event} className="transition-event">
                {event}
              </span>
            ))}{' '}
        {condition === null ? (
          <span className="transition-guard">{guard}</span>
        ) : (
          <Term condition={condition.view} state={condition.state} />
        )}
        {target === null ? null : <span className="transition-target"> → {target}</span>}
        {sources === 0 ? null : <span className="transition-target"> from {sources} states</span>}
      </span>
      {times === 0 ? null : <span className="transition-times">{shortCount(times)}</span>}
    </div>
  );
}
