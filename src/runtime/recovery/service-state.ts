/** How the service of a node stands, as the kernel has it. */
import type { NodeContext } from '../../machines/node-context.ts';
import { nodeAddress } from '../../machines/protocol.ts';
import type { Kernel } from '../kernel/kernel.ts';

export interface ServiceState {
  readonly isStarting: boolean;
  /** Starts that failed, where the next one waits for its time; else 0. */
  readonly failures: number;
}

/** The node must be one of the net. */
export function serviceState(kernel: Kernel, node: string): ServiceState {
  const snapshot = kernel.actor(nodeAddress(node))?.getSnapshot() as
    | { readonly value: { readonly service: string }; readonly context: NodeContext }
    | undefined;
  if (snapshot === undefined) throw new Error(`no node ${node}`);
  const { value, context } = snapshot;
  return {
    isStarting: value.service === 'starting',
    failures: context.restartAt === null ? 0 : context.startFailures,
  };
}
