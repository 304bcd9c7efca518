/** Dead letters as lines of JSON, and back: a header, letters, and marks that close them. */
import { z } from 'zod';
import { limits } from '../../limits.ts';
import type { PacketId } from '../../machines/action.ts';
import type { DeadLetter, DeadLetterPacket } from './dead-letter.ts';
import { ValueDecoder } from '../values/value-decoding.ts';
import { type Encoded, ValueEncoder, type ValueLoss } from '../values/value-encoding.ts';

/** The first line of a file. */
export const headerLine = '{"type":"header","format":"netrun-dead-letters","version":1}\n';

const letterId = z.templateLiteral(['d', z.int().min(1)]);
const error = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string(),
  code: z.string().exactOptional(),
  at: z.number(),
});
const loss = z.object({
  path: z.string(),
  kind: z.enum(['unstorable', 'instance']),
  what: z.string(),
});
const letterSchema = z.object({
  type: z.literal('letter'),
  id: letterId,
  run: z.string(),
  node: z.string(),
  epoch: z.string(),
  condition: z.string(),
  outcome: z.enum(['failed', 'timedOut', 'violation']),
  at: z.number(),
  errors: z.array(error),
  packets: z.array(
    z.object({
      port: z.string(),
      packet: z.string(),
      lazy: z.boolean(),
      error: error.exactOptional(),
      value: z.unknown(),
    }),
  ),
  retryOf: z.array(z.string()),
  losses: z.array(loss),
});
const markSchema = z.object({
  type: z.enum(['retried', 'discarded']),
  id: letterId,
  run: z.string().nullable(),
  at: z.number(),
});
const headerSchema = z.object({
  type: z.literal('header'),
  format: z.literal('netrun-dead-letters'),
  version: z.int(),
});
const lineSchema = z.discriminatedUnion('type', [headerSchema, letterSchema, markSchema]);

/** The letter is closed. `at` in milliseconds since 1970, `run` the run that closed it, null where none did. */
export type Mark = z.output<typeof markSchema>;

/** A line as it was read; the values of a letter are still encoded. */
export type Line = z.output<typeof lineSchema>;
export type LetterLine = Extract<Line, { type: 'letter' }>;

/** Characters of a line whose bytes can in no way be too many. */
const surelyFits = limits.deadLetterLineBytes / 4;

function fits(line: string): boolean {
  return line.length <= surelyFits || Buffer.byteLength(line) <= limits.deadLetterLineBytes;
}

function withPackets(
  letter: DeadLetter,
  valueOf: (packet: DeadLetterPacket, at: number) => Encoded,
  losses: readonly ValueLoss[],
): string {
  const packets = letter.packets.map((packet, at) => ({ ...packet, value: valueOf(packet, at) }));
  return `${JSON.stringify({ type: 'letter', ...letter, packets, losses })}\n`;
}

/** The letter's line, with values left out and said so where they are too large for one. */
export function letterLine(letter: DeadLetter): string {
  const encoder = new ValueEncoder();
  try {
    const line = withPackets(
      letter,
      ({ value }, at) => encoder.encode(value, `packets[${at}].value`),
      encoder.losses,
    );
    if (fits(line)) return line;
  } catch (thrown) {
    // A text longer than any that the platform can make is too large as well.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  const what = `too large: a line takes ${limits.deadLetterLineBytes} bytes`;
  const losses = letter.packets.map((_, at): ValueLoss => ({
    path: `packets[${at}].value`,
    kind: 'unstorable',
    what,
  }));
  return withPackets(letter, () => ({ $: 'unstorable' }), losses);
}

export function markLine(mark: Mark): string {
  return `${JSON.stringify(mark)}\n`;
}

/** A line of a file; what is wrong with it where it is none. */
export function parseLine(text: string): Line | { readonly type: 'damaged'; readonly why: string } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { type: 'damaged', why: 'it is no JSON' };
  }
  const read = lineSchema.safeParse(document);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return { type: 'damaged', why: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() };
}

/** The letter of a line. Throws ValueUnreadable where a value is not one that was written. */
export function readLetter({ type: _, packets, ...letter }: LetterLine): DeadLetter {
  const decoder = new ValueDecoder();
  return {
    ...letter,
    packets: packets.map((packet) => ({
      ...packet,
      packet: packet.packet as PacketId,
      value: decoder.decode(packet.value),
    })),
  };
}
