/** An error as the history keeps it: name, message and code, nothing that differs from machine to machine. */
import type { KernelEvent, RecordedError } from '../../machines/action.ts';
import { KernelFailed, asError, codeOf } from '../errors.ts';
import { ValueDecoder, ValueUnreadable } from '../values/value-decoding.ts';
import type { Encoded } from '../values/value-encoding.ts';

export function recordedError(error: Error): RecordedError {
  const code = codeOf(error);
  const told = { name: error.name, message: error.message };
  return typeof code === 'string' ? { ...told, code } : told;
}

/** The error that was recorded: with its class's fields and its stack where `thrown` has them. */
export function errorOf(recorded: RecordedError, thrown: Encoded | undefined): Error {
  if (thrown !== undefined) {
    try {
      const decoded = new ValueDecoder().decode(thrown);
      if (decoded instanceof Error) return decoded;
    } catch (unreadable) {
      if (!(unreadable instanceof ValueUnreadable)) throw unreadable;
    }
  }
  const told = new Error(recorded.message);
  told.name = recorded.name;
  return recorded.code === undefined ? told : Object.assign(told, { code: recorded.code });
}

/** The events of an action at which the kernel threw: those until then, and the net's failure. */
export function failureEvents(thrown: unknown): readonly KernelEvent[] {
  const told = thrown instanceof KernelFailed ? thrown.events : [];
  if (told.some(({ event }) => event === 'NetFailed')) return told;
  return [...told, { event: 'NetFailed', error: recordedError(asError(thrown)) }];
}
