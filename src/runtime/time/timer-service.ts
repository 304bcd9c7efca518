/**
 * Turns the kernel's armed timers into FireTimer actions.
 *
 * Owns: which timers are armed and when each is due; one alarm of the clock, for the earliest.
 * T1 timers fire in order of their due time, those of one time in the order they were set.
 * T2 a cleared timer never fires, also when its alarm has already been asked for. T3 while timers are
 * held none fires; what came due meanwhile fires once they are released.
 */
import type { Clock } from './clock.ts';
import { PriorityQueue } from '../drive/priority-queue.ts';

interface Timer {
  readonly key: string;
  readonly due: number;
  readonly order: number;
}

export class TimerService {
  readonly #clock: Clock;
  readonly #fire: (key: string) => void;
  readonly #armed = new Map<string, Timer>();
  readonly #queue = new PriorityQueue<Timer>(
    (a, b) => a.due < b.due || (a.due === b.due && a.order < b.order),
  );
  #order = 0;
  #alarm: { readonly due: number; readonly cancel: () => void } | null = null;
  #isHeld = false;

  constructor(clock: Clock, fire: (key: string) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** `due` in milliseconds, in the clock's time. */
  set(key: string, due: number): void {
    const timer: Timer = { key, due, order: this.#order++ };
    this.#armed.set(key, timer);
    this.#queue.push(timer);
    this.#ask();
  }

  clear(key: string): void {
    if (this.#armed.delete(key)) this.#ask();
  }

  /** The timers that are armed, in the order in which they will fire. */
  armed(): readonly { readonly key: string; readonly due: number }[] {
    return [...this.#armed.values()].sort((a, b) => a.due - b.due || a.order - b.order);
  }

  hold(): void {
    this.#isHeld = true;
    this.#ask();
  }

  release(): void {
    this.#isHeld = false;
    this.#ask();
  }

  clearAll(): void {
    this.#armed.clear();
    this.#queue.clear();
    this.#ask();
  }

  /** The earliest timer that is still armed. */
  #earliest(): Timer | undefined {
    for (;;) {
      const timer = this.#queue.peek();
      if (timer === undefined || this.#armed.get(timer.key) === timer) return timer;
      this.#queue.pop();
    }
  }

  /** Sets the one alarm for the earliest timer. */
  #ask(): void {
    const earliest = this.#isHeld ? undefined : this.#earliest();
    if (this.#alarm !== null && this.#alarm.due === earliest?.due) return;
    this.#alarm?.cancel();
    this.#alarm = null;
    if (earliest === undefined) return;
    const cancel = this.#clock.at(earliest.due, () => this.#ring());
    this.#alarm = { due: earliest.due, cancel };
  }

  #ring(): void {
    this.#alarm = null;
    for (;;) {
      const timer = this.#earliest();
      if (timer === undefined || timer.due > this.#clock.now()) break;
      this.#queue.pop();
      this.#armed.delete(timer.key);
      this.#fire(timer.key);
    }
    this.#ask();
  }
}
