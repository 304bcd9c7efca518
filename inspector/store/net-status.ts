/** What the net, and each of its nodes, is doing: the word that is shown and the kind of state it is. */
import type { NetLook, NodeWord } from '../../src/runtime/inspector/instant-view.ts';
import type { Status } from './tones.ts';

/** The status of the whole net: how it stands in its life, or, while it runs, what it does. */
export function netStatus(net: NetLook): Status {
  switch (net.lifecycle) {
    case 'created':
      return { tone: 'idle', word: 'not started' };
    case 'starting':
      return { tone: 'waiting', word: 'starting' };
    case 'running':
      return activityStatus(net);
    case 'pausing':
      return { tone: 'throttled', word: 'pausing' };
    case 'paused':
      return { tone: 'throttled', word: 'paused' };
    case 'stopping':
      return { tone: 'idle', word: 'stopping' };
    case 'stopped':
      return { tone: 'idle', word: 'stopped' };
    case 'failed':
      return { tone: 'failed', word: 'failed' };
    default:
      return { tone: 'idle', word: net.lifecycle };
  }
}

function activityStatus({ activity, blocked }: NetLook): Status {
  if (blocked === 'drained') return { tone: 'done', word: 'drained' };
  if (blocked !== null) return { tone: 'blocked', word: `blocked: ${blocked}` };
  return activity === 'waiting'
    ? { tone: 'waiting', word: 'waiting' }
    : { tone: 'running', word: 'running' };
}

const nodeTones: Readonly<Record<NodeWord, Status['tone']>> = {
  failed: 'failed',
  running: 'running',
  saturated: 'saturated',
  throttled: 'throttled',
  backpressured: 'saturated',
  exhausted: 'idle',
  closed: 'idle',
  retrying: 'throttled',
  blocked: 'blocked',
  waiting: 'waiting',
  idle: 'idle',
};

export function nodeStatus(word: NodeWord): Status {
  return { tone: nodeTones[word], word };
}
