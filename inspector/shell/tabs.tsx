/** The tabs of the views, down the left side: chosen by click, by arrow keys, or by number. */
import type { KeyboardEvent } from 'react';
import { Icon } from '../parts/icons.tsx';
import { go, page } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { type View, views } from '../views/registry.tsx';
import { shortCount } from '../words/numbers.ts';
import { useKeys } from './keys.ts';

function Tab({ view, number }: { readonly view: View; readonly number: number }) {
  const isChosen = useStore(page, (now) => now.view === view.id);
  const count = useStore(page, (now) => view.count?.(now) ?? 0);
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${view.id}`}
      className="tab"
      aria-selected={isChosen}
      aria-controls="view"
      tabIndex={isChosen ? 0 : -1}
      title={`${view.title} (${number})`}
      onClick={() => go({ view: view.id })}
    >
      <Icon name={view.icon} />
      <span className="tab-title">{view.title}</span>
      {count > 0 ? <span className="count">{shortCount(count)}</span> : null}
    </button>
  );
}

function move(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const at = views.findIndex(({ id }) => id === page.get().view);
  const next = views[(at + by + views.length) % views.length];
  if (next === undefined) return;
  go({ view: next.id });
  document.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
}

export function Tabs() {
  useKeys(
    Object.fromEntries(
      views.map((view, index) => [String(index + 1), () => go({ view: view.id })]),
    ),
  );
  return (
    <div
      className="tabs"
      role="tablist"
      aria-label="Views"
      aria-orientation="vertical"
      onKeyDown={move}
    >
      {views.map((view, index) => (
        <Tab key={view.id} view={view} number={index + 1} />
      ))}
    </div>
  );
}
