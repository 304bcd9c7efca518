/** The layout of a statechart: what the layouter is given, and what is made of its answer. */
import type { ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js';
import type { Measure } from '../layout/measure.ts';
import type { ChartArrow, ChartBox, ChartLine, ChartScene } from './chart-scene.ts';

const boxSize = {
  head: 28,
  line: 18,
  /** Around the boxes within a box. */
  padding: 14,
  least: 92,
  /** Beside a line's text: its count, and room. */
  lineRoom: 44,
  mostLine: 200,
  secondRow: 13,
  /** The term of a salvo condition is shown whole, as far as it goes. */
  mostTerm: 420,
} as const;

const titleFont = '600 13px Inter';
/** Says how many transitions are left out. */
const hiddenRoom = 84;
const lineFont = '450 11px Inter';

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedState extends Area {
  readonly box: ChartBox;
  /** Of the root 0. */
  readonly depth: number;
}

export interface PlacedArrow {
  readonly arrow: ChartArrow;
  readonly points: readonly ElkPoint[];
  readonly label: Area;
  /** Transitions whose lines have two rows. */
  readonly tall: ReadonlySet<number>;
}

export interface PlacedChart {
  /** Outer ones before what is within them. */
  readonly states: readonly PlacedState[];
  readonly arrows: readonly PlacedArrow[];
  readonly width: number;
  readonly height: number;
}

/** A line as it is measured: a salvo condition's atoms are drawn with their counts. */
function lineWidth({ event, guard, target, condition }: ChartLine, measure: Measure): number {
  const text = [event, guard, target === null ? '' : `→ ${target}`].join(' ');
  const atoms = condition === null ? 0 : (guard.match(/\(\w+\)/g)?.length ?? 1) * 46;
  const most = condition === null ? boxSize.mostLine : boxSize.mostTerm;
  return Math.min(measure(text, lineFont) + atoms, most) + boxSize.lineRoom;
}

function widest(lines: readonly ChartLine[], measure: Measure): number {
  return Math.max(0, ...lines.map((line) => lineWidth(line, measure)));
}

/** How a chart may be laid out. */
interface Ways {
  readonly measure: Measure;
  readonly direction: 'RIGHT' | 'DOWN';
  /** A line of an arrow's label that is longer has its guard below its event, in a second row. */
  readonly oneRow: number;
}

function hasTwoRows({ event, guard, condition }: ChartLine, { measure, oneRow }: Ways): boolean {
  return condition === null && guard !== '' && measure(`${event} ${guard}`, lineFont) > oneRow;
}

/** The size of an arrow's label. */
function labelSize(lines: readonly ChartLine[], ways: Ways): { width: number; height: number } {
  const { measure } = ways;
  const widths = lines.map((line) =>
    hasTwoRows(line, ways)
      ? Math.max(measure(line.event, lineFont), measure(line.guard, lineFont)) + boxSize.lineRoom
      : lineWidth(line, measure),
  );
  const rows = lines.filter((line) => hasTwoRows(line, ways)).length;
  return {
    width: Math.ceil(Math.max(0, ...widths)),
    height: lines.length * boxSize.line + rows * boxSize.secondRow + 4,
  };
}

/** From the top of a box to the boxes within it. */
function headOf({ lines, does }: ChartBox): number {
  return (
    boxSize.head +
    (lines.length + does.length) * boxSize.line +
    (lines.length + does.length > 0 ? 6 : 0)
  );
}

/** Told of every box: none has them of the one around it. */
const spacing = {
  'elk.spacing.nodeNode': '20',
  'elk.spacing.edgeNode': '9',
  'elk.spacing.edgeEdge': '8',
  'elk.spacing.edgeLabel': '3',
  'elk.spacing.componentComponent': '14',
  'elk.layered.spacing.nodeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '9',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
};

function elkBox(box: ChartBox, measure: Measure): ElkNode {
  const width = Math.ceil(
    Math.max(
      boxSize.least,
      measure(box.title, titleFont) + 62 + (box.hidden.length === 0 ? 0 : hiddenRoom),
      widest(box.lines, measure),
      ...box.does.map((text) => Math.min(measure(text, lineFont), boxSize.mostLine) + 24),
    ),
  );
  const head = headOf(box);
  if (box.boxes.length === 0) return { id: box.id, width, height: head + 4 };
  const { padding } = boxSize;
  return {
    id: box.id,
    layoutOptions: {
      ...spacing,
      'elk.padding': `[top=${head + 10},left=${padding},bottom=${padding},right=${padding}]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${head + 20})`,
    },
    children: box.boxes.map((child) => elkBox(child, measure)),
  };
}

/** What the layouter is given. */
function elkChart({ root, arrows }: ChartScene, ways: Ways, aspect: number): ElkNode {
  const { measure, direction } = ways;
  return {
    id: 'chart',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction,
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.aspectRatio': aspect.toFixed(2),
      'elk.padding': '[top=0,left=0,bottom=0,right=0]',
      ...spacing,
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
      'elk.edgeLabels.inline': 'false',
    },
    children: [elkBox(root, measure)],
    edges: arrows.map(({ id, source, target, lines }) => ({
      id: `arrow ${id}`,
      sources: [source],
      targets: [target],
      labels: [
        {
          id: `label ${id}`,
          text: id,
          ...labelSize(lines, ways),
        },
      ],
    })),
  };
}

function areaOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Area>): Area {
  return { x, y, width, height };
}

function readPlaces({ root, arrows }: ChartScene, laid: ElkNode, ways: Ways): PlacedChart {
  const places = new Map<string, Area>();
  const edges = new Map<string, { points: readonly ElkPoint[]; label: Area }>();
  const visit = (node: ElkNode): void => {
    places.set(node.id, areaOf(node));
    for (const { id, sections = [], labels = [] } of node.edges ?? []) {
      const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
        startPoint,
        ...bendPoints,
        endPoint,
      ]);
      edges.set(id, { points, label: areaOf(labels[0] ?? {}) });
    }
    for (const child of node.children ?? []) visit(child);
  };
  visit(laid);
  const states = (box: ChartBox, depth: number): readonly PlacedState[] => {
    const place = places.get(box.id);
    if (place === undefined) return [];
    return [{ box, depth, ...place }, ...box.boxes.flatMap((child) => states(child, depth + 1))];
  };
  return {
    states: states(root, 0),
    arrows: arrows.flatMap((arrow) => {
      const edge = edges.get(`arrow ${arrow.id}`);
      if (edge === undefined) return [];
      const tall = arrow.lines.filter((line) => hasTwoRows(line, ways));
      return [{ arrow, ...edge, tall: new Set(tall.map(({ transition }) => transition)) }];
    }),
    width: laid.width ?? 0,
    height: laid.height ?? 0,
  };
}

export interface ChartLayoutOptions {
  readonly measure: Measure;
  readonly layOut: (graph: ElkNode) => Promise<ElkNode>;
  /** Size of the room there is, in pixels. */
  readonly room: { readonly width: number; readonly height: number };
}

/** From left to right or from top to bottom, with labels that are wide or high: what can be drawn largest. */
export async function layOutChart(
  scene: ChartScene,
  { measure, layOut, room }: ChartLayoutOptions,
): Promise<PlacedChart> {
  const aspect = room.width / room.height;
  let best: { readonly zoom: number; readonly ways: Ways; readonly laid: ElkNode } | null = null;
  for (const direction of ['RIGHT', 'DOWN'] as const) {
    for (const oneRow of [120, 240]) {
      const ways = { measure, direction, oneRow };
      const laid = await layOut(elkChart(scene, ways, aspect));
      const zoom = Math.min(room.width / (laid.width ?? 1), room.height / (laid.height ?? 1));
      if (best === null || zoom > best.zoom) best = { zoom, ways, laid };
    }
  }
  if (best === null) throw new Error('there is a way to lay a chart out');
  return readPlaces(scene, best.laid, best.ways);
}
