/** The views, in the order of their tabs: each a name, an icon, and what is drawn. */
import type { ComponentType } from 'react';
import { NetView } from '../net/net-view.tsx';
import type { IconName } from '../parts/icons.tsx';
import { StatechartView } from '../statechart/statechart-view.tsx';
import type { PageState } from '../store/page.ts';
import type { ViewId } from '../store/view-id.ts';

export interface View {
  readonly id: ViewId;
  readonly title: string;
  readonly icon: IconName;
  /** Fills the middle of the page; drawn anew each time that its tab is chosen. */
  readonly Body: ComponentType;
  /** A number beside the title; 0 shows none. */
  readonly count?: (state: PageState) => number;
}

export const views: readonly View[] = [
  { id: 'net', title: 'Net', icon: 'net', Body: NetView },
  { id: 'statechart', title: 'Statechart', icon: 'statechart', Body: StatechartView },
];
