/**
 * Going through time: by a step, to an error, to an epoch, to the end and on with it.
 *
 * M1 each press of a key is a step, however long the answer to the one before takes; a key that is held is a step
 * whenever one can be made. M2 who goes elsewhere meanwhile stays there: steps asked for before are not made any more.
 */
import type { MarkKind } from '../../src/runtime/inspector/history-view.ts';
import type { Question } from '../../src/runtime/inspector/protocol.ts';
import { ask, goTo, page, report } from '../store/page.ts';

const errorKinds: MarkKind[] = ['failed', 'timedOut', 'violation', 'rejected'];

/** The record that the page stands at. */
function standing(): number {
  const { at, shown, position } = page.get();
  return at ?? shown?.at ?? position?.last ?? 0;
}

type Step = Omit<Question<'step'>, 'from'>;

/** Steps that were asked for and not made. */
const wanted: Step[] = [];
let isStepping = false;
/** Where the steps have come to, as `at` of the page. */
let place: number | null = null;
/** Goes up with the first step from anywhere else. */
let trip = 0;

function step(question: Step, isHeld: boolean): void {
  if (isHeld && isStepping) return;
  const { at } = page.get();
  if (!isStepping || at !== place) {
    wanted.length = 0;
    trip += 1;
    place = at;
  }
  wanted.push(question);
  if (!isStepping) void makeSteps();
}

async function makeSteps(): Promise<void> {
  isStepping = true;
  try {
    for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
      const own = trip;
      const from = standing();
      const { seq, isEnd } = await ask('step', { ...next, from });
      if (own !== trip) continue;
      if (page.get().at !== place) break;
      if (!isEnd || seq !== from) goTo(seq);
      place = page.get().at;
    }
  } catch (error) {
    report(error);
  } finally {
    wanted.length = 0;
    isStepping = false;
  }
}

/** `isHeld`: by a key that is held down. */
export function stepBy(by: 'action' | 'event' | 'epoch', back: boolean, isHeld = false): void {
  step({ by, back }, isHeld);
}

export function stepToError(back: boolean, isHeld = false): void {
  step({ by: 'mark', back, kinds: errorKinds }, isHeld);
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
