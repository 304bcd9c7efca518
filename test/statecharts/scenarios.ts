/** Runs of kernels that together reach everything in the statecharts. */
import { packetScenario, deliveries, full, routing, backpressure } from './port-scenarios.ts';
import { arrivals, gathering, held, byHand, autostart, dag } from './intake-scenarios.ts';
import { epochLife, operations } from './epoch-scenarios.ts';
import { gates, fullAtTheStart, services } from './gate-scenarios.ts';
import { faults, lifecycle, recoveries, trouble, standstills } from './net-scenarios.ts';
import type { Scenario } from './scenario-kernels.ts';

export const scenarios: Readonly<Record<string, Scenario>> = {
  ...faults,
  'packets outside, at ports and on edges': packetScenario,
  'edges deliver to bounded ports': deliveries,
  'full ports give': full,
  'conditions gather their salvos': gathering,
  'conditions take what arrives': arrivals,
  'a node holds back what would open too many epochs': held,
  'epochs are made by hand': byHand,
  'an epoch starts of its own accord': autostart,
  'an epoch refuses what its state does not allow': epochLife,
  'an epoch works with packets': operations,
  'salvos are routed': routing,
  'edges at their capacity hold their source back': backpressure,
  'gates close and open': gates,
  'a net starts with no room': fullAtTheStart,
  'the life of the net': lifecycle,
  'the net is recovered': recoveries,
  'failures pause the net': trouble,
  'services start, fail and stop': services,
  standstills: standstills,
  'a violation in DAG mode': dag,
};
