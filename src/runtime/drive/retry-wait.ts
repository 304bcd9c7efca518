/** The share of a wait that is drawn by lot: what the machines cannot know. */
import { retryDelay } from '../../machines/retry-delay.ts';
import type { RandomStream } from '../epochs/random.ts';
import type { RunNode } from '../setup/run-node.ts';

/**
 * Milliseconds until the attempt after this one (from 0), `retry_jitter` of them drawn by lot; null
 * where the node's own schedule holds.
 */
export function jitteredWait(
  { spec, options }: Pick<RunNode, 'spec' | 'options'>,
  attempt: number,
  drawn: RandomStream,
): number | null {
  const share = options.retryJitter ?? 0;
  if (share === 0) return null;
  return Math.round(retryDelay(spec, attempt) * (1 - share * drawn()));
}
