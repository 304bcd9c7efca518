/** The log of a flow as lines for people. */
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
const usual = new Set(['level', 'time', 'msg', 'run', 'node', 'epoch', 'err']);

/** A line as pino writes it, in JSON, as `warn Clean e3: message key=value`. */
export function logLine(json: string): string {
  const line = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string =>
    typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const subject = ['node', 'epoch']
    .filter((key) => key in line)
    .map((key) => ` ${text(line[key])}`);
  const fields = Object.entries(line).filter(([key]) => !usual.has(key));
  const rest = fields.map(([key, value]) => ` ${key}=${text(value)}`).join('');
  const level = levels[Number(line['level'])] ?? text(line['level']);
  return oneLine(`${level}${subject.join('')}: ${text(line['msg'] ?? '')}${rest}`);
}
