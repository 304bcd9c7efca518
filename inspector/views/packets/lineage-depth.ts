/** How far the lineage of a packet is drawn. */
import { createKeptStore, numberField } from '../../store/kept-store.ts';
import type { Store } from '../../store/store.ts';

export const mostDepth = 12;

export interface LineageLook {
  /** Steps each way. */
  readonly depth: number;
}

export const lineageLook: Store<LineageLook> = createKeptStore<LineageLook>({
  name: 'packets',
  first: { depth: 2 },
  codecs: {
    depth: {
      write: numberField.write,
      read: (text) => {
        const depth = numberField.read(text) ?? 0;
        return Number.isInteger(depth) && depth >= 1 && depth <= mostDepth ? depth : undefined;
      },
    },
  },
  ofRun: [],
});
