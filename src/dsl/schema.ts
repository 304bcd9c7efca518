/**
 * The settings of nets and nodes: one schema that reading, checking and printing follow.
 *
 * Keys are the API's (camelCase); `tomlKey` gives their spelling in TOML. The message of each check
 * is the code of the diagnostic it leads to.
 */
import { z } from 'zod';

/** Seconds; about thirty years, so that milliseconds stay exact. */
const maxSeconds = 1_000_000_000;

const text = z.string('EXPECTED_STRING').min(1, 'STRING_EMPTY');
const flag = z.boolean('EXPECTED_BOOLEAN');
const integer = z.int('EXPECTED_INTEGER');
const atLeastOne = integer.min(1, 'NUMBER_NOT_POSITIVE');
const notNegative = integer.min(0, 'NUMBER_NEGATIVE');
const number = z.number('EXPECTED_NUMBER');
const wait = number.min(0, 'TIME_NEGATIVE').max(maxSeconds, 'TIME_TOO_LONG');
const deadline = number.gt(0, 'TIME_NOT_POSITIVE').max(maxSeconds, 'TIME_TOO_LONG');
const names = z.array(text, 'EXPECTED_NAMES').min(1, 'EXPECTED_NAMES');
const oneOf = <const T extends readonly string[]>(values: T) => z.enum(values, 'VALUE_NOT_ALLOWED');

/** Options of a node, and of `[net.defaults]`. Times in seconds. Absent = the default. */
export const nodeOptionsSchema = z.object({
  pool: z.union([text, names], 'EXPECTED_NAMES').optional(),
  poolInitMode: oneOf(['per_worker', 'global']).optional(),
  maxParallelEpochs: atLeastOne.optional(),
  maxPendingEpochs: atLeastOne.optional(),
  maxEpochs: atLeastOne.optional(),
  rateLimitPerSecond: number.gt(0, 'NUMBER_NOT_POSITIVE').optional(),
  deferNetActions: flag.optional(),
  retries: notNegative.optional(),
  retryWait: wait.optional(),
  retryBackoff: oneOf(['fixed', 'exponential']).optional(),
  retryWaitMax: wait.optional(),
  /** Share of a wait that is drawn by lot: 0 = none of it, 1 = all of it. */
  retryJitter: number.min(0, 'NUMBER_NOT_A_SHARE').max(1, 'NUMBER_NOT_A_SHARE').optional(),
  timeout: deadline.optional(),
  attemptTimeout: deadline.optional(),
  startTimeout: deadline.optional(),
  restart: oneOf(['never', 'on_failure']).optional(),
  deadLetterQueue: flag.optional(),
  captureStdout: flag.optional(),
  echoStdout: flag.optional(),
  autostart: flag.optional(),
  unconsumed: oneOf(['error', 'destroy']).optional(),
  priority: integer.optional(),
});

/** Options of a node, in camelCase. Times in seconds. */
export type NodeOptions = z.output<typeof nodeOptionsSchema>;

/** Options of one pool. */
export const poolSchema = z.object({
  size: z.int('POOL_SIZE_INVALID').min(1, 'POOL_SIZE_INVALID'),
});

export type PoolOptions = z.output<typeof poolSchema>;

const pools = z.record(z.string(), poolSchema);
const meta = z.record(z.string(), z.unknown(), 'EXPECTED_TABLE');

/** Chooses a pool by the number of idle workers of each, in the order the node lists them. */
export type PoolSelection = (
  pools: readonly { readonly name: string; readonly idle: number }[],
) => string;

/** Settings of a net. Absent = the default. */
export const netSettingsSchema = z.object({
  onError: oneOf(['pause', 'continue', 'raise']).optional(),
  mode: oneOf(['cyclic', 'dag']).optional(),
  maxConcurrency: atLeastOne.optional(),
  seed: z.union([text, integer], 'EXPECTED_STRING').optional(),
  historyFile: text.optional(),
  /** Bytes of a history file, from which on another one is begun. */
  historyFileSize: atLeastOne.optional(),
  historyMaxSize: atLeastOne.optional(),
  historyChunkSize: atLeastOne.optional(),
  historyFlushOnPause: flag.optional(),
  historyLevel: oneOf(['full', 'actions']).optional(),
  historyFsync: oneOf(['never', 'batch', 'always']).optional(),
  historyValues: oneOf(['none', 'hash', 'inline', 'store']).optional(),
  packetStoragePath: text.optional(),
  consumedPacketStorage: flag.optional(),
  consumedPacketStorageLimit: notNegative.optional(),
  deadLetterQueue: oneOf(['memory', 'file']).optional(),
  deadLetterPath: text.optional(),
  checkpointDir: text.optional(),
  /** Keys whose values the inspector does not show. */
  inspectorRedact: z.array(text, 'EXPECTED_LIST').optional(),
  poolInitMode: oneOf(['per_worker', 'global']).optional(),
  /** In code only. */
  poolSelection: z
    .custom<PoolSelection>((value) => typeof value === 'function', 'EXPECTED_FUNCTION')
    .optional(),
  threadPools: pools.optional(),
  processPools: pools.optional(),
  defaults: nodeOptionsSchema.optional(),
  meta: meta.optional(),
});

/** Settings of a net, in camelCase. */
export type NetSettings = z.output<typeof netSettingsSchema>;

/** Settings of a net that are tables and read part by part; the others are single values. */
export const tableSettings = ['threadPools', 'processPools', 'defaults', 'meta'] as const;

/** Settings that only code can give. */
export const codeOnlySettings: ReadonlySet<string> = new Set(['poolSelection']);

/** Keys that earlier formats spell differently, by their spelling there. */
export const settingAliases: ReadonlyMap<string, string> = new Map([
  ['consumedStorageLimit', 'consumedPacketStorageLimit'],
]);

/** `retryWaitMax` → `retry_wait_max`. */
export function tomlKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
