/** What a page does to a live net: by the net's own methods, so that all of it is in the history. */
import { NetrunError } from '../../errors.ts';
import type { Action, Answer, EpochId, PacketId } from '../../machines/action.ts';
import { rejected } from '../errors.ts';
import type { StepResult, StopOptions } from '../drive/lifecycle.ts';
import type { RunParts } from '../run-parts.ts';
import type { InjectOptions } from '../run-result.ts';
import type { SeenNet } from '../seen-net.ts';
import { boundedExplanation } from './bounded-json.ts';
import { BreakPoints } from './break-points.ts';
import type { BreakPoint, CommandResult } from './history-view.ts';
import type { Asked } from './protocol.ts';
import type { Controls } from './watched-run.ts';

type Command = Asked<'command'>['command'];
type Of<T extends Command['type']> = Extract<Command, { type: T }>;

/** A net, as far as it is acted on here. */
export type ActedNet = Pick<SeenNet, 'status' | 'explainBlocked' | 'deadLetters'> & {
  start(): Promise<unknown>;
  pause(reason: string): Promise<void>;
  resume(): Promise<unknown>;
  runStep(): Promise<StepResult>;
  stop(options: StopOptions): Promise<void>;
  inject(port: string, value: unknown, options: InjectOptions): Promise<PacketId>;
  apply(action: Action, value: unknown): Answer;
};

/** What is made by a command. */
interface Made {
  readonly packet?: PacketId | null;
  readonly epoch?: EpochId | null;
}

const who = 'the inspector';

export class NetControls implements Controls {
  readonly #net: ActedNet;
  readonly #parts: RunParts;
  readonly #points: BreakPoints;

  constructor(net: ActedNet, parts: RunParts) {
    this.#net = net;
    this.#parts = parts;
    const { run } = parts;
    this.#points = new BreakPoints({
      spec: run.spec,
      kernel: run.kernel,
      lastSeq: () => run.history.lastSeq,
      pause: (reason) => run.onPauseAsked(reason),
      // What is done about it comes when the action's own consequences are done.
      listen: (happened) =>
        run.journal.watch(({ answer }) => (answer.ok ? () => happened(answer.events) : undefined)),
    });
  }

  async run(command: Command): Promise<CommandResult> {
    switch (command.type) {
      case 'pause':
        return this.#pause(command);
      case 'resume':
        return this.#resume();
      case 'step':
        return this.#step();
      case 'stop':
        await this.#net.stop({ reason: command.reason ?? `stopped from ${who}` });
        return this.#result('the net was stopped');
      case 'inject':
        return this.#inject(command);
      case 'retry':
        return this.#retry(command);
      case 'discard':
        this.#net.deadLetters.discard(command.letter);
        return this.#result(`dead letter ${command.letter} was discarded`);
      case 'firstStep':
        return this.#firstStep(command);
    }
  }

  set(at: Asked<'breakSet'>['at']): BreakPoint {
    return this.#points.set(at);
  }

  clear(id: string): void {
    this.#points.clear(id);
  }

  breaks(): readonly BreakPoint[] {
    return this.#points.all();
  }

  onBreak(listener: (hit: BreakPoint, seq: number) => void): () => void {
    return this.#points.onBreak(listener);
  }

  onBreaks(listener: (breaks: readonly BreakPoint[]) => void): () => void {
    return this.#points.onBreaks(listener);
  }

  close(): void {
    this.#points.close();
  }

  /** Answers once the pause is asked for: running epochs may take their time. */
  async #pause({ reason = `paused from ${who}` }: Of<'pause'>): Promise<CommandResult> {
    await this.#begun(this.#net.pause(reason));
    const { state } = this.#net.status();
    return this.#result(
      state === 'pausing' ? 'the net pauses when running epochs end' : `the net is ${state}`,
    );
  }

  /** Starts a net that was not started, goes on with one that is paused. */
  async #resume(): Promise<CommandResult> {
    const { state } = this.#net.status();
    const isNew = state === 'created';
    await this.#begun(isNew ? this.#net.start() : this.#net.resume());
    return this.#result(isNew ? 'the net was started' : 'the net goes on');
  }

  async #step(): Promise<CommandResult> {
    const { state } = this.#net.status();
    if (state !== 'created' && state !== 'paused')
      throw new NetrunError('NET_STATE', `the net is ${state}: it cannot be stepped`, {
        hint: 'Pause it first.',
      });
    const { started, blocked } = await this.#net.runStep();
    if (this.#net.status().state === 'running' || this.#net.status().state === 'blocked')
      await this.#net.pause(`stepped from ${who}`);
    const what = started.length === 0 ? 'nothing was started' : `${started.join(', ')} started`;
    return this.#result(blocked === null ? what : `${what}; ${blocked}`, {
      epoch: started[0] ?? null,
    });
  }

  async #inject({ port, value, wait }: Of<'inject'>): Promise<CommandResult> {
    const packet = await this.#net.inject(port, value, { wait });
    return this.#result(`${packet} was put at ${port}`, { packet });
  }

  #retry({ letter }: Of<'retry'>): CommandResult {
    const packets = this.#net.deadLetters.retry(letter);
    const [packet = null] = packets;
    const what = packets.length === 0 ? 'an epoch was opened' : `${packets.join(', ')} put back`;
    return this.#result(`dead letter ${letter}: ${what}`, { packet });
  }

  /** The page names the step as it was shown: what the net would offer now may be another one. */
  #firstStep({ index, action, value }: Of<'firstStep'>): CommandResult {
    const explanation = this.#net.explainBlocked();
    const shown = boundedExplanation(explanation).firstSteps[index];
    const step = explanation.firstSteps[index];
    if (step === undefined || JSON.stringify(shown?.action) !== action)
      throw new NetrunError(
        'FIRST_STEP_GONE',
        'the net does not stand as it did when this was shown',
        {
          hint: 'Look at the explanation again.',
        },
      );
    const answer = this.#net.apply(step.action, value);
    if (!answer.ok) throw rejected(step.action, answer);
    const { packet = null, epoch = null } = answer;
    return this.#result(`${step.action.type} was applied`, { packet, epoch });
  }

  /**
   * Waits until what was begun has been told to the kernel, and no longer. What it comes to is the business
   * of whoever runs the net; it is in the history.
   */
  async #begun(work: Promise<unknown>): Promise<void> {
    let failure: unknown = null;
    const watched = work.catch((error: unknown) => {
      failure = error;
    });
    await Promise.race([watched, settled()]);
    if (failure instanceof NetrunError) throw failure;
  }

  #result(text: string, { packet = null, epoch = null }: Made = {}): CommandResult {
    return { seq: this.#parts.run.history.lastSeq, text, packet, epoch };
  }
}

/** A turn of the event loop: what was asked for has been begun by then, or refused. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
