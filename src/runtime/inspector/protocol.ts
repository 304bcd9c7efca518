/**
 * Every message between the inspector's page and its server.
 *
 * A WebSocket at `/socket`, JSON text frames. The page asks (`{ id, ask, …fields }`), the server answers
 * each question once, with the same id, in any order; beside that it pushes (`{ push, … }`), first of all
 * `hello`. the `*-view.ts` beside have the shapes of what comes back.
 * P1 what happened is numbered by the history's `seq`: whoever comes late, or comes back, asks from any
 * number on and misses nothing. P2 every answer has a bounded size: lists come in pages, values cut.
 * P3 a question asks about one instant (`at`): null is now, a number is the state after the action that
 * record belongs to, in the past as in a recorded run. P4 ticks are cumulative: one that is left out,
 * because the page reads slowly, costs nothing but time. P5 nothing changes the run but `command` and
 * `breakSet`, and what they do is in the history.
 */
import { z } from 'zod';
import type { PacketLineage } from '../explain/packet-lineage.ts';
import type {
  BreakPoint,
  CommandResult,
  EpochDetail,
  EpochsView,
  LetterDetail,
  LetterView,
  LogsView,
  MessageDetail,
  MessagesView,
  PacketDetail,
  PositionView,
  RecordsView,
  StepView,
  TimebarView,
  TimelineView,
} from './history-view.ts';
import type {
  ActorView,
  ExplainView,
  Overview,
  OverviewChange,
  PlacesView,
  TimersView,
  TransitionsView,
} from './instant-view.ts';
import type { GraphView, MachinesView } from './net-view.ts';
import type { Page, ValueView } from './value-view.ts';

/** Goes up with every change that an older page would not understand. */
export const protocolVersion = 1;

/**
 * WebSocket subprotocols of a connection: the first is this, the second `token.` and the token, or `proof.` and the
 * proof of having it (see `door.ts`).
 */
export const subprotocol = 'netrun-inspector';

/** Where the server says the word that a proof is made by: `{ nonce }`. */
export const noncePath = '/nonce';

const seq = z.int().min(0);
/** An instant (P3). */
const at = seq.nullable().default(null);
const offset = z.int().min(0).max(1e9).default(0);
const limit = (most: number) => z.int().min(1).max(most).default(Math.min(most, 100));
const name = z.string().max(2000);
const text = z.string().max(1000);
const epoch = z.templateLiteral(['e', z.int().min(1)]);
const packet = z.templateLiteral(['p', z.int().min(1)]);
const location = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('OutsideNet') }),
  z.strictObject({ type: z.literal('Edge'), from: name, to: name }),
  z.strictObject({ type: z.literal('InputPort'), node: name, port: name }),
  z.strictObject({ type: z.literal('Node'), epoch }),
  z.strictObject({ type: z.literal('OutputPort'), epoch, port: name }),
]);
const epochWord = z.enum([
  'startable',
  'running',
  'retrying',
  'finished',
  'failed',
  'timedOut',
  'cancelled',
]);
const markKind = z.enum([
  'failed',
  'timedOut',
  'retry',
  'violation',
  'rejected',
  'net',
  'blocked',
  'break',
]);

/** A place where a run is to pause by itself. */
const breakOn = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal('port'), port: name }),
  z.strictObject({ on: z.literal('state'), node: name, state: name }),
  z.strictObject({ on: z.literal('event'), event: name, node: name.optional() }),
]);

/** What a page can do to a live run. Each goes through the net's own actions. */
const command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pause'), reason: text.optional() }),
  z.strictObject({ type: z.literal('resume') }),
  /** Moves packets until none can move and starts what may start, once; the net must be paused or not started. */
  z.strictObject({ type: z.literal('step') }),
  z.strictObject({ type: z.literal('stop'), reason: text.optional() }),
  /** `value` is JSON; `wait`: until the port has a slot, else a full port refuses it. */
  z.strictObject({
    type: z.literal('inject'),
    port: name,
    value: z.unknown(),
    wait: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('retry'), letter: name }),
  z.strictObject({ type: z.literal('discard'), letter: name }),
  /** The `index`-th first step of what `explain` says now; `value` for a packet that it makes. */
  z.strictObject({
    type: z.literal('firstStep'),
    index: z.int().min(0),
    /** `JSON.stringify` of the action that was shown: another one by now is refused. */
    action: z.string().max(100_000),
    value: z.unknown().optional(),
  }),
]);

