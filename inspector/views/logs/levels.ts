/** Levels of log lines in words: pino's numbers, and what lies between them. */
import type { Tone } from '../../store/tones.ts';

export interface Level {
  readonly word: string;
  readonly tone: Tone;
  /** The lowest number of it. */
  readonly from: number;
}

const lowest: Level = { word: 'trace', tone: 'idle', from: 0 };

export const levels: readonly Level[] = [
  lowest,
  { word: 'debug', tone: 'idle', from: 20 },
  { word: 'info', tone: 'running', from: 30 },
  { word: 'warn', tone: 'throttled', from: 40 },
  { word: 'error', tone: 'failed', from: 50 },
  { word: 'fatal', tone: 'failed', from: 60 },
];

export function levelOf(level: number): Level {
  return levels.findLast(({ from }) => level >= from) ?? lowest;
}
