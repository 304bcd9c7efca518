/**
 * What the inspector answers to each question about one run.
 *
 * Owns: everything that is known of the run for those who look: nothing of it is made before the first question,
 * and pages share it.
 */
import { NetrunError } from '../../errors.ts';
import type { EpochId } from '../../machines/action.ts';
import { explainBlocked } from '../explain/explain-blocked.ts';
import { boundedExplanation } from './bounded-json.ts';
import { actionOf } from '../history/record.ts';
import { createKernel } from '../kernel/kernel.ts';
import { ActorLooks } from './actor-looks.ts';
import { EpochSearch } from './epoch-search.ts';
import type { CommandResult, MessageView, PositionView } from './history-view.ts';
import type { ExplainView, Overview, TransitionsView } from './instant-view.ts';
import { LogSearch } from './log-search.ts';
import { type LoggedMessage, MessageLog } from './message-log.ts';
import { netGraph } from './net-graph.ts';
import { Overviews } from './overview.ts';
import { Pace } from './pace.ts';
import { PacketSearch } from './packet-search.ts';
import type { Answers, Ask, Asked } from './protocol.ts';
import { RecordSearch } from './record-search.ts';
import { RunIndex } from './run-index.ts';
import { timeBar } from './time-bar.ts';
import { type Instant, TimeTravel } from './time-travel.ts';
import { Redaction, previewOf } from './value-text.ts';
import type { Controls, WatchedRun } from './watched-run.ts';

/** Questions that this answers; `follow` is the connection's. */
type Answered = Exclude<Ask, 'follow'>;

type Handlers = { readonly [A in Answered]: (asked: Asked<A>) => Answers[A] | Promise<Answers[A]> };

export class Inspection {
  readonly run: WatchedRun;
  readonly #redaction: Redaction;
  readonly #index: RunIndex;
  readonly #travel: TimeTravel;
  readonly #messages: MessageLog;
  readonly #overviews: Overviews;
  readonly #records: RecordSearch;
  readonly #epochs: EpochSearch;
  readonly #packets: PacketSearch;
  readonly #logs: LogSearch;
  #net: ReturnType<typeof netGraph> | null = null;
  #looks: ActorLooks | null = null;
  readonly #handlers: Handlers = {
    graph: () => this.#netGraph().graph,
    machines: () => this.#netGraph().machines,
    position: () => this.position(),
    overview: (asked) => this.overview(asked.at),
    actor: async (asked) => {
      await this.#reach(asked.at);
      return this.#travel.look(asked.at, (instant) => this.#actor(instant, asked));
    },
    transitions: (asked) => this.#transitions(asked),
    places: (asked) => this.#at(asked.at, (instant) => this.#look().places(instant, asked)),
    timers: (asked) => this.#at(asked.at, (instant) => this.#look().timers(instant, asked)),
    timebar: async (asked) => {
      await this.#index.reach(null);
      return timeBar(this.#index, this.#records, this.run.history.firstSeq, asked);
    },
    step: async (asked) => {
      await this.#index.reach(null);
      return this.#records.step(asked);
    },
    records: async (asked) => {
      await this.#index.reach(null);
      return this.#records.records(asked);
    },
    epochs: async (asked) => this.#epochs.page(await this.#reach(asked.at), asked),
    epoch: async (asked) => this.#epochs.detail(await this.#reach(asked.at), asked, this.#logs),
    timeline: async (asked) => this.#epochs.timeline(await this.#reach(asked.at), asked),
    packet: async (asked) => {
      await this.#index.reach(null);
      return this.#packets.detail(this.#instant(asked.at), asked);
    },
    value: async ({ packet, chars }) => {
      await this.#index.reach(null);
      return this.#packets.value(packet, chars);
    },
    lineage: (asked) => this.#packets.lineage(asked),
    messages: (asked) => this.#between(asked),
    actorMessages: (asked) => this.#ofActor(asked),
    message: (asked) => this.#message(asked),
    logs: (asked) => this.#logs.page(asked),
    explain: (asked) => this.#at(asked.at, (instant) => this.#explain(instant)),
    letters: (asked) => this.#packets.letters(asked),
    letter: (asked) => this.#packets.letter(asked),
    command: (asked) => this.#command(asked),
    breakSet: ({ at }) => this.#controls().set(at),
    breakClear: (asked) => {
      this.#controls().clear(asked.break);
      return {};
    },
    breaks: () => this.run.controls?.breaks() ?? [],
  };

