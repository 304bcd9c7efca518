/** Answers of the server in parts of the page: asked again when the question or the instant changes. */
import { useEffect, useRef, useState } from 'react';
import type { Answers, Ask, Question } from '../../src/runtime/inspector/protocol.ts';
import { type Asked, Asker, notAsked } from './asker.ts';
import { ask, page } from './page.ts';
import { useStore } from './store.ts';

/** Between two questions of one part of the page: a run that goes on changes all the time. */
const restMs = 60;

function rest(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, restMs);
  });
}

/** Questions about an instant. */
type InstantAsk = {
  [A in Ask]: 'at' extends keyof Question<A>
    ? Question<A> extends { readonly at?: number | null | undefined }
      ? A
      : never
    : never;
}[Ask];

/**
 * The answer to a question, which keeps to one kind; null asks nothing. It is asked again when its
 * fields, the connection or `turn` change.
 */
export function useAnswer<A extends Ask>(
  what: A,
  question: Question<A> | null,
  turn: unknown = null,
): Asked<Answers[A]> {
  const [state, setState] = useState<Asked<Answers[A]>>(notAsked);
  const asker = useRef<Asker<Question<A>, Answers[A]> | null>(null);
  const session = useStore(page, (now) => now.session);
  const text = question === null ? null : JSON.stringify(question);
  useEffect(() => {
    asker.current ??= new Asker((next: Question<A>) => ask(what, next), setState, rest);
    const isAsked = text !== null && session > 0;
    asker.current.want(isAsked ? (JSON.parse(text) as Question<A>) : null);
  }, [what, text, session, turn]);
  useEffect(
    () => () => {
      asker.current?.want(null);
      asker.current = null;
    },
    [],
  );
  return state;
}

/** A value that changes at most once in so many milliseconds; 0: at once. The last one always comes. */
export function usePaced<T>(value: T, paceMs: number): T {
  const [paced, setPaced] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    if (Object.is(value, paced)) return undefined;
    const wait = Math.max(0, changedAt.current + paceMs - performance.now());
    const timer = setTimeout(() => {
      changedAt.current = performance.now();
      setPaced(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value, paced, paceMs]);
  return paceMs === 0 ? value : paced;
}

/**
 * As `useAnswer`, at the instant that the page shows: asked again as it moves; while the newest is
 * followed at most once in `paceMs` milliseconds, for answers that cost the run something.
 */
export function useAnswerAt<A extends InstantAsk>(
  what: A,
  question: Omit<Question<A>, 'at'> | null,
  paceMs = 0,
): Asked<Answers[A]> {
  const at = useStore(page, (now) => now.at);
  const shown = useStore(page, (now) => now.shown?.at ?? null);
  const turn = usePaced(shown, at === null ? paceMs : 0);
  return useAnswer(what, question === null ? null : ({ ...question, at } as Question<A>), turn);
}
