/** Who is told of every kernel that is made: coverage, which watches the actors of all of them. */
import type { InspectionEvent } from 'xstate';
import type { NetSpec } from '../../machines/spec.ts';

/** A kernel that was just made: nothing was applied to it yet. */
export interface MadeKernel {
  readonly spec: NetSpec;
  /** It began in the middle: where another one was, by its snapshot. */
  readonly restored: boolean;
  inspect(observer: (event: InspectionEvent) => void): { unsubscribe(): void };
}

export type KernelWitness = (kernel: MadeKernel) => void;

const witnesses = new Set<KernelWitness>();

/** Calls `witness` for each kernel that is made from now on, until the function it gives is called. */
export function witnessKernels(witness: KernelWitness): () => void {
  witnesses.add(witness);
  return () => void witnesses.delete(witness);
}

export function tellWitnesses(kernel: () => MadeKernel): void {
  if (witnesses.size === 0) return;
  const made = kernel();
  for (const witness of witnesses) witness(made);
}
