/**
 * What the page knows and shows: one value that every part of it reads.
 *
 * Owns: the run's fixed parts (graph, statecharts), the newest overview, the overview of the instant
 * shown, where the page stands (view, instant, selection), what went wrong last.
 * P1 everything on the page shows one instant: `shown.at`. P2 what answers a question about an instant
 * that is not shown any more is dropped. P3 after a loss the run is asked for anew; of another run under
 * the same address the newest instant is shown, in the same view and by the same filters.
 */
import type { BreakPoint, PositionView } from '../../src/runtime/inspector/history-view.ts';
import type { Overview } from '../../src/runtime/inspector/instant-view.ts';
import type { GraphView, MachinesView } from '../../src/runtime/inspector/net-view.ts';
import type {
  Answers,
  Ask,
  HelloPush,
  ProtocolError,
  Push,
  Question,
  TickPush,
} from '../../src/runtime/inspector/protocol.ts';
import { type Link, type LinkStatus, Refusal } from '../link/link.ts';
import { type Place, firstPlace } from './address.ts';
import { keptStores } from './kept-store.ts';
import { applyChange, wholeOf } from './overview.ts';
import { type Store, createStore } from './store.ts';
import { type TickTime, withTickTime } from './rates.ts';

/** How much there is of what the tabs count. */
export interface Tally {
  readonly logLines: number;
  readonly letters: number;
  readonly errors: number;
}

/** Something that the page says in passing. */
export interface Notice {
  readonly tone: 'failed' | 'done';
  readonly text: string;
  readonly code: string | null;
  readonly hint: string | null;
}

export interface PageState extends Place {
  readonly link: LinkStatus;
  /** Connections made so far: who asked something of an earlier one asks again. */
  readonly session: number;
  readonly hello: HelloPush | null;
  readonly graph: GraphView | null;
  readonly machines: MachinesView | null;
  readonly position: PositionView | null;
  /** The newest instant. */
  readonly newest: Overview | null;
  /** The instant shown: the newest, or that of `at`. */
  readonly shown: Overview | null;
  /** Time and counts of late ticks, from which rates are made. */
  readonly ticks: readonly TickTime[];
  readonly tally: Tally;
  readonly breaks: readonly BreakPoint[];
  readonly notice: Notice | null;
}

const nothingYet = {
  hello: null,
  graph: null,
  machines: null,
  position: null,
  newest: null,
  shown: null,
  ticks: [],
  tally: { logLines: 0, letters: 0, errors: 0 },
  breaks: [],
  notice: null,
} satisfies Partial<PageState>;

export const page: Store<PageState> = createStore<PageState>({
  ...nothingYet,
  ...firstPlace,
  link: { is: 'connecting' },
  session: 0,
});

let link: Link | null = null;

export function giveLink(made: Link): void {
  link = made;
}

/** Asks the server. Throws `Refusal`. */
export function ask<A extends Ask>(what: A, question: Question<A>): Promise<Answers[A]> {
  if (link === null) throw new Error('the page has no link yet');
  return link.ask(what, question);
}

function noticeOf(thrown: unknown): Notice {
  const error: Pick<ProtocolError, 'code' | 'hint' | 'message'> =
    thrown instanceof Refusal
      ? thrown
      : {
          code: 'PAGE',
          message: thrown instanceof Error ? thrown.message : String(thrown),
          hint: null,
        };
  return { tone: 'failed', text: error.message, code: error.code, hint: error.hint };
}

/** Says what went wrong, until something else is said or it is closed. */
export function report(thrown: unknown): void {
  page.set({ notice: noticeOf(thrown) });
}

export function statusChanged(status: LinkStatus): void {
  page.set({ link: status });
}

export function pushed(push: Push): void {
  switch (push.push) {
    case 'hello':
      begin(push).catch(reportUnlessLost);
      break;
    case 'tick':
      ticked(push);
      break;
    case 'break':
      page.set(({ breaks }) => ({
        breaks: breaks.map((each) => (each.id === push.break.id ? push.break : each)),
        notice: {
          tone: 'failed',
          text: `Break-point: ${push.break.text}. The net pauses.`,
          code: null,
          hint: `At record ${push.seq}.`,
        },
      }));
      break;
    case 'breaks':
      page.set({ breaks: push.breaks });
      break;
    case 'bye':
      break;
  }
}

