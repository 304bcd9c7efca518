/** What a view shows where there is nothing to show: what is missing, and what would bring it. */
import type { ReactNode } from 'react';

export interface NothingProps {
  readonly title: string;
  readonly children?: ReactNode;
}

export function Nothing({ title, children }: NothingProps) {
  return (
    <div className="nothing">
      <strong>{title}</strong>
      {children === undefined ? null : <span>{children}</span>}
    </div>
  );
}
