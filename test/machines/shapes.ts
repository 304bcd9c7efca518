/** Shapes of nodes that between them have every part a machine can have, and the machines made from them. */
import type { AnyStateMachine } from 'xstate';
import { createEpochMachine } from '../../src/machines/epoch.machine.ts';
import { inputPortMachine } from '../../src/machines/input-port.machine.ts';
import { createNetMachine } from '../../src/machines/net.machine.ts';
import { createNodeMachine } from '../../src/machines/node.machine.ts';
import { outputPortMachine } from '../../src/machines/output-port.machine.ts';
import { type NetSpec, type NodeShape, defaultRules } from '../../src/machines/spec.ts';

/** One port in, one port out, no options. */
export const plainShape: NodeShape = {
  inPorts: [{ name: 'in', slots: null }],
  outPorts: [{ name: 'out', slots: null, fanout: 'copy', edges: [0], outside: false }],
  inConditions: [
    {
      name: 'default',
      when: 'nonempty(in)',
      term: { type: 'nonempty', port: 0 },
      takes: [{ port: 0, count: 1 }],
    },
  ],
  outConditions: [
    {
      name: 'send',
      when: 'nonempty(out)',
      term: { type: 'nonempty', port: 0 },
      takes: [{ port: 0, count: null }],
      maxSalvos: null,
    },
  ],
  rules: defaultRules,
};

/** Two ports of each kind, two conditions of each, every option. */
export const richShape: NodeShape = {
  inPorts: [...plainShape.inPorts, { name: 'side', slots: 2 }],
  outPorts: [
    { name: 'out', slots: 2, fanout: 'copy', edges: [0, 1], outside: true },
    { name: 'log', slots: null, fanout: 'round_robin', edges: [], outside: true },
  ],
  inConditions: [
    ...plainShape.inConditions,
    {
      name: 'both',
      when: 'nonempty(in) and full(side)',
      term: {
        type: 'and',
        terms: [
          { type: 'nonempty', port: 0 },
          { type: 'full', port: 1 },
        ],
      },
      takes: [
        { port: 1, count: null },
        { port: 0, count: 5 },
      ],
    },
  ],
  outConditions: [
    ...plainShape.outConditions,
    {
      name: 'all',
      when: 'nonempty(log)',
      term: { type: 'nonempty', port: 1 },
      takes: [
        { port: 0, count: 1 },
        { port: 1, count: null },
      ],
      maxSalvos: 1,
    },
  ],
  rules: {
    ...defaultRules,
    maxParallelEpochs: 1,
    maxPendingEpochs: 1,
    maxEpochs: 3,
    startSpacingMs: 10,
    retries: 1,
    retryWaitMs: 5,
    timeoutMs: 100,
    attemptTimeoutMs: 50,
    autostart: true,
  },
};

const net: NetSpec = { nodes: [], edges: [], mode: 'dag', maxConcurrency: 1, onError: 'pause' };

/** The machines of every kind, by what they are called here. */
export const machines: readonly (readonly [name: string, machine: AnyStateMachine])[] = [
  ['net', createNetMachine(net)],
  ['net without limits', createNetMachine({ ...net, mode: 'cyclic', maxConcurrency: null })],
  ['node', createNodeMachine(plainShape, false)],
  ['node of every option', createNodeMachine(richShape, true)],
  ['input port', inputPortMachine(false)],
  ['input port whose edges have capacities', inputPortMachine(true)],
  ['input port of any number of slots', inputPortMachine(false, false)],
  ['output port', outputPortMachine],
  ['epoch', createEpochMachine(plainShape)],
  ['epoch of every option', createEpochMachine(richShape)],
];
