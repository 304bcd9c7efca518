/** The log of a flow as lines for people. */
import type { LogLine } from '../../runtime/logs/logs.ts';
import { oneLine } from '../display-text.ts';

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** Fields that every line has, or that say at length what the message says. */
const usual = new Set(['level', 'time', 'msg', 'run', 'node', 'epoch', 'err', 'console']);

/** A line of the log as `warn Clean e3: message key=value`. */
export function logLine(line: LogLine): string {
  const text = (value: unknown): string =>
    typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const subject = ['node', 'epoch']
    .filter((key) => key in line)
    .map((key) => ` ${text(line[key])}`);
  const fields = Object.entries(line).filter(([key]) => !usual.has(key));
  const rest = fields.map(([key, value]) => ` ${key}=${text(value)}`).join('');
  const level = levels[line.level] ?? text(line.level);
  return oneLine(`${level}${subject.join('')}: ${text(line.msg ?? '')}${rest}`);
}
