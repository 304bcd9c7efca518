/** How the net is looked at: what is open, searched for and shown before the rest, and where the canvas stands. */
import { type Stand, standField } from '../layout/stand.ts';
import { createKeptStore, flagField, listField, orNull, textField } from '../store/kept-store.ts';
import type { Store } from '../store/store.ts';

export interface NetLook {
  /** Subnets that are open; all are folded at first. */
  readonly open: readonly string[];
  /** Nodes whose names have this are shown before the others. */
  readonly search: string;
  /** What there is to say of the net stands beside the canvas, while no node is chosen. */
  readonly isNetShown: boolean;
  /** What holds the net up is shown before the rest. */
  readonly isHoldShown: boolean;
  /** Null: all of it is seen. */
  readonly stand: Stand | null;
}

export const netLook: Store<NetLook> = createKeptStore<NetLook>({
  name: 'net',
  first: { open: [], search: '', isNetShown: false, isHoldShown: false, stand: null },
  codecs: {
    open: listField((name): name is string => name !== ''),
    search: textField,
    isNetShown: flagField,
    isHoldShown: flagField,
    stand: orNull(standField),
  },
  ofRun: ['isHoldShown'],
});

/** What is open changes where everything is: the canvas shows all of it again. */
export function openSubnet(name: string): void {
  netLook.set(({ open }) => ({
    open: [...open.filter((each) => each !== name), name],
    stand: null,
  }));
}

/** With all that is open within it. */
export function foldSubnet(name: string): void {
  netLook.set(({ open }) => ({
    open: open.filter((each) => each !== name && !each.startsWith(`${name}->`)),
    stand: null,
  }));
}