/** What was looked at of one run, as far as it says something of another one. */
function placeInAnother({ view, actor }: Place): Place {
  for (const { forgetRun } of keptStores) forgetRun();
  return { ...firstPlace, view, actor: actor?.startsWith('epoch:') === true ? null : actor };
}

function reportUnlessLost(thrown: unknown): void {
  if (!(thrown instanceof Refusal) || thrown.code !== 'CONNECTION_LOST') report(thrown);
}

async function begin(hello: HelloPush): Promise<void> {
  const { hello: before, session } = page.get();
  if (heldTicks !== null) heldTicks = [];
  const isSame = before?.run === hello.run;
  page.set({
    ...(isSame || before === null ? {} : { ...nothingYet, ...placeInAnother(page.get()) }),
    hello,
    position: hello.position,
    session: session + 1,
    newest: null,
    ticks: [],
  });
  const [graph, machines, breaks] = await Promise.all([
    isSame ? (page.get().graph ?? ask('graph', {})) : ask('graph', {}),
    isSame ? (page.get().machines ?? ask('machines', {})) : ask('machines', {}),
    ask('breaks', {}),
  ]);
  page.set({ graph, machines, breaks });
  await ask('follow', { perSecond: ticksPerSecond(graph.nodes.length) });
  await showInstant();
}

/** A large net is drawn anew less often: each time takes longer. */
function ticksPerSecond(nodes: number): number {
  return Math.min(20, Math.max(2, Math.round(2000 / nodes)));
}

/** Ticks that came while a canvas was moved; null: it is not. */
let heldTicks: TickPush[] | null = null;

/** While a canvas is moved nothing else is drawn anew; what came meanwhile is shown then. */
export function holdTicks(isHeld: boolean): void {
  const held = heldTicks;
  heldTicks = isHeld ? (held ?? []) : null;
  if (!isHeld) for (const tick of held ?? []) ticked(tick);
}

function ticked(tick: TickPush): void {
  if (heldTicks !== null) {
    heldTicks.push(tick);
    return;
  }
  const { position, change, logLines, letters, errors } = tick;
  page.set((now) => {
    const newest = now.newest === null ? wholeOf(change) : applyChange(now.newest, change);
    return {
      position,
      newest,
      tally: { logLines, letters, errors },
      ticks: withTickTime(now.ticks, newest, performance.now()),
      ...(now.at === null ? { shown: newest } : {}),
    };
  });
}

/** Lets the rates of a run that stands still fall. */
export function beat(): void {
  if (heldTicks !== null) return;
  page.set(({ ticks, newest }) =>
    newest === null ? {} : { ticks: withTickTime(ticks, newest, performance.now()) },
  );
}

let wanted: number | null = null;
let isAsking = false;

/** Asks for the overview of the instant that is to be shown; the last one asked for wins. */
async function showInstant(): Promise<void> {
  wanted = page.get().at;
  if (isAsking) return;
  isAsking = true;
  try {
    for (let asked: number | undefined | null; asked !== wanted && wanted !== null;) {
      asked = wanted;
      const shown = await ask('overview', { at: asked });
      if (page.get().at === asked) page.set({ shown });
      wanted = page.get().at;
    }
  } finally {
    isAsking = false;
  }
}

/** Shows the instant of a record; null: the newest, and follows it. */
export function goTo(at: number | null): void {
  const { position, newest, hello } = page.get();
  const last = position?.last ?? 0;
  const isEnd = at !== null && at >= last && hello?.source === 'recorded';
  const to = at === null || isEnd ? null : Math.max(0, Math.min(at, last));
  page.set(to === null ? { at: null, ...(newest === null ? {} : { shown: newest }) } : { at: to });
  if (to !== null) showInstant().catch(reportUnlessLost);
}

/** Goes elsewhere: another view, another selection. */
export function go(place: Partial<Omit<Place, 'at'>>): void {
  page.set(place);
}
