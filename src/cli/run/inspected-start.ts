/**
 * A run whose inspector is open: where it stands still before it is done, it waits for what is done from the page.
 */
import type { Net } from '../../runtime/net.ts';
import type { RunResult } from '../../runtime/run-result.ts';

/** Actions after which a net that was paused goes on, or never will. */
const ends: ReadonlySet<string> = new Set(['ResumeNet', 'StopNet']);

/** Whether something may come of it yet: packets wait, or somebody has paused the net. */
function isStill({ state, blocked }: RunResult): boolean {
  return state === 'paused' || (state === 'blocked' && blocked !== 'drained');
}

/** Resolves with the next action that changes how the net stands. */
function nextMove(net: Net, isPaused: boolean): Promise<void> {
  return new Promise((resolve) => {
    const unwatch = net.watch(({ action, answer }) => {
      if (!answer.ok || (isPaused && !ends.has(action.type))) return;
      unwatch();
      resolve();
    });
  });
}

/** `say` tells people that the net waits. */
export async function inspectedStart(
  net: Net,
  start: () => Promise<RunResult>,
  say: (line: string) => void,
): Promise<RunResult> {
  let result = await start();
  while (isStill(result)) {
    const how = result.blocked ?? 'paused';
    say(`the net is ${how}: go on from the inspector, or interrupt to end the run`);
    await nextMove(net, result.state === 'paused');
    const { state } = net.status();
    if (state === 'paused' || state === 'pausing')
      result = { ...result, state: 'paused', blocked: null };
    else if (state === 'running' || state === 'starting' || state === 'blocked')
      result = await net.start();
    else return { ...result, state, blocked: null };
  }
  return result;
}
