/**
 * The form of the actions of a hop, checked by hand: what is found right here need not be checked by schema.
 *
 * U1 `true` only for what the schemas of action-check.ts accept; `false` says nothing.
 */

type Fields = Readonly<Record<string, unknown>>;

const zero = 48;
const nine = 57;

/** A letter and a counter without leading zeros: `p12`. */
function isId(value: unknown, letter: 'p' | 'e'): boolean {
  if (typeof value !== 'string' || value.length < 2) return false;
  if (value.charCodeAt(0) !== letter.charCodeAt(0)) return false;
  if (value.charCodeAt(1) === zero) return false;
  return isDigits(value, 1);
}

function isDigits(text: string, from: number): boolean {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < zero || code > nine) return false;
  }
  return text.length > from;
}

function isBatchPacket(value: unknown): boolean {
  if (typeof value === 'string' && value[0] === '#') return isDigits(value, 1);
  return isId(value, 'p');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Enumerable fields, those of a prototype too. */
function countFields(value: object): number {
  let count = 0;
  for (const _ in value) count += 1;
  return count;
}

function isOperation(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Fields;
  switch (fields['type']) {
    case 'CreatePacket':
      return countFields(value) === 1;
    case 'ConsumePacket':
      return isBatchPacket(fields['packet']) && countFields(value) === 2;
    case 'LoadPacketIntoOutputPort':
      return (
        isBatchPacket(fields['packet']) &&
        typeof fields['port'] === 'string' &&
        countFields(value) === 3
      );
    case 'SendOutputSalvo':
      return typeof fields['condition'] === 'string' && countFields(value) === 2;
    default:
      return false;
  }
}

function areOperations(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (let at = 0; at < value.length; at++) if (!isOperation(value[at])) return false;
  return true;
}

/** 1 for a field that is there and right, 0 where there is none; NaN, with which nothing adds up, where it is wrong. */
function optional(value: unknown, isRight: (value: unknown) => boolean): number {
  if (value === undefined) return 0;
  return isRight(value) ? 1 : Number.NaN;
}

const isUnconsumed = (value: unknown): boolean => value === 'error' || value === 'destroy';

/** The number of fields besides `type` and `now` that are right; -1 where one that must be there is not. */
function rightFields(fields: Fields): number {
  switch (fields['type']) {
    case 'StartEpoch':
    case 'CreatePacket':
      return isId(fields['epoch'], 'e') ? 1 : -1;
    case 'CommitEpoch':
      return isId(fields['epoch'], 'e') && areOperations(fields['operations'])
        ? 2 + optional(fields['unconsumed'], isUnconsumed)
        : -1;
    case 'RunNetUntilBlocked':
      return optional(fields['max'], isCount) + optional(fields['queued'], isCount);
    case 'InjectPacket':
      return typeof fields['port'] === 'string' ? 1 : -1;
    case 'FinishEpoch':
      return isId(fields['epoch'], 'e') ? 1 + optional(fields['unconsumed'], isUnconsumed) : -1;
    case 'ConsumePacket':
      return isId(fields['packet'], 'p') ? 1 : -1;
    case 'LoadPacketIntoOutputPort':
      return isId(fields['packet'], 'p') && typeof fields['port'] === 'string' ? 2 : -1;
    case 'SendOutputSalvo':
      return isId(fields['epoch'], 'e') && typeof fields['condition'] === 'string' ? 2 : -1;
    default:
      return -1;
  }
}

/** Whether `action` has one of the usual forms. */
export function isUsualAction(action: object): boolean {
  const fields = action as Fields;
  const right = rightFields(fields);
  return right >= 0 && countFields(action) === 1 + right + optional(fields['now'], isCount);
}
