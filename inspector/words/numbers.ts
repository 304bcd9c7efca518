/** Numbers, times and spans as people read them. */

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `12 345`. */
export function count(value: number): string {
  return grouped.format(value).replaceAll(',', '\u202f');
}

/** `950`, `12.3k`, `4.1M`: at most five characters, for places with no room. */
export function shortCount(value: number): string {
  if (value < 1000) return String(value);
  for (const [size, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    const scaled = Math.floor((value / size) * 10) / 10;
    if (scaled >= 1) return `${scaled >= 100 ? Math.floor(scaled) : scaled}${letter}`;
  }
  return String(value);
}

/** `14:03:07.250`, of milliseconds since 1970, in the time zone of the browser. */
export function clockTime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}

/** `250 ms`, `3.2 s`, `4 min 05 s`, `2 h 07 min`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}\u202fms`;
  if (ms < 60_000) {
    const seconds = ms / 1000;
    return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)}\u202fs`;
  }
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (ms < 3_600_000)
    return `${Math.floor(ms / 60_000)}\u202fmin ${two((ms % 60_000) / 1000)}\u202fs`;
  return `${Math.floor(ms / 3_600_000)}\u202fh ${two((ms % 3_600_000) / 60_000)}\u202fmin`;
}

/** `1 epoch`, `3 epochs`. */
export function several(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
