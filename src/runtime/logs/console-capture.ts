/**
 * What node functions write to the console, brought to the log of their node and epoch.
 *
 * Owns: the methods of the console while some net captures; whose output a call is, which follows the
 * functions through promises, timers and callbacks.
 * S1 the console is as it was once nobody captures any more; methods that other code has replaced
 * meanwhile are left to it. S2 a call outside of node functions reaches the console unchanged. S3 a
 * function that returns no promise is called without one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import type { Logger } from 'pino';
import type { RunNode } from '../setup/run-node.ts';

/** The levels at which the methods of the console are logged. */
const levels = {
  log: 'info',
  info: 'info',
  warn: 'warn',
  error: 'error',
  debug: 'debug',
} as const;

type Method = keyof typeof levels;
type Write = (...args: unknown[]) => void;

const methods = Object.keys(levels) as Method[];

/** Who has the log of a function; made when it is first asked for. */
export interface Speaker {
  readonly log: Logger;
}

/** Where the output of one function goes. */
interface Sink {
  readonly speaker: Speaker;
  readonly echo: boolean;
}

const sinks = new AsyncLocalStorage<Sink | null>();

/** The console's methods replaced, until they are put back. */
class Patch {
  readonly #console = globalThis.console;
  readonly #replaced: (readonly [Method, PropertyDescriptor, Write])[] = [];
  #active = true;

  constructor() {
    for (const method of methods) {
      const descriptor = Object.getOwnPropertyDescriptor(this.#console, method);
      const original: unknown = descriptor?.value;
      if (descriptor?.configurable !== true || typeof original !== 'function') continue;
      const write = this.#writing(method, original as Write);
      Object.defineProperty(this.#console, method, { ...descriptor, value: write });
      this.#replaced.push([method, descriptor, write]);
    }
  }

  undo(): void {
    this.#active = false;
    for (const [method, descriptor, write] of this.#replaced) {
      if (Object.getOwnPropertyDescriptor(this.#console, method)?.value !== write) continue;
      Object.defineProperty(this.#console, method, descriptor);
    }
  }

  #writing(method: Method, original: Write): Write {
    const through = (args: unknown[]): void => Reflect.apply(original, this.#console, args);
    return (...args) => {
      const sink = this.#active ? (sinks.getStore() ?? null) : null;
      if (sink === null) {
        through(args);
        return;
      }
      outsideCapture(() => {
        sink.speaker.log[levels[method]]({ console: method }, format(...args));
        if (sink.echo) through(args);
      });
    };
  }
}

/** Nets that capture now, and what they have done to the console. */
let holders = 0;
let patch: Patch | null = null;

/** Calls `call` so that what it writes to the console is nobody's: the console's own. */
export function outsideCapture<T>(call: () => T): T {
  return patch === null ? call() : sinks.run(null, call);
}

/** The capture of one net. */
export class ConsoleCapture {
  readonly #wanted: boolean;
  #held = false;

  constructor(nodes: Iterable<RunNode>) {
    this.#wanted = [...nodes].some(captures);
  }

  /** From now on calls are captured, where any node of the net wants it. */
  hold(): void {
    if (this.#held || !this.#wanted) return;
    this.#held = true;
    holders += 1;
    patch ??= new Patch();
  }

  /** Nothing is captured any more. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    holders -= 1;
    if (holders > 0) return;
    patch?.undo();
    patch = null;
    sinks.disable();
  }

  /**
   * Calls a function of the node with who has its log; what it writes to the console goes where the node's options
   * say.
   */
  run<S extends Speaker, T>(node: RunNode, speaker: S, call: (speaker: S) => T): T {
    if (this.#held && captures(node))
      return sinks.run({ speaker, echo: node.options.echoStdout === true }, call, speaker);
    return patch === null ? call(speaker) : sinks.run(null, call, speaker);
  }
}

function captures({ options }: RunNode): boolean {
  return options.captureStdout !== false;
}
