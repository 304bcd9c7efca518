/** `netrun graph`: a definition as a diagram, or the statechart of one of its parts. */
import type { AnyStateMachine } from 'xstate';
import { readValidDefinition } from '../definition-file.ts';
import type { DefinitionFile } from '../definition-file.ts';
import { graphToDot, graphToMermaid } from '../../dsl/diagram-graph.ts';
import { nearest } from '../../dsl/nearest-name.ts';
import type { NetSpec, NodeSpec } from '../../machines/spec.ts';
import { refusal } from '../problem.ts';
import type { CommandFailure } from '../problem.ts';
import { writeJson } from '../report.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

export interface GraphOptions {
  readonly mermaid?: boolean;
  readonly dot?: boolean;
  readonly statechart?: string;
  readonly json?: boolean;
}

const forms = 'Write a node, NODE/in:PORT, NODE/out:PORT, NODE/epoch, or net.';

/** `A`, `A/in:x`, `A/out:y`, `A/epoch`; `node:` before it says that it is no `net`. */
const addressForm =
  /^(?<plain>node:)?(?<node>[^/]+)(?:\/(?:(?<side>in|out):(?<port>.+)|(?<epoch>epoch)))?$/;

function unknown(what: string, name: string, known: readonly string[]): CommandFailure {
  const close = nearest(name, known);
  const hint =
    close === undefined
      ? `There are: ${known.slice(0, 20).join(', ') || 'none'}.`
      : `Did you mean ${close}?`;
  return refusal('NODE_UNKNOWN', `there is no ${what} ${name}`, `${hint} ${forms}`);
}

function portMachine(node: NodeSpec, side: 'in' | 'out', port: string): 'in' | 'out' {
  const ports = (side === 'in' ? node.inPorts : node.outPorts).map(({ name }) => name);
  if (ports.includes(port)) return side;
  throw unknown(`${side === 'in' ? 'input' : 'output'} port of ${node.name} called`, port, ports);
}

/** The machine that an address stands for. Throws CommandFailure for what is not there. */
async function machineOf(spec: NetSpec, address: string): Promise<AnyStateMachine> {
  const {
    plain,
    node: name = '',
    side,
    port = '',
    epoch,
  } = addressForm.exec(address)?.groups ?? {};
  if (name === 'net' && plain === undefined && side === undefined && epoch === undefined) {
    const { createNetMachine } = await import('../../machines/net.machine.ts');
    return createNetMachine(spec);
  }
  const node = spec.nodes.find((one) => one.name === name);
  if (node === undefined) {
    throw unknown(
      'node',
      name === '' ? address : name,
      spec.nodes.map((one) => one.name),
    );
  }
  if (epoch !== undefined) {
    const { createEpochMachine } = await import('../../machines/epoch.machine.ts');
    return createEpochMachine(node);
  }
  if (side === undefined) {
    const { createNodeMachine } = await import('../../machines/node.machine.ts');
    return createNodeMachine(node, spec.mode === 'dag');
  }
  if (portMachine(node, side === 'in' ? 'in' : 'out', port) === 'out') {
    const { outputPortMachine } = await import('../../machines/output-port.machine.ts');
    return outputPortMachine;
  }
  const { inputPortMachine } = await import('../../machines/input-port.machine.ts');
  const at = node.inPorts.findIndex((one) => one.name === port);
  const hasCapacity = spec.edges.some(
    ({ to, capacity }) => capacity !== null && to.port === at && spec.nodes[to.node] === node,
  );
  return inputPortMachine(hasCapacity);
}

async function statechart(definition: DefinitionFile, address: string): Promise<string> {
  const { statechartToMermaid } = await import('../../machines/statechart-diagram.ts');
  return statechartToMermaid(await machineOf(definition.graph.toSpec(), address));
}

/** Prints the diagram. Throws CommandFailure where the definition is not valid. */
export async function graph(
  file: string,
  options: GraphOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const wanted = [options.mermaid, options.dot, options.statechart !== undefined].filter(
    (one) => one === true,
  );
  if (wanted.length > 1) {
    throw refusal(
      'ARGUMENT_INVALID',
      '--mermaid, --dot and --statechart exclude each other',
      'Use one of them.',
    );
  }
  const definition = readValidDefinition(file);
  const format =
    options.dot === true ? 'dot' : options.statechart === undefined ? 'mermaid' : 'statechart';
  const diagram =
    options.statechart !== undefined
      ? await statechart(definition, options.statechart)
      : format === 'dot'
        ? graphToDot(definition.graph)
        : graphToMermaid(definition.graph);
  if (options.json === true) writeJson(terminal, { ok: true, file, format, diagram });
  else terminal.stdout.write(diagram);
  return 0;
}
