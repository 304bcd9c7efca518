/** How close the net's canvas is: told once, and not to each of its cards whenever it moves. */
import { createStore } from '../store/store.ts';

/** Below this zoom a card has no room for more than its name and its state. */
const smallZoom = 0.38;

export const canvasLook = createStore<{ readonly isSmall: boolean }>({ isSmall: false });

export function zoomedTo(zoom: number): void {
  canvasLook.set({ isSmall: zoom < smallZoom });
}
