/** docs/statecharts.md is drawn from the machines themselves. */
import type { AnyStateMachine } from 'xstate';
import { expect, it } from 'vitest';
import { Graph } from '../../src/dsl/graph.ts';
import { createEpochMachine } from '../../src/machines/epoch.machine.ts';
import { inputPortMachine } from '../../src/machines/input-port.machine.ts';
import { createNetMachine } from '../../src/machines/net.machine.ts';
import { createNodeMachine } from '../../src/machines/node.machine.ts';
import { outputPortMachine } from '../../src/machines/output-port.machine.ts';
import { statechartToMermaid } from '../../src/machines/statechart-diagram.ts';

const example = new Graph({
  nodes: [
    {
      name: 'Batch',
      inPorts: ['item', 'flush'],
      outPorts: ['batch'],
      inConditions: [
        { name: 'flushed', when: 'nonempty(flush)', ports: { flush: 1, item: 'all' } },
        { name: 'ten', when: 'count(item) >= 10', ports: { item: 10 } },
      ],
      outConditions: [{ name: 'send', when: 'nonempty(batch)' }],
      options: {
        maxParallelEpochs: 2,
        maxPendingEpochs: 20,
        maxEpochs: 1000,
        rateLimitPerSecond: 5,
        deferNetActions: true,
        retries: 3,
        timeout: 60,
      },
    },
  ],
  outputs: ['Batch.batch'],
});

function section(title: string, words: string, machine: AnyStateMachine): string[] {
  return [
    `## ${title}`,
    '',
    words,
    '',
    '```mermaid',
    statechartToMermaid(machine, { actions: false }).trimEnd(),
    '```',
    '',
  ];
}

function page(): string {
  const spec = example.toSpec();
  const [node] = spec.nodes;
  if (node === undefined) throw new Error('the example has a node');
  return [
    '# The statecharts',
    '',
    'The five machines that decide everything of the flow, drawn from the machines themselves: what is drawn here is what runs. Labels read `event [guard]`. `netrun graph FILE --statechart NODE` draws those of your own nodes.',
    '',
    ...section(
      'The net',
      'One per run; supervises its nodes, and answers for what belongs to nobody else: the packets outside, the ids, the time.',
      createNetMachine(spec) as AnyStateMachine,
    ),
    ...section(
      'A node',
      'Generated from its description: *intake* has one gathering state per salvo condition, whose guard is named by its term. This one has the conditions `flushed` (`nonempty(flush)`) and `ten` (`count(item) >= 10`), and every limit there is: a machine leaves out what its node cannot come to.',
      createNodeMachine(node, false) as AnyStateMachine,
    ),
    ...section(
      'An input port',
      'Owns its slots, and the queues of the edges that end in it.',
      inputPortMachine(false) as AnyStateMachine,
    ),
    ...section(
      'An output port',
      'Routes salvos onto edges, or to the outside.',
      outputPortMachine as AnyStateMachine,
    ),
    ...section(
      'An epoch',
      'One execution of a node, from its salvo to its one final state.',
      createEpochMachine(node) as AnyStateMachine,
    ),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

it('docs/statecharts.md shows the machines as they are', async () => {
  await expect(page()).toMatchFileSnapshot('../../docs/statecharts.md');
});
