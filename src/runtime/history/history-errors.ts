/** What goes wrong with the files of a history. */
import { NetrunError } from '../../errors.ts';
import { asError } from '../errors.ts';

/** `line` from 1; null where it is the file as a whole. */
export function historyInvalid(file: string, line: number | null, why: string): NetrunError {
  const where = line === null ? file : `${file}, line ${line}`;
  return new NetrunError('HISTORY_INVALID', `${where}: ${why}`, {
    hint: 'Name the history of a run as it was written, with all its parts; what damaged it cannot be told from here.',
  });
}

export function historyFormatUnknown(file: string, why: string): NetrunError {
  return new NetrunError('HISTORY_FORMAT_UNKNOWN', `${file}: ${why}`, {
    hint: 'Use the version of netrun that wrote it, or a later one.',
  });
}

/** An error of ours as it is, any other as one of reading. */
export function historyUnreadable(path: string, cause: unknown): NetrunError {
  if (cause instanceof NetrunError) return cause;
  const message = `the history ${path} cannot be read: ${asError(cause).message}`;
  return new NetrunError('HISTORY_UNREADABLE', message, {
    cause,
    hint: 'Check the path, and that it is a file that may be read.',
  });
}

/** Another process writes it. */
export function historyInUse(path: string, pid: number): NetrunError {
  return new NetrunError('HISTORY_IN_USE', `process ${pid} writes the history ${path}`, {
    hint: 'Wait until it has stopped its net, or end it, and recover the run then.',
  });
}

/** An error of ours as it is, any other as one of writing. */
export function historyUnwritable(path: string, cause: unknown): NetrunError {
  if (cause instanceof NetrunError) return cause;
  const message = `the history ${path} cannot be written: ${asError(cause).message}`;
  return new NetrunError('HISTORY_UNWRITABLE', message, {
    cause,
    hint: 'Make room, or check the permissions of the file and its folder; then recover the run.',
  });
}
