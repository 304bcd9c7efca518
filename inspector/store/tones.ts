/** The kinds of state that the page tells apart, and which of them a statechart's state belongs to. */
import type { StateValue } from 'xstate';

export type Tone =
  | 'running'
  | 'waiting'
  | 'throttled'
  | 'saturated'
  | 'blocked'
  | 'failed'
  | 'done'
  | 'idle';

/** What a node, a net or an epoch is doing: the word that is shown, and the kind of state it is. */
export interface Status {
  readonly tone: Tone;
  readonly word: string;
}

const epochTones: Readonly<Record<string, Status>> = {
  startable: { tone: 'waiting', word: 'startable' },
  running: { tone: 'running', word: 'running' },
  attempting: { tone: 'running', word: 'running' },
  committing: { tone: 'running', word: 'committing' },
  backingOff: { tone: 'throttled', word: 'backing off' },
  retrying: { tone: 'throttled', word: 'retrying' },
  finished: { tone: 'done', word: 'finished' },
  failed: { tone: 'failed', word: 'failed' },
  timedOut: { tone: 'failed', word: 'timed out' },
  cancelled: { tone: 'idle', word: 'cancelled' },
};

/** The status of an epoch by its state, or by its state within `running`. */
export function epochStatus(state: string): Status {
  return epochTones[state] ?? { tone: 'idle', word: state };
}

/** The innermost states of a statechart's value, with their regions: `gate.open`. */
export function leavesOf(value: StateValue, prefix = ''): readonly string[] {
  if (typeof value === 'string') return [prefix + value];
  return Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined || Object.keys(inner).length === 0
      ? [prefix + key]
      : leavesOf(inner, `${prefix}${key}.`),
  );
}
