/**
 * Keys that do something wherever one is, unless one is writing.
 *
 * The part of the page that was drawn last is asked first: a view's own keys go before the page's.
 */
import { useLayoutEffect, useRef } from 'react';

/** By `KeyboardEvent.key`, with `Shift+` before it where that key is held: `j`, ` `, `Shift+ArrowLeft`. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const listeners: { current: Keys }[] = [];

/** Whether the key goes into a text, or is how the control that has the focus is used. */
function isTaken(event: KeyboardEvent): boolean {
  const at = event.target;
  if (!(at instanceof HTMLElement)) return false;
  if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return true;
  const presses = event.key === ' ' || event.key === 'Enter';
  return presses && /^(BUTTON|A|SUMMARY)$/.test(at.tagName);
}

export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('dialog[open]') !== null || isTaken(event)) return;
    const isNamed = event.key.length > 1;
    const name = event.shiftKey && isNamed ? `Shift+${event.key}` : event.key;
    for (const { current } of listeners.toReversed()) {
      const call = current[name];
      if (call === undefined) continue;
      event.preventDefault();
      call(event);
      return;
    }
  });
}

/** Keys of a part of the page, for as long as it is drawn: from the moment on that it can be seen. */
export function useKeys(keys: Keys): void {
  const held = useRef(keys);
  useLayoutEffect(() => {
    held.current = keys;
  });
  useLayoutEffect(() => {
    listeners.push(held);
    return () => {
      listeners.splice(listeners.indexOf(held), 1);
    };
  }, []);
}
