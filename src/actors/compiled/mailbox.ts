/** Events that wait until an actor has handled the one before, first in first out. */
import type { AnyEvent } from './event.ts';

/** Of places at a time: a longer list is not kept. */
const mostKept = 64;

/** The list is kept, and used again: an actor that sends to one that sends back has mail with every event. */
export class Mailbox {
  #events: (AnyEvent | undefined)[] = [];
  #head = 0;
  #tail = 0;

  put(event: AnyEvent): void {
    this.#events[this.#tail++] = event;
  }

  take(): AnyEvent | undefined {
    if (this.#head === this.#tail) return undefined;
    const event = this.#events[this.#head];
    this.#events[this.#head++] = undefined;
    if (this.#head === this.#tail) {
      if (this.#tail > mostKept) this.#events = [];
      this.#head = 0;
      this.#tail = 0;
    }
    return event;
  }

  clear(): void {
    this.#events = [];
    this.#head = 0;
    this.#tail = 0;
  }
}
