/** An error as the history keeps it: name, message and code, nothing that differs from machine to machine. */
import type { RecordedError } from '../../machines/action.ts';

export function recordedError(error: Error): RecordedError {
  const code = (error as { code?: unknown }).code;
  const told = { name: error.name, message: error.message };
  return typeof code === 'string' ? { ...told, code } : told;
}
