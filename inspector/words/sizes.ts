/** Sizes of values, and numbers of records, as people read them. */
import type { ValuePreview } from '../../src/runtime/inspector/value-view.ts';
import { count, several } from './numbers.ts';

/** `340 bytes`, `3.0 kB`, `2.4 MB`; a thousand to the next. */
export function bytes(size: number): string {
  if (size < 1000) return several(size, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = size / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 100 ? value.toFixed(1) : Math.floor(value)}\u202f${units[unit]}`;
}

/** `214 characters`, `3 items`, `3.0 kB`. */
export function sizeOf({ size, unit }: Pick<ValuePreview, 'size' | 'unit'>): string {
  if (size === null) return 'very large';
  if (unit === 'bytes') return bytes(size);
  return unit === 'items' ? several(size, 'item') : several(size, 'character');
}

/** `#12 345`. */
export function recordNumber(seq: number): string {
  return `#${count(seq)}`;
}
