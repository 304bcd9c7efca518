/** Going through time: by a step, to an error, to an epoch, to the end and on with it. */
import type { MarkKind } from '../../src/runtime/inspector/history-view.ts';
import type { Question } from '../../src/runtime/inspector/protocol.ts';
import { ask, goTo, page, report } from '../store/page.ts';

const errorKinds: MarkKind[] = ['failed', 'timedOut', 'violation', 'rejected'];

/** The record that the page stands at. */
function standing(): number {
  const { at, shown, position } = page.get();
  return at ?? shown?.at ?? position?.last ?? 0;
}

let isStepping = false;

async function step(question: Omit<Question<'step'>, 'from'>): Promise<void> {
  if (isStepping) return;
  isStepping = true;
  try {
    const { seq, isEnd } = await ask('step', { ...question, from: standing() });
    if (!isEnd || seq !== standing()) goTo(seq);
  } catch (error) {
    report(error);
  } finally {
    isStepping = false;
  }
}

export function stepBy(by: 'action' | 'event' | 'epoch', back: boolean): void {
  void step({ by, back });
}

export function stepToError(back: boolean): void {
  void step({ by: 'mark', back, kinds: errorKinds });
}

/** Stands still where it is, or goes on with what happens. */
export function togglePause(): void {
  const { at, shown } = page.get();
  goTo(at === null ? (shown?.at ?? 0) : null);
}

/** `e12`: where that epoch was opened; `1234` or `#1234`: that record. */
export async function jumpTo(text: string): Promise<void> {
  const word = text.trim();
  const number = /^#?(\d+)$/.exec(word)?.[1];
  try {
    if (number !== undefined) goTo(Number(number));
    else if (/^e[1-9]\d*$/.test(word)) {
      const { openedSeq } = await ask('epoch', { epoch: word as `e${number}`, logLimit: 1 });
      page.set({ epoch: word });
      goTo(openedSeq);
    } else {
      page.set({
        notice: {
          tone: 'failed',
          text: `${word} is no record and no epoch`,
          code: null,
          hint: 'A record is a number such as 1234, an epoch a name such as e12.',
        },
      });
    }
  } catch (error) {
    report(error);
  }
}
