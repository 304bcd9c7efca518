/** How many packets wait on a line, as it is written there, and the room that it takes: for layout and drawing. */
import { shortCount } from '../words/numbers.ts';

/** Of one character, and beside the text. */
const characterWidth = 7.6;
const room = 14;

export const countHeight = 20;

export function countText(packets: number, isFull: boolean): string {
  return `${shortCount(packets)}${isFull ? ' full' : ''}`;
}

export function countWidth(text: string): number {
  return text.length * characterWidth + room;
}
