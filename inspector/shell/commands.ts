/** Commands to the live net: whether there are any, having one done, and saying what came of it. */
import type { Command } from '../../src/runtime/inspector/protocol.ts';
import { ask, page, report } from '../store/page.ts';
import { useStore } from '../store/store.ts';

/**
 * Has the server do it, and says what came of it; not over what has gone wrong meanwhile, or where it has paused.
 * Resolves with whether it was done.
 */
export async function perform(command: Command): Promise<boolean> {
  const { notice: before } = page.get();
  try {
    const { text } = await ask('command', { command });
    page.set(({ notice }) =>
      notice === before || notice?.tone !== 'failed'
        ? { notice: { tone: 'done', text, code: null, hint: null } }
        : {},
    );
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

/** Commands are followed, and the connection is there. */
export function useHasControls(): boolean {
  return useStore(page, ({ hello, link }) => hello?.hasControls === true && link.is === 'open');
}