/** What the page asks. Fields with a default may be left out. */
export const questions = {
  /** Nodes, ports, edges, conditions, options. It does not change in a run. */
  graph: z.strictObject({}),
  /** Every distinct statechart, once. It does not change in a run. */
  machines: z.strictObject({}),
  /** How far the history goes now. */
  position: z.strictObject({}),
  /** The whole net at an instant, without packets and epochs one by one. */
  overview: z.strictObject({ at }),
  /** Asks for `tick` pushes, at most `perSecond`, beginning with everything; 0 = no more of them. */
  follow: z.strictObject({ perSecond: z.number().min(0).max(20).default(20) }),

  /** One actor: `net`, `node:A`, `node:A/in:x`, `node:A/out:y`, `epoch:e12`. */
  actor: z.strictObject({ at, address: name, chars: z.int().min(0).max(200_000).default(20_000) }),
  /** How often each transition of an actor was taken until the instant. May take seconds at first. */
  transitions: z.strictObject({ at, address: name }),
  /** Places that have packets, in order; of one node's ports and edges, or of one place. */
  places: z.strictObject({
    at,
    node: name.optional(),
    place: location.optional(),
    offset,
    limit: limit(1000),
    /** Packets named of each place, from this one on. */
    packetOffset: offset,
    packetLimit: limit(1000),
  }),
  /** Armed timers, what is due first comes first. */
  timers: z.strictObject({ at, offset, limit: limit(1000) }),

  /** The history's density between two records, with its errors. Bounds left out: all there is. */
  timebar: z.strictObject({
    axis: z.enum(['seq', 'time']).default('seq'),
    from: z.number().optional(),
    to: z.number().optional(),
    buckets: z.int().min(1).max(4000).default(400),
    /** Marks at most; the rest are thinned evenly. */
    marks: z.int().min(0).max(2000).default(200),
  }),
  /** The next or previous place from a record: action, event, mark of a kind, opening of an epoch. */
  step: z.strictObject({
    from: seq,
    by: z.enum(['action', 'event', 'mark', 'epoch']),
    back: z.boolean().default(false),
    /** With `mark`: of these kinds. */
    kinds: z.array(markKind).max(10).optional(),
    /** Only records about this node, or this epoch. */
    node: name.optional(),
    epoch: epoch.optional(),
  }),
  /** Records from number `from` on (or back), that the filters let through; at most `scan` are looked at. */
  records: z.strictObject({
    from: seq,
    back: z.boolean().default(false),
    to: seq.optional(),
    limit: limit(1000),
    /** Action or event types: `StartEpoch`, `EpochStarted`. */
    types: z.array(name).max(100).optional(),
    node: name.optional(),
    epoch: epoch.optional(),
    packet: packet.optional(),
    /** Anywhere in the record's JSON, whatever the case. */
    text: text.optional(),
  }),

  /** Epochs opened until the instant, as they stood then. */
  epochs: z.strictObject({
    at,
    offset,
    limit: limit(500),
    node: name.optional(),
    states: z.array(epochWord).max(7).optional(),
    /** In id, node, condition, error: whatever the case. */
    text: text.optional(),
    sort: z.enum(['opened', 'node', 'state', 'duration', 'attempts']).default('opened'),
    down: z.boolean().default(false),
  }),
  epoch: z.strictObject({
    at,
    epoch,
    logOffset: offset,
    logLimit: limit(500),
    recordedOffset: offset,
    recordedLimit: limit(500),
  }),
  /** Epochs whose life touches the window of time, as they stood at the instant. */
  timeline: z.strictObject({
    at,
    from: z.number(),
    to: z.number(),
    nodes: z.array(name).max(1000).optional(),
    offset,
    limit: limit(5000),
  }),

  /** Where a packet has been, over the whole history, and its value. */
  packet: z.strictObject({ at, packet, chars: z.int().min(0).max(1_000_000).default(2000) }),
  value: z.strictObject({ packet, chars: z.int().min(0).max(1_000_000).default(20_000) }),
  lineage: z.strictObject({
    packet,
    direction: z.enum(['up', 'down']).default('up'),
    depth: z.int().min(0).max(50).default(8),
  }),

  /** Messages between actors in a span of records, in the order they were sent. */
  messages: z.strictObject({
    from: seq,
    to: seq,
    /** Sent or received by one of these. */
    actors: z.array(name).max(200).optional(),
    offset,
    limit: limit(2000),
  }),
  /** The messages that an actor got and sent until the instant, the latest first. */
  actorMessages: z.strictObject({ at, address: name, offset, limit: limit(500) }),
  /** One of them, with what was in it. */
  message: z.strictObject({
    seq,
    index: z.int().min(0),
    chars: z.int().min(0).max(200_000).default(20_000),
  }),

  /** Log lines after number `after` (-1: from the beginning), or the last ones (`tail`). */
  logs: z.strictObject({
    after: z.int().min(-1).default(-1),
    /** The last `limit` lines that the filters let through. */
    tail: z.boolean().default(false),
    /** With `tail`: of those before this line. */
    before: z.int().min(0).optional(),
    /** Only lines that were written until this time. */
    until: z.number().optional(),
    limit: limit(1000),
    node: name.optional(),
    epoch: epoch.optional(),
    /** pino's number: this level and above. */
    level: z.int().min(0).max(100).default(0),
    text: text.optional(),
  }),
  explain: z.strictObject({ at }),
  letters: z.strictObject({ offset, limit: limit(500), node: name.optional() }),
  letter: z.strictObject({ letter: name, chars: z.int().min(0).max(200_000).default(2000) }),

  command: z.strictObject({ command }),
  breakSet: z.strictObject({ at: breakOn }),
  breakClear: z.strictObject({ break: name }),
  breaks: z.strictObject({}),
} as const;

