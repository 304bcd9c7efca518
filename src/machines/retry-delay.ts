/** How long is waited before another attempt of an epoch, or another start of a node. */
import type { NodeShape } from './spec.ts';

/** Milliseconds of the node's own schedule after the attempt with this number, from 0. */
export function retryDelay(spec: NodeShape, attempt: number): number {
  const { retryWaitMs, retryBackoff, retryWaitMaxMs } = spec.rules;
  const wait = retryBackoff === 'exponential' ? retryWaitMs * 2 ** attempt : retryWaitMs;
  return Math.round(Math.min(wait, retryWaitMaxMs ?? Number.MAX_SAFE_INTEGER));
}
