/** What a net takes beside its graph: settings that override the definition's, and what only code can give. */
import type { DestinationStream } from 'pino';
import { NetrunError } from '../../errors.ts';
import { nearest } from '../../dsl/nearest-name.ts';
import { type NetSettings, netSettingsSchema } from '../../dsl/schema.ts';
import type { Clock } from '../time/clock.ts';
import type { DeadLetterCallback } from '../failure/letter-world.ts';
import type { ErrorCallback } from '../failure/failure-desk.ts';
import { engineOf } from '../kernel/engines.ts';
import type { KernelOptions } from '../kernel/kernel.ts';
import type { LogLevel } from '../logs/logs.ts';
import type { SignalSource } from '../drive/signals.ts';

/** Options of a net that are no settings of its definition. */
export interface RuntimeOptions {
  /** The definition's file: paths of functions are relative to it. Default: the working directory. */
  readonly file?: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: `compiled`. */
  readonly engine?: NonNullable<KernelOptions['engine']>;
  /** Called for every final failure, after the node's `failed` function and the dead letter. */
  readonly errorCallback?: ErrorCallback;
  /**
   * Called with every dead letter, besides keeping it in memory or in the file, and before
   * `errorCallback`; awaited where it returns a promise.
   */
  readonly onDeadLetter?: DeadLetterCallback;
  /** Default: `info`. */
  readonly logLevel?: LogLevel;
  /**
   * From its start on the net follows SIGINT and SIGTERM: the first SIGINT lets running epochs end and
   * stops the net, a second or SIGTERM stops it at once. A net with a history file is suspended in place of
   * being stopped, so that its run can be gone on with. The process exits with 130 when nothing is left
   * to do. The handlers are put back when the net has stopped. A source of signals stands in for the
   * process. Default: false.
   */
  readonly handleSignals?: boolean | SignalSource;
  /** Where log lines go besides memory, as a pino destination. */
  readonly logDestination?: DestinationStream;
}

/** Settings here override those of the definition. */
export type NetOptions = RuntimeOptions & NetSettings;

const runtimeKeys: readonly (keyof RuntimeOptions)[] = [
  'file',
  'clock',
  'engine',
  'errorCallback',
  'onDeadLetter',
  'logLevel',
  'logDestination',
  'handleSignals',
];
const settingKeys = Object.keys(netSettingsSchema.shape);

/** The settings among the options. Throws `UNKNOWN_OPTION` for a key that is none, `ENGINE_UNAVAILABLE`. */
export function settingsOf(options: NetOptions): NetSettings {
  const known = new Set<string>([...runtimeKeys, ...settingKeys]);
  for (const key of Object.keys(options)) {
    if (known.has(key)) continue;
    const close = nearest(key, known);
    throw new NetrunError('UNKNOWN_OPTION', `a net has no option ${key}`, {
      hint: close === undefined ? `It has: ${[...known].join(', ')}.` : `Did you mean ${close}?`,
    });
  }
  engineOf(options.engine);
  return Object.fromEntries(Object.entries(options).filter(([key]) => settingKeys.includes(key)));
}