  constructor(run: WatchedRun) {
    this.run = run;
    const pace = new Pace();
    const redaction = new Redaction(run.graph.settings.inspectorRedact ?? []);
    this.#redaction = redaction;
    this.#index = new RunIndex(run, pace);
    this.#travel = new TimeTravel(run, pace);
    this.#messages = new MessageLog(run, pace);
    this.#overviews = new Overviews(run, (node, at) => this.#index.counts(node, at));
    this.#records = new RecordSearch(run, this.#index, redaction, pace);
    this.#epochs = new EpochSearch(run, this.#index, redaction, pace);
    this.#packets = new PacketSearch(run, this.#index, redaction, pace);
    this.#logs = new LogSearch(run, redaction);
  }

  /** Answers a question that was read. Throws (or rejects with) what went wrong. */
  answer(ask: Answered, asked: unknown): unknown {
    const handle = this.#handlers[ask] as (asked: unknown) => unknown;
    return handle(asked);
  }

  position(): PositionView {
    this.run.settle();
    const { history, isOver } = this.run;
    const { firstSeq, lastSeq } = history;
    const timeOf = (seq: number): number => Date.parse(history.get(seq)?.at ?? history.header.at);
    const isEmpty = lastSeq < firstSeq;
    return {
      first: isEmpty ? 0 : firstSeq,
      last: lastSeq,
      firstAt: timeOf(isEmpty ? 0 : firstSeq),
      lastAt: timeOf(isEmpty ? 0 : lastSeq),
      isLive: !isOver,
    };
  }

