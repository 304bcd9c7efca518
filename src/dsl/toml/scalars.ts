/** Numbers, booleans, dates and times of TOML read from the run of characters that writes them. */
import { TomlDate } from 'smol-toml';
import { TomlSyntaxError } from './tree.ts';
import type { TomlScalarValue } from './tree.ts';

const run = /[A-Za-z0-9_+\-.:]+/y;
const spacedTime = / [0-9]{2}:[A-Za-z0-9_+\-.:]*/y;
const decimalInteger = /^[+-]?(?:0|[1-9](?:_?[0-9])*)$/;
const prefixedInteger = /^0(?:x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)$/;
const float =
  /^[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?$/;
const specialFloat = /^([+-]?)(inf|nan)$/;
const dateTime =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})?(?:(?:^|[Tt ])([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?$/;
const dateLike = /^[0-9]{4}-|^[0-9]{1,2}:/;

const integerChars = 80;

function fail(code: string, message: string, hint: string, offset: number): never {
  throw new TomlSyntaxError({ code, message, hint, offset });
}

function readInteger(digits: string, offset: number): number | bigint {
  const hint = 'Whole numbers have 64 bits: from -2^63 to 2^63 - 1.';
  if (digits.length > integerChars)
    fail('TOML_NUMBER_INVALID', 'The number is too large', hint, offset);
  const plain = digits.replaceAll('_', '').replace(/^\+/, '');
  const value = plain.startsWith('-') ? -BigInt(plain.slice(1)) : BigInt(plain);
  if (BigInt.asIntN(64, value) !== value)
    fail('TOML_NUMBER_INVALID', 'The number is too large', hint, offset);
  const exact = Number(value);
  return Number.isSafeInteger(exact) ? exact : value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function dateExists(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function timeExists(time: string): boolean {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  return hour <= 23 && minute <= 59 && second <= 59;
}

function readDate(text: string, offset: number): Date {
  const [, date, time, seconds = ':00', fraction = '', zone] = dateTime.exec(text) ?? [];
  const exists =
    (date !== undefined || time !== undefined) &&
    (date === undefined || dateExists(date)) &&
    (time === undefined || timeExists(time + seconds)) &&
    (zone === undefined ||
      (date !== undefined &&
        time !== undefined &&
        timeExists(zone.replace(/^[Zz]/, '+00:00').slice(1))));
  if (!exists) {
    const hint =
      'Write 2026-01-31, 2026-01-31T12:00:00Z, 2026-01-31T12:00:00 or 12:00:00; or put it in quotes.';
    fail('TOML_DATE_INVALID', `${text.slice(0, 40)} is no date or time`, hint, offset);
  }
  const clock = time === undefined ? '' : `${time}${seconds}${fraction.slice(0, 4)}`;
  const local = [date, clock].filter((part) => part !== undefined && part !== '').join('T');
  return zone === undefined ? new TomlDate(local) : new Date(`${local}${zone.toUpperCase()}`);
}

function failWord(text: string, offset: number): never {
  const lower = text.toLowerCase();
  const boolean = lower === 'true' || lower === 'false';
  const hint = boolean ? `Write ${lower}.` : `Put text in quotes: "${text.slice(0, 40)}".`;
  return fail('TOML_VALUE_INVALID', `${text.slice(0, 40)} is no value`, hint, offset);
}

/** The value written at `start`, which is not a string, list or table. Throws TomlSyntaxError. */
export function readScalar(
  text: string,
  start: number,
): { readonly value: TomlScalarValue; readonly end: number } {
  run.lastIndex = start;
  let written = run.exec(text)?.[0];
  if (written === undefined) {
    const char = String.fromCodePoint(text.codePointAt(start) ?? 32);
    return fail(
      'TOML_VALUE_INVALID',
      `${JSON.stringify(char)} starts no value`,
      'Put text in quotes.',
      start,
    );
  }
  spacedTime.lastIndex = start + written.length;
  if (dateLike.test(written) && written.length === 10) written += spacedTime.exec(text)?.[0] ?? '';
  const end = start + written.length;
  if (written === 'true' || written === 'false') return { value: written === 'true', end };
  if (decimalInteger.test(written) || prefixedInteger.test(written))
    return { value: readInteger(written, start), end };
  if (float.test(written)) return { value: Number(written.replaceAll('_', '')), end };
  const special = specialFloat.exec(written);
  if (special !== null) {
    const value = special[2] === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
    return { value: special[1] === '-' ? -value : value, end };
  }
  if (dateLike.test(written)) return { value: readDate(written, start), end };
  if (/^[+\-.]?[0-9]/.test(written)) {
    const hint =
      'Digits with single underscores between them, no leading zero, digits on both sides of a point.';
    return fail('TOML_NUMBER_INVALID', `${written.slice(0, 40)} is no number`, hint, start);
  }
  return failWord(written, start);
}
