/** A state as shape, word and colour: each of the three says it alone. */
import type { Tone } from '../store/tones.ts';

const shapes: Readonly<Record<Tone, string>> = {
  // A triangle that points on.
  running: 'M3 1.5 L10 6 L3 10.5 Z',
  // Three dots.
  waiting:
    'M0.5 6a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0M4.6 6a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0M8.7 6a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0',
  // An hourglass.
  throttled: 'M2 1h8v1.6L7 6l3 3.4V11H2V9.4L5 6 2 2.6Z',
  // Three full bars.
  saturated: 'M1 1.5h2.6v9H1ZM4.7 1.5h2.6v9H4.7ZM8.4 1.5H11v9H8.4Z',
  // A square.
  blocked: 'M1.8 1.8h8.4v8.4H1.8Z',
  // A cross.
  failed: 'M2.6 1L6 4.4 9.4 1 11 2.6 7.6 6 11 9.4 9.4 11 6 7.6 2.6 11 1 9.4 4.4 6 1 2.6Z',
  // A tick.
  done: 'M1 6.4L2.6 4.8 4.8 7 9.6 2 11.2 3.6 4.8 10.2Z',
  // A ring.
  idle: 'M6 1.4a4.6 4.6 0 1 0 0 9.2a4.6 4.6 0 1 0 0-9.2M6 3.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 1 1 0-5.6',
};

export function Shape({ tone, size = 10 }: { readonly tone: Tone; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" fill="currentColor" aria-hidden="true">
      <path fillRule="evenodd" d={shapes[tone]} />
    </svg>
  );
}

export interface StateMarkProps {
  readonly tone: Tone;
  readonly word: string;
  /** On a ground of its own colour. */
  readonly badge?: boolean;
}

export function StateMark({ tone, word, badge = false }: StateMarkProps) {
  return (
    <span className={`state tone-${tone}${badge ? ' badge' : ''}`}>
      <Shape tone={tone} />
      {word}
    </span>
  );
}
