/** Whether a valid definition can be run: its functions and port types are imported, its settings followed. */
import type { NodeDefinition } from '../dsl/definition.ts';
import type { Path } from '../dsl/diagnostic.ts';
import { Graph } from '../dsl/graph.ts';
import { isImportPath } from '../dsl/import-path.ts';
import { NodeSetup } from '../runtime/setup/node-setup.ts';
import { refuseUnsupported } from '../runtime/setup/unsupported.ts';
import type { DefinitionFile } from './definition-file.ts';
import { errorProblems } from './problem.ts';
import type { Problem } from './problem.ts';

const functionKeys = [
  ['execNodeFunc', 'exec_node_func'],
  ['startNodeFunc', 'start_node_func'],
  ['stopNodeFunc', 'stop_node_func'],
  ['execFailedNodeFunc', 'exec_failed_node_func'],
] as const;

const portKeys = [
  ['inPorts', 'in_ports'],
  ['outPorts', 'out_ports'],
] as const;

/** One thing that a node names by path: where, and the node as if that were the only one. */
interface Import {
  readonly path: Path;
  readonly alone: NodeDefinition;
}

function isImported(type: unknown): type is string {
  return typeof type === 'string' && isImportPath(type);
}

/** The ports with no imported types, but for that of the port `kept`. */
function portsOf<T extends NodeDefinition['inPorts'][number]>(
  ports: readonly T[],
  kept?: string,
): T[] {
  return ports.map((port) => {
    if (!isImported(port.type) || port.name === kept) return port;
    const { type: _, ...untyped } = port;
    return untyped as T;
  });
}

function importsOf(node: NodeDefinition): Import[] {
  const found: Import[] = [];
  const {
    execNodeFunc: _1,
    startNodeFunc: _2,
    stopNodeFunc: _3,
    execFailedNodeFunc: _4,
    ...rest
  } = node;
  const bare = { ...rest, inPorts: portsOf(node.inPorts), outPorts: portsOf(node.outPorts) };
  for (const [key, tomlKey] of functionKeys) {
    const path = node[key];
    if (path !== undefined)
      found.push({ path: ['nodes', node.name, tomlKey], alone: { ...bare, [key]: path } });
  }
  for (const [key, tomlKey] of portKeys) {
    for (const { name, type } of node[key]) {
      if (!isImported(type)) continue;
      const path = ['nodes', node.name, tomlKey, name, 'type'];
      found.push({ path, alone: { ...bare, [key]: portsOf(node[key], name) } });
    }
  }
  return found;
}

async function importOne({ alone }: Import, file: string): Promise<Problem | undefined> {
  try {
    await new NodeSetup(new Graph({ nodes: [alone] }), new Map(), file).load();
    return undefined;
  } catch (error) {
    return errorProblems(
      error,
      'FUNCTION_IMPORT_FAILED',
      'Import the file by itself to see what is wrong with it.',
    )[0];
  }
}

/** Imports everything that the definition names by path, and says what could not be imported, with places. */
export async function importProblems({ file, path: base, graph, find }: DefinitionFile): Promise<{
  readonly imports: number;
  readonly problems: readonly Problem[];
}> {
  const imports = graph.nodes.flatMap(importsOf);
  const problems: Problem[] = [];
  for (const one of imports) {
    const problem = await importOne(one, base);
    if (problem === undefined) continue;
    const place = find(one.path, { at: 'value' });
    problems.push({
      ...problem,
      file,
      path: one.path.join('.'),
      ...(place === undefined ? {} : { line: place.line, column: place.column }),
    });
  }
  return { imports: imports.length, problems };
}

/** What the definition asks for that this version cannot do. */
export function unsupportedProblems({ file, graph }: DefinitionFile): readonly Problem[] {
  const problems: Problem[] = [];
  for (const attempt of [() => graph.toSpec(), () => refuseUnsupported(graph)]) {
    try {
      attempt();
    } catch (error) {
      const hint = 'Remove it, or use a version that can do it.';
      problems.push(
        ...errorProblems(error, 'UNSUPPORTED', hint).map((problem) => ({ file, ...problem })),
      );
    }
  }
  return problems;
}
