/** What stands around the dead letters of a run: who is told of them, and what a retry is done by. */
import type { Logger } from 'pino';
import type { DeadLetterMark, EpochId, PacketId } from '../../machines/action.ts';
import type { StoredValue } from '../values/values.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterFile } from './dead-letter-file.ts';

/** Called with every letter, after it was kept and before `errorCallback`. */
export type DeadLetterCallback = (letter: DeadLetter) => unknown;

/** A value of a letter that is to be put back. */
export interface PutBack {
  /** `Node.port`. */
  readonly port: string;
  readonly value: StoredValue;
  readonly letter: string;
  /** The packet of this run that had it. */
  readonly retryOf?: PacketId;
}

export interface DeadLettersWorld {
  /** ULID. */
  readonly run: string;
  readonly log: Logger;
  /** Null: letters are kept in memory only. */
  readonly file: DeadLetterFile | null;
  readonly onLetter: DeadLetterCallback | null;
  now(): number;
  /** Throws where there is no such node or input port, or the ports have too few free slots for one packet each. */
  assertRoom(node: string, ports: readonly string[]): void;
  /** Writes down that the letter is open no more. */
  mark(letter: string, mark: DeadLetterMark): void;
  /** A new packet with the value. */
  putBack(packet: PutBack): PacketId;
  /** Opens an epoch with an empty salvo. */
  openEpoch(node: string): EpochId;
  /** An epoch of this run has no open letter any more. */
  closed(epoch: string): void;
}
