/** What a node tells the net of its epochs: differences, those of every hop made once. */
import type { NetMessage, Trouble } from './protocol.ts';

interface Tally {
  readonly opened?: number;
  readonly startable?: number;
  readonly ready?: number;
  readonly running?: number;
  readonly starved?: number;
  readonly made?: number;
  readonly ended?: number;
  readonly trouble?: Trouble;
}

export function tally(change: Tally): NetMessage {
  return {
    type: 'node.tally',
    opened: change.opened ?? 0,
    startable: change.startable ?? 0,
    ready: change.ready ?? 0,
    running: change.running ?? 0,
    starved: change.starved ?? 0,
    made: change.made ?? 0,
    ended: change.ended ?? 0,
    trouble: change.trouble ?? 'none',
  };
}

export const opened = tally({ opened: 1, startable: 1 });
export const openedStarved = tally({ opened: 1, startable: 1, starved: 1 });
export const openedReady = tally({ opened: 1, startable: 1, ready: 1 });
export const openedStarvedReady = tally({ opened: 1, startable: 1, ready: 1, starved: 1 });
export const startedReady = tally({ startable: -1, ready: -1, running: 1 });