  async overview(seq: number | null): Promise<Overview> {
    await this.#index.reach(seq);
    return this.#travel.look(seq, (instant) =>
      this.#overviews.at(instant, instant.isNow && this.run.isSuspended),
    );
  }

  /**
   * The net now, with no more reading of the history than a slice: what the history alone knows of a node (that its
   * last epoch failed, that one waits for an attempt) may come a little later.
   */
  glance(): Overview {
    this.run.settle();
    this.#index.nudge();
    const { lastSeq } = this.run.history;
    const instant = { at: lastSeq, kernel: this.run.kernel, isNow: true };
    return this.#overviews.at(instant, this.run.isSuspended);
  }

  /** How much of the history was read. */
  get read(): number {
    return this.#index.seq;
  }

  /** Errors and open dead letters so far. */
  news(): { readonly logLines: number; readonly letters: number; readonly errors: number } {
    return {
      logLines: this.run.logs?.count ?? 0,
      letters: this.run.letters().length,
      errors: this.#index.errors.length,
    };
  }

  close(): void {
    this.#travel.close();
    this.run.close();
  }

  #netGraph(): ReturnType<typeof netGraph> {
    this.#net ??= netGraph(this.run);
    return this.#net;
  }

  #look(): ActorLooks {
    this.#looks ??= new ActorLooks(this.run, this.#netGraph(), this.#redaction);
    return this.#looks;
  }

  /** The number of an instant; now is that of the last record. Throws `SEQ_NOT_FOUND`. */
  #instant(at: number | null): number {
    const { lastSeq } = this.run.history;
    return Math.min(at ?? lastSeq, lastSeq);
  }

  /** As `#instant`, once the history was read until there. */
  async #reach(at: number | null): Promise<number> {
    await this.#index.reach(at);
    return Math.min(at ?? this.#index.seq, this.#index.seq);
  }

  async #at<T>(at: number | null, see: (instant: Instant) => T): Promise<T> {
    return this.#travel.look(at, see);
  }

  #actor(instant: Instant, asked: Asked<'actor'>): Answers['actor'] {
    return this.#look().actor(instant, asked, (epoch) => this.#records.nodeOfEpoch(epoch));
  }

  async #transitions({ at, address }: Asked<'transitions'>): Promise<TransitionsView> {
    await this.#index.reach(at);
    const chart = this.#look().chart(address, this.#epochNode(address));
    await this.#messages.reach(at);
    const instant = this.#instant(at);
    const { counts, last } = this.#messages.transitions(address, instant);
    const isWhole = this.#messages.first <= 1 && this.#messages.seq >= instant;
    return { at: instant, address, chart, counts: [...counts], last, isWhole };
  }

  #epochNode(address: string): string | undefined {
    const [kind, epoch] = address.split(':');
    return kind === 'epoch' ? this.#records.nodeOfEpoch(epoch as EpochId) : undefined;
  }

  async #between({
    from,
    to,
    actors,
    offset,
    limit,
  }: Asked<'messages'>): Promise<Answers['messages']> {
    await this.#index.reach(to);
    await this.#messages.reach(to);
    const { messages, total } = this.#messages.between(from, to, actors, offset, limit);
    const items = messages.map((message) => this.#messageView(message));
    return { from, to, messages: { items, offset, total }, isWhole: this.#isWhole(from, to) };
  }

  async #ofActor({
    at,
    address,
    offset,
    limit,
  }: Asked<'actorMessages'>): Promise<Answers['messages']> {
    await this.#index.reach(at);
    await this.#messages.reach(at);
    const to = this.#instant(at);
    const { messages, total } = this.#messages.ofActor(address, to, offset, limit);
    const items = messages.map((message) => this.#messageView(message));
    return { from: 1, to, messages: { items, offset, total }, isWhole: this.#isWhole(1, to) };
  }

  /** Whether the messages of a span of records are all there. */
  #isWhole(from: number, to: number): boolean {
    const { first, seq } = this.#messages;
    return from >= first && Math.min(to, this.run.history.lastSeq) <= seq;
  }

  #messageView(message: LoggedMessage): MessageView {
    return { ...message, at: this.#index.timeOf(message.seq) };
  }

  async #message({ seq, index, chars }: Asked<'message'>): Promise<Answers['message']> {
    await this.#index.reach(seq);
    await this.#messages.reach(seq);
    const message = this.#messages.at(seq, index);
    const record = this.run.history.get(seq);
    if (message === undefined || record?.type !== 'action')
      throw new NetrunError('SEQ_NOT_FOUND', `record ${seq} has no message ${index}`, {
        hint: 'Messages are named by the record of their action, and their place in it.',
      });
    const event = await this.#travel.look(seq - 1, ({ kernel }) => {
      const copy = createKernel(this.run.spec, { snapshot: kernel.snapshot() });
      return MessageLog.eventIn(copy, () => copy.apply(actionOf(record)), index);
    });
    return { ...this.#messageView(message), event: previewOf(event, this.#redaction, chars) };
  }

  #explain({ at, kernel, isNow }: Instant): ExplainView {
    const { spec, graph } = this.run;
    const explanation = explainBlocked({
      spec,
      kernel,
      state: kernel.net().blocked === null ? kernel.net().lifecycle : 'blocked',
      inputs: graph.inputs,
      waitingInputs: isNow ? this.run.waitingInputs() : new Map(),
    });
    return { at, explanation: boundedExplanation(explanation) };
  }

  async #command({ command }: Asked<'command'>): Promise<CommandResult> {
    return this.#controls().run(command);
  }

  /** Throws `INSPECTOR_READ_ONLY`. */
  #controls(): Controls {
    const { controls } = this.run;
    if (controls !== null) return controls;
    throw new NetrunError(
      'INSPECTOR_READ_ONLY',
      'this run is recorded: nothing can be done to it',
      {
        hint: 'Start a net with an inspector, and use its page: netrun run flow.toml --inspect.',
      },
    );
  }
}
