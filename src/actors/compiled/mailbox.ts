/** Events that wait until an actor has handled the one before, first in first out. */
import type { AnyEvent } from './event.ts';

/** What was taken is cut off once it is so much. */
const cutAt = 1024;

export class Mailbox {
  #events: AnyEvent[] = [];
  #read = 0;

  put(event: AnyEvent): void {
    this.#events.push(event);
  }

  take(): AnyEvent | undefined {
    const event = this.#events[this.#read++];
    if (this.#read >= cutAt) {
      this.#events.splice(0, this.#read);
      this.#read = 0;
    }
    return event;
  }
}
