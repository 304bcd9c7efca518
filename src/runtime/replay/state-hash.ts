/** The state of a kernel as one short text: the same state has the same hash, on any machine. */
import { createHash } from 'node:crypto';
import type { Kernel } from '../kernel/kernel.ts';

/** `sha256-` and the hash, in hex, of the kernel's snapshot as JSON. */
export function stateHash(kernel: Pick<Kernel, 'snapshot'>): string {
  const text = JSON.stringify(kernel.snapshot());
  return `sha256-${createHash('sha256').update(text).digest('hex')}`;
}
