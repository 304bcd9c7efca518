/** A small net with something of everything: work done, an attempt that fails, one that fails for good, a packet that waits. */
import { HeldClock, Net, type NetOptions, defineNode, flow } from '../../../src/index.ts';

const split = defineNode({
  in: { line: 'string' },
  out: { word: 'string' },
  *exec({ line }) {
    for (const word of line.split(' ')) yield { word };
  },
});

/** `bad` fails for good, `slow` at its first attempt. */
const measure = defineNode({
  in: { word: 'string' },
  out: { length: 'number' },
  options: { retries: 1, retryWait: 2, deferNetActions: true },
  exec: ({ word }, { ctx }) => {
    ctx.log.info({ password: 'hunter2' }, `measures ${word}`);
    if (word === 'bad' || (word === 'slow' && ctx.retryCount === 0))
      throw new TypeError(`no length of ${word}`);
    return { length: word.length };
  },
});

const pair = defineNode({
  in: { length: 'number', label: 'string' },
  out: { labelled: 'string' },
  exec: ({ length, label }) => ({ labelled: `${label}${length}` }),
});

const words = flow()
  .node('Split', split)
  .node('Measure', measure)
  .node('Pair', pair)
  .edge('Split.word', 'Measure.word')
  .edge('Measure.length', 'Pair.length')
  .inputs('Split.line', 'Pair.label')
  .outputs('Pair.labelled')
  .build();

export function sampleNet(options: NetOptions = {}): Net {
  const clock = new HeldClock(startMs);
  return new Net(words, { clock, onError: 'continue', ...options });
}

/** Milliseconds: when the nets begin. */
const startMs = 1_700_000_000_000;

/** Moves the time on until the work is done. */
export async function underClock<T>(clock: HeldClock, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const done = work.finally(() => {
    state.isDone = true;
  });
  while (!state.isDone) await clock.advance(500);
  return done;
}

/** One that has done what it can: stuck, with two packets at `Pair.length` that no label has come for. */
export async function stuckNet(options: NetOptions = {}): Promise<Net> {
  const clock = new HeldClock(startMs);
  const net = sampleNet({ clock, ...options });
  await net.inject('Split.line', 'some slow bad');
  await underClock(clock, net.start());
  return net;
}
