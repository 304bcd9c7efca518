/**
 * Values from outside that wait for a slot at a full input port.
 *
 * Owns: the values and their order. W1 values of one port are placed in the order they were given.
 * W2 placing is a step of the loop, never done while the effects of an action are being followed.
 * W3 the loop is told when a value begins to wait: a net that had come to a block is not blocked then.
 */
import type { Answer, PacketId } from '../../machines/action.ts';
import { asError } from '../errors.ts';

interface Waiting {
  readonly value: unknown;
  readonly resolve: (packet: PacketId) => void;
  readonly reject: (error: Error) => void;
}

export type Place = (port: string, value: unknown) => Answer;

export class WaitingInputs {
  readonly #place: Place;
  readonly #onWait: () => void;
  readonly #queues = new Map<string, Waiting[]>();
  /** Ports at which a slot came free. */
  readonly #ready = new Set<string>();
  #size = 0;

  constructor(place: Place, onWait: () => void) {
    this.#place = place;
    this.#onWait = onWait;
  }

  /** Values that wait, at all ports. */
  get size(): number {
    return this.#size;
  }

  /** Values that wait, by port. */
  byPort(): ReadonlyMap<string, number> {
    return new Map([...this.#queues].map(([port, queue]) => [port, queue.length]));
  }

  has(port: string): boolean {
    return this.#queues.has(port);
  }

  /** Resolves with the packet's id once the value is placed. */
  add(port: string, value: unknown): Promise<PacketId> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(port);
      if (queue === undefined) this.#queues.set(port, [{ value, resolve, reject }]);
      else queue.push({ value, resolve, reject });
      this.#size += 1;
      this.#onWait();
    });
  }

  /** A slot came free; says whether somebody waits for it. */
  slotFreed(port: string): boolean {
    if (!this.#queues.has(port)) return false;
    this.#ready.add(port);
    return true;
  }

  /** Places what can be placed; says whether there was anything to try. */
  place(): boolean {
    if (this.#ready.size === 0) return false;
    const ports = [...this.#ready];
    this.#ready.clear();
    for (const port of ports) this.#placeAt(port);
    return true;
  }

  rejectAll(error: Error): void {
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    this.#ready.clear();
    this.#size = 0;
    for (const { reject } of queues.flat()) reject(error);
  }

  #placeAt(port: string): void {
    const queue = this.#queues.get(port) ?? [];
    let placed = 0;
    for (const { value, resolve, reject } of queue) {
      let answer: Answer;
      try {
        answer = this.#place(port, value);
      } catch (bug) {
        reject(asError(bug));
        throw bug;
      }
      if (!answer.ok) break;
      resolve(answer.packet as PacketId);
      placed += 1;
    }
    this.#size -= placed;
    if (placed === queue.length) this.#queues.delete(port);
    else queue.splice(0, placed);
  }
}
