/** Which subnets are open on the canvas; all are folded at first. */
import { createStore } from '../store/store.ts';

export const folding = createStore<{ readonly open: ReadonlySet<string> }>({ open: new Set() });

export function openSubnet(name: string): void {
  folding.set(({ open }) => ({ open: new Set([...open, name]) }));
}

/** With all that is open within it. */
export function foldSubnet(name: string): void {
  folding.set(({ open }) => ({
    open: new Set([...open].filter((each) => each !== name && !each.startsWith(`${name}->`))),
  }));
}
