/** Aligned tables of text. */
import { widthOf } from './display-text.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align: 'left' | 'right';
}

const gap = '  ';

/** Lines of a table, its titles first; no line ends in blanks. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map(({ title }, at) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[at] ?? '')), widthOf(title)),
  );
  return [titles, ...rows].map((row) =>
    columns
      .map(({ align }, at) => {
        const cell = row[at] ?? '';
        const blanks = ' '.repeat((widths[at] ?? 0) - widthOf(cell));
        return align === 'left' ? cell + blanks : blanks + cell;
      })
      .join(gap)
      .trimEnd(),
  );
}
