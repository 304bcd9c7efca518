/** An error as the history keeps it: name, message and code, nothing that differs from machine to machine. */
import type { KernelEvent, RecordedError } from '../../machines/action.ts';
import { KernelFailed, asError } from '../errors.ts';

export function recordedError(error: Error): RecordedError {
  const code = (error as { code?: unknown }).code;
  const told = { name: error.name, message: error.message };
  return typeof code === 'string' ? { ...told, code } : told;
}

/** The events of an action at which the kernel threw: those until then, and the net's failure. */
export function failureEvents(thrown: unknown): readonly KernelEvent[] {
  const told = thrown instanceof KernelFailed ? thrown.events : [];
  if (told.some(({ event }) => event === 'NetFailed')) return told;
  return [...told, { event: 'NetFailed', error: recordedError(asError(thrown)) }];
}
