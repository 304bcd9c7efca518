/** Mermaid's own parser, without a browser: what it reads in a diagram. */
import DOMPurify from 'dompurify';

/** Mermaid cleans labels with a DOM that is not there; its parser does not need that. */
Object.assign(DOMPurify, { addHook: () => undefined, sanitize: (text: string) => text });

/** What the entities that Mermaid puts aside before parsing stand for. */
function decode(text: string): string {
  return text.replaceAll(/ﬂ°°(\d+)¶ß/g, (_all, code: string) => String.fromCodePoint(Number(code)));
}

function shown(label: unknown): string {
  if (Array.isArray(label)) return label.map(shown).join('\n');
  return typeof label === 'string' ? decode(label) : '';
}

export interface ReadNode {
  readonly id: string;
  readonly label: string;
  /** Further lines, below the label. */
  readonly lines: readonly string[];
  readonly parent: string | undefined;
  readonly shape: string;
}

export interface ReadEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface ReadDiagram {
  readonly type: string;
  readonly nodes: readonly ReadNode[];
  readonly edges: readonly ReadEdge[];
}

interface LayoutNode {
  id: string;
  label?: unknown;
  description?: readonly unknown[];
  parentId?: string;
  shape?: string;
}

interface LayoutEdge {
  start: string;
  end: string;
  label?: unknown;
}

/** The nodes and edges that Mermaid would lay out. Throws Mermaid's error where the text does not parse. */
export async function readMermaid(text: string): Promise<ReadDiagram> {
  const { default: mermaid } = await import('mermaid');
  await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const { getData } = diagram.db as {
    getData?: () => { nodes: LayoutNode[]; edges: LayoutEdge[] };
  };
  if (getData === undefined) throw new Error(`no data in a diagram of type ${diagram.type}`);
  const { nodes, edges } = getData.call(diagram.db);
  return {
    type: diagram.type,
    nodes: nodes.map(({ id, label, description, parentId, shape }) => ({
      id,
      label: shown(label),
      lines: (Array.isArray(description) ? description : []).map(shown),
      parent: parentId,
      shape: shape ?? '',
    })),
    edges: edges.map(({ start, end, label }) => ({ from: start, to: end, label: shown(label) })),
  };
}