export type Ask = keyof typeof questions;

/** What a question is asked with; fields with a default may be left out. */
export type Question<A extends Ask> = z.input<(typeof questions)[A]>;

/** The same as the server has it, defaults filled in. */
export type Asked<A extends Ask> = z.output<(typeof questions)[A]>;

export type Command = z.input<typeof command>;

/** What comes back. */
export interface Answers {
  readonly graph: GraphView;
  readonly machines: MachinesView;
  readonly position: PositionView;
  readonly overview: Overview;
  readonly follow: PositionView;
  readonly actor: ActorView;
  readonly transitions: TransitionsView;
  readonly places: PlacesView;
  readonly timers: TimersView;
  readonly timebar: TimebarView;
  readonly step: StepView;
  readonly records: RecordsView;
  readonly epochs: EpochsView;
  readonly epoch: EpochDetail;
  readonly timeline: TimelineView;
  readonly packet: PacketDetail;
  readonly value: ValueView;
  readonly lineage: PacketLineage;
  readonly messages: MessagesView;
  readonly actorMessages: MessagesView;
  readonly message: MessageDetail;
  readonly logs: LogsView;
  readonly explain: ExplainView;
  readonly letters: Page<LetterView>;
  readonly letter: LetterDetail;
  readonly command: CommandResult;
  readonly breakSet: BreakPoint;
  readonly breakClear: Record<string, never>;
  readonly breaks: readonly BreakPoint[];
}

/** What was wrong with a question, or with what it asked to be done. */
export interface ProtocolError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export type AnswerMessage =
  | { readonly id: number; readonly ok: true; readonly answer: Answers[Ask] }
  | { readonly id: number; readonly ok: false; readonly error: ProtocolError };

/** First of all, once per connection. */
export interface HelloPush {
  readonly push: 'hello';
  readonly protocol: number;
  /** Version of netrun. */
  readonly netrun: string;
  /** ULID of the run. */
  readonly run: string;
  /** File name of the definition, or of the history; empty where there is neither. */
  readonly title: string;
  /** `live`: a net of this process. `following`: a history that is being written. `recorded`: one that is whole. */
  readonly source: 'live' | 'following' | 'recorded';
  /** Commands and break-points are followed. */
  readonly hasControls: boolean;
  readonly hasValues: boolean;
  readonly hasLogs: boolean;
  /** What should be known of what is shown, such as that the history is not what its actions give; null: nothing. */
  readonly notice: string | null;
  readonly position: PositionView;
}

/** Something happened; sent while `follow` is asked for. */
export interface TickPush {
  readonly push: 'tick';
  readonly position: PositionView;
  /** Rows of nodes and edges that changed since the last tick of this connection. */
  readonly change: OverviewChange;
  /** Lines of the log, dead letters that are open, errors, all so far: what changed can be asked for. */
  readonly logLines: number;
  readonly letters: number;
  readonly errors: number;
}

/** A break-point was hit, and the net pauses. */
export interface BreakPush {
  readonly push: 'break';
  readonly break: BreakPoint;
  readonly seq: number;
}

/** A break-point was set or cleared, by this page or another one: those that are set now. */
export interface BreaksPush {
  readonly push: 'breaks';
  readonly breaks: readonly BreakPoint[];
}

/** The server goes, of its own accord: the net's inspector was closed. */
export interface ByePush {
  readonly push: 'bye';
  readonly reason: string;
}

export type Push = HelloPush | TickPush | BreakPush | BreaksPush | ByePush;

export type ServerMessage = AnswerMessage | Push;

const head = z.looseObject({ id: z.int().min(0), ask: z.string().max(100) });

/** A question as it was read: checked, or what is wrong with it (`id` null: it has none to answer to). */
export type ReadQuestion =
  | { readonly ok: true; readonly id: number; readonly ask: Ask; readonly asked: unknown }
  | { readonly ok: false; readonly id: number | null; readonly error: ProtocolError };

function wrong(id: number | null, message: string, hint: string | null): ReadQuestion {
  return { ok: false, id, error: { code: 'QUESTION_INVALID', message, hint } };
}

/** Reads a frame of a page. Never throws. */
export function readQuestion(frame: string): ReadQuestion {
  let document: unknown;
  try {
    document = JSON.parse(frame);
  } catch {
    return wrong(null, 'the message is not JSON', null);
  }
  const begun = head.safeParse(document);
  if (!begun.success) return wrong(null, 'the message has no id and ask', null);
  const { id, ask, ...fields } = begun.data;
  if (!Object.hasOwn(questions, ask))
    return wrong(
      id,
      `there is no question ${ask}`,
      'The page may be of another version: load it again.',
    );
  const read = questions[ask as Ask].safeParse(fields);
  if (read.success) return { ok: true, id, ask: ask as Ask, asked: read.data };
  const [issue] = read.error.issues;
  return wrong(id, `${ask}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, null);
}
