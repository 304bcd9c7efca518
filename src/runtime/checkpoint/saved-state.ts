/** `net_state.json`: what a checkpoint has beside the values of packets, the history and the definition. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { limits } from '../../limits.ts';
import { asError } from '../errors.ts';
import { checkpointFiles, checkpointInvalid } from './checkpoint-folder.ts';

/** The form that checkpoints are written in. */
export const checkpointVersion = 1;

const packet = z.templateLiteral(['p', z.int().min(1)]);
const epoch = z.templateLiteral(['e', z.int().min(1)]);
const encoded = z.unknown();
const count = z.int().min(0);
const values = z.array(z.tuple([packet, encoded]));
const epochCounts = z.strictObject({
  opened: count,
  started: count,
  finished: count,
  failed: count,
  timedOut: count,
  cancelled: count,
  retried: count,
  startable: count,
  running: count,
});
const stateSchema = z.strictObject({
  format: z.literal('netrun-checkpoint'),
  version: z.literal(checkpointVersion),
  netrun: z.string(),
  /** ISO time, informative only. */
  saved_at: z.string(),
  run: z.string().min(1),
  spec_hash: z.string(),
  /** Absolute path of the file that the definition came from. */
  file: z.string().nullable(),
  /** Absolute path of the file that the run wrote its history to; absent where it wrote none. */
  history_file: z.string().exactOptional(),
  /** Number of the last record, actions recorded, and the time of the last of them in milliseconds. */
  seq: count,
  actions: count,
  now: z.number(),
  /** Values in packets.jsonl. */
  packets: count,
  kernel: z.unknown(),
  /** What is known of epochs that have begun beside what the kernel knows, in order. */
  epochs: z.array(
    z.strictObject({
      epoch,
      attempt: count,
      errors: z.array(encoded),
      failed_at: z.array(z.number()),
      received: values,
      salvaged: values,
    }),
  ),
  /** Epochs whose attempts are to be run, in order. */
  due: z.array(epoch),
  memory: z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), encoded]))])),
  tally: z.strictObject({
    packets: z.strictObject({ created: count, consumed: count, destroyed: count }),
    nodes: z.array(z.tuple([z.string(), epochCounts])),
  }),
  /** Packets outside that nobody has taken, by output port and in order. */
  outputs: z.array(z.tuple([z.string(), z.array(packet)])),
  /** Timers, what is due first comes first. */
  timers: z.array(z.tuple([z.string(), z.number()])),
  letters: z.strictObject({
    count,
    /** Open ones, where they are kept in memory, each as a line of a file of dead letters. */
    open: z.array(z.string()),
    /** By packet or epoch that a retry made and that is not done: the letter. */
    retried: z.array(z.tuple([z.string(), z.string()])),
  }),
});

/** The content of `net_state.json`. Values in it are encoded. */
export type SavedState = z.output<typeof stateSchema>;

export function stateText(state: SavedState): string {
  return `${JSON.stringify(state)}\n`;
}

/** Throws `CHECKPOINT_INVALID`. */
export function readState(folder: string): SavedState {
  const file = join(folder, checkpointFiles.state);
  let document: unknown;
  try {
    const { size } = statSync(file);
    if (size > limits.checkpointStateBytes)
      throw new Error(`it is larger than ${limits.checkpointStateBytes} bytes`);
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw checkpointInvalid(file, '', asError(cause).message, cause);
  }
  const read = stateSchema.safeParse(document);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw checkpointInvalid(file, issue?.path.map(String).join('.') ?? '', issue?.message ?? '');
}
