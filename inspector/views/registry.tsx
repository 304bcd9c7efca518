/** The views, in the order of their tabs: each a name, an icon, and what is drawn. */
import type { ComponentType } from 'react';
import { NetView } from '../net/net-view.tsx';
import type { IconName } from '../parts/icons.tsx';
import { StatechartView } from '../statechart/statechart-view.tsx';
import type { PageState } from '../store/page.ts';
import type { ViewId } from '../store/view-id.ts';
import { BlockedView } from './blocked/blocked-view.tsx';
import { EpochsView } from './epochs/epochs-view.tsx';
import { LettersView } from './letters/letters-view.tsx';
import { LogsView } from './logs/logs-view.tsx';
import { MessagesView } from './messages/messages-view.tsx';
import { PacketsView } from './packets/packets-view.tsx';

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
  {
    id: 'epochs',
    title: 'Epochs',
    icon: 'epochs',
    Body: EpochsView,
    count: ({ shown }) => shown?.net.epochsOpened ?? 0,
  },
  {
    id: 'packets',
    title: 'Packets',
    icon: 'packets',
    Body: PacketsView,
    count: ({ shown }) => shown?.net.packets ?? 0,
  },
  { id: 'messages', title: 'Messages', icon: 'messages', Body: MessagesView },
  {
    id: 'logs',
    title: 'Logs',
    icon: 'logs',
    Body: LogsView,
    count: ({ tally }) => tally.logLines,
  },
  {
    id: 'letters',
    title: 'Dead letters',
    icon: 'letters',
    Body: LettersView,
    count: ({ tally }) => tally.letters,
  },
  { id: 'blocked', title: 'Why blocked?', icon: 'blocked', Body: BlockedView },
];
