/**
 * What the signals of the process ask of a net: the first interrupt pauses it, the next stops it at once.
 *
 * Knows the process as what signals and its end come from, and only for a net that asks for it; everybody else
 * gives their own source.
 */
import process from 'node:process';

export type Signal = 'SIGINT' | 'SIGTERM';

/** Where signals come from: `process`, or what stands in for it. */
export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown;
  removeListener(signal: Signal, listener: () => void): unknown;
  /** What the process is to exit with, once nothing is left to do. */
  exitCode?: number | string | null | undefined;
}

/** Where the end of the process is told: `process`, or what stands in for it. */
export interface ExitSource {
  on(event: 'exit', listener: () => void): unknown;
}

/** What is called at the end, by source: each source is listened to once. */
const atExits = new WeakMap<ExitSource, Set<() => void>>();

/** Calls `last` when the process exits, until the function returned is called; nothing can be awaited then. */
export function atExit(last: () => void, source: ExitSource = process): () => void {
  let all = atExits.get(source);
  if (all === undefined) {
    const known = new Set<() => void>();
    source.on('exit', () => {
      for (const one of known) one();
    });
    atExits.set(source, (all = known));
  }
  all.add(last);
  return () => {
    all.delete(last);
  };
}

/** How far a run has been brought to its end. */
export type Stage = 'running' | 'pausing' | 'stopping';

/** Exit code of an interrupted run. */
export const interruptedCode = 130 as const;

/** What a signal asks for: `leave` is to wait for nothing any more. */
export function reactionTo(signal: Signal, stage: Stage): 'pause' | 'stop' | 'leave' {
  if (stage === 'stopping') return 'leave';
  return signal === 'SIGINT' && stage === 'running' ? 'pause' : 'stop';
}

/** Tells `listener` of every signal; the function returned puts the handlers back. */
export function listenToSignals(
  source: SignalSource,
  listener: (signal: Signal) => void,
): () => void {
  const interrupt = (): void => listener('SIGINT');
  const terminate = (): void => listener('SIGTERM');
  source.on('SIGINT', interrupt);
  source.on('SIGTERM', terminate);
  return () => {
    source.removeListener('SIGINT', interrupt);
    source.removeListener('SIGTERM', terminate);
  };
}

/** What signals do to a net; errors of both are told by the net in its own way. */
export interface Interruptible {
  pause(reason: string): Promise<void>;
  stop(reason: string): Promise<void>;
}

/**
 * Lets signals end a net, until the function returned is called. The first SIGINT lets running epochs
 * end, then stops the net; a second, or a SIGTERM, stops it at once; one more finds the handlers put
 * back. The process is not ended, but exits with 130 when it does.
 */
export function endOnSignals(net: Interruptible, source: SignalSource = process): () => void {
  let stage: Stage = 'running';
  const stop = (reason: string): void => {
    stage = 'stopping';
    net.stop(reason).catch(() => undefined);
  };
  const unlisten = listenToSignals(source, (signal) => {
    const reason = signal === 'SIGINT' ? 'interrupted' : 'terminated';
    source.exitCode = interruptedCode;
    switch (reactionTo(signal, stage)) {
      case 'pause': {
        stage = 'pausing';
        const finish = (): void => {
          if (stage === 'pausing') stop(reason);
        };
        net.pause(reason).then(finish, finish);
        return;
      }
      case 'stop':
        stop(reason);
        return;
      case 'leave':
        unlisten();
    }
  });
  return unlisten;
}
