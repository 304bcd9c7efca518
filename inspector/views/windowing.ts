/** Which rows of a long list are seen, and which part of it to ask for. */

export interface Seen {
  readonly first: number;
  readonly count: number;
}

/** Browsers give up on elements that are much higher. */
export const mostPixels = 8_000_000;

export interface Scrolled {
  readonly top: number;
  /** Of the part of the list that is seen. */
  readonly height: number;
}

/** Rows drawn beyond the edges, so that a turn of the wheel finds them there. */
const beyond = 6;

/** How high the whole list is drawn; a very long one is drawn lower than its rows are. */
export function listHeight(total: number, rowHeight: number): number {
  return Math.min(total * rowHeight, mostPixels);
}

/** The row at the upper edge, with its fraction. */
function topRow({ top, height }: Scrolled, rowHeight: number, total: number): number {
  const drawn = listHeight(total, rowHeight);
  const whole = total * rowHeight;
  if (whole <= drawn) return top / rowHeight;
  const share = Math.min(1, Math.max(0, top / Math.max(1, drawn - height)));
  return (share * (whole - height)) / rowHeight;
}

export function rowsSeen(scrolled: Scrolled, rowHeight: number, total: number): Seen {
  const top = Math.max(0, topRow(scrolled, rowHeight, total));
  const first = Math.max(0, Math.min(Math.floor(top), total) - beyond);
  const last = Math.min(total, Math.ceil(top + scrolled.height / rowHeight) + beyond);
  return { first, count: Math.max(0, last - first) };
}

/** Where a row is drawn, from the top of the list. */
export function rowTop(row: number, scrolled: Scrolled, rowHeight: number, total: number): number {
  return scrolled.top + (row - topRow(scrolled, rowHeight, total)) * rowHeight;
}

/** How far to scroll so that a row is seen; as far as now where it is. */
export function scrollTo(
  row: number,
  scrolled: Scrolled,
  rowHeight: number,
  total: number,
): number {
  const top = topRow(scrolled, rowHeight, total);
  const fits = scrolled.height / rowHeight;
  if (row >= top && row + 1 <= top + fits) return scrolled.top;
  const wanted = row < top ? row : row + 1 - fits;
  const drawn = listHeight(total, rowHeight);
  const whole = total * rowHeight;
  if (whole <= drawn) return wanted * rowHeight;
  return ((wanted * rowHeight) / (whole - scrolled.height)) * (drawn - scrolled.height);
}

export interface Part {
  readonly offset: number;
  readonly limit: number;
}

/** The part of the list that the rows seen are in; it stays the same while few rows pass by. */
export function partFor({ first, count }: Seen, most: number): Part {
  const step = Math.floor(most / 4);
  const offset = Math.max(0, Math.floor(first / step) * step);
  return { offset, limit: Math.min(most, Math.max(step * 2, first + count - offset)) };
}
