/** The layout of a statechart: what the layouter is given, and what is made of its answer. */
import type { ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js';
import type { Measure } from '../layout/measure.ts';
import type { ChartArrow, ChartBox, ChartLine, ChartScene } from './chart-scene.ts';

const boxSize = {
  head: 26,
  line: 16,
  /** Around the boxes within a box. */
  padding: 12,
  least: 64,
  /** Beside a line's text: its count, and room. */
  lineRoom: 30,
  mostLine: 200,
  /** Of what stands below the first row of a line: a guard, or atoms of a term. */
  secondRow: 13,
  termRow: 17,
  /** The term of a salvo condition within a box is shown whole, as far as it goes. */
  mostTerm: 420,
  /** Room in a row of atoms. */
  termWidth: 190,
  foldedHeight: 34,
  foldedGap: 10,
} as const;

const titleFont = '600 13px Inter';
/** Says how many transitions are left out. */
const hiddenRoom = 86;
const lineFont = '450 11px Inter';
const atomFont = '450 10px JetBrains Mono';
/** The mark, the count, and the room of an atom. */
const atomRoom = 44;

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
  /** Heights of the lines that have several rows. */
  readonly tall: ReadonlyMap<ChartLine, number>;
}

export interface PlacedChart {
  /** Outer ones before what is within them. */
  readonly states: readonly PlacedState[];
  readonly arrows: readonly PlacedArrow[];
  readonly width: number;
  readonly height: number;
}

/** What of its event a line says itself. */
function eventsOf({ events, isEventAbove }: ChartLine): readonly string[] {
  return isEventAbove ? [] : events;
}

/** A line as it is measured: a salvo condition's atoms are drawn with their counts. */
function lineWidth(line: ChartLine, measure: Measure): number {
  const { guard, target, condition, sources } = line;
  const text = [
    ...eventsOf(line),
    guard,
    target === null ? '' : `→ ${target}`,
    sources === 0 ? '' : 'from 10 states',
  ].join(' ');
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
  readonly placement: 'BRANDES_KOEPF' | 'NETWORK_SIMPLEX';
  /** A line of an arrow's label that is longer has its guard below its event, in a second row. */
  readonly oneRow: number;
}

/** A term's atoms in rows, as they are broken. */
function termRows({ guard }: ChartLine, measure: Measure): readonly number[] {
  const rows = [0];
  for (const part of guard.slice(1, -1).split(/(?<= and | or )/)) {
    const width = measure(part, atomFont) + atomRoom;
    const last = rows.at(-1) ?? 0;
    if (last > 0 && last + width > boxSize.termWidth) rows.push(width);
    else rows[rows.length - 1] = last + width;
  }
  return rows;
}

/** Size of a line of an arrow's label; how high it is where it has several rows. */
function arrowLineSize(
  line: ChartLine,
  { measure, oneRow }: Ways,
): { readonly width: number; readonly tall: number | null } {
  const { guard, condition } = line;
  const events = eventsOf(line);
  const eventWidth = Math.max(
    0,
    ...events.map((event) => measure(event, lineFont) + boxSize.lineRoom),
  );
  if (condition !== null) {
    const rows = termRows(line, measure);
    return {
      width: Math.max(eventWidth, ...rows.map((row) => row + 14)),
      tall: events.length * boxSize.secondRow + rows.length * boxSize.termRow + 6,
    };
  }
  const text = [...events, guard].join(' ');
  const isTall = events.length > 0 && guard !== '' && measure(text, lineFont) > oneRow;
  if (!isTall) return { width: lineWidth(line, measure), tall: null };
  return {
    width: Math.max(eventWidth, measure(guard, lineFont) + 12),
    tall: boxSize.line + boxSize.secondRow,
  };
}

/** The size of an arrow's label. */
function labelSize(lines: readonly ChartLine[], ways: Ways): { width: number; height: number } {
  const sizes = lines.map((line) => arrowLineSize(line, ways));
  return {
    width: Math.ceil(Math.max(0, ...sizes.map(({ width }) => width))),
    height: sizes.reduce((sum, { tall }) => sum + (tall ?? boxSize.line), 0) + 4,
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

/** How every box is laid out: none has it of the one around it. */
const inEachBox = {
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.layered.considerModelOrder.strategy': 'NONE',
  'elk.layered.edgeLabels.sideSelection': 'DIRECTION_DOWN',
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '8',
  'elk.spacing.edgeEdge': '7',
  'elk.spacing.edgeLabel': '2',
  'elk.spacing.componentComponent': '12',
  'elk.layered.spacing.nodeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeNodeBetweenLayers': '8',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '7',
};

/** Beside the two names of a folded region: their marks, and how often something was taken. */
const foldedRoom = 100;

/** A folded region has room for its name, and for the longest that its state can have. */
function foldedWidth({ title, folded }: ChartBox, measure: Measure): number {
  const longest = Math.max(0, ...(folded ?? []).map((name) => measure(name, titleFont)));
  return Math.ceil(measure(title, titleFont) + longest + foldedRoom);
}

/** Folded regions stand in a row above what is drawn of the box around them. */
function foldedAreas(
  { boxes }: ChartBox,
  measure: Measure,
): readonly (Area & { readonly id: string })[] {
  let x = 0;
  return boxes
    .filter(({ folded }) => folded !== null)
    .map((box) => {
      const width = foldedWidth(box, measure);
      const area = { id: box.id, x, y: 0, width, height: boxSize.foldedHeight };
      x += width + boxSize.foldedGap;
      return area;
    });
}

/** The layouter takes it along and across its direction, and not as width and height. */
function leastSize(direction: Ways['direction'], width: number, height: number): string {
  return direction === 'DOWN' ? `(${height},${width})` : `(${width},${height})`;
}

function elkBox(box: ChartBox, ways: Ways): ElkNode {
  const { measure, placement, direction } = ways;
  const width = Math.ceil(
    Math.max(
      boxSize.least,
      measure(box.title, titleFont) + 44 + (box.hidden.length === 0 ? 0 : hiddenRoom),
      widest(box.lines, measure),
      ...box.does.map((text) => Math.min(measure(text, lineFont), boxSize.mostLine) + 24),
    ),
  );
  const head = headOf(box);
  if (box.boxes.length === 0) return { id: box.id, width, height: head + 4 };
  const { padding } = boxSize;
  const last = foldedAreas(box, measure).at(-1);
  const strip = last === undefined ? 0 : boxSize.foldedHeight + boxSize.foldedGap;
  const least = Math.max(width, last === undefined ? 0 : last.x + last.width + 2 * padding);
  return {
    id: box.id,
    layoutOptions: {
      ...inEachBox,
      'elk.layered.nodePlacement.strategy': placement,
      'elk.padding': `[top=${head + 8 + strip},left=${padding},bottom=${padding},right=${padding}]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': leastSize(direction, least, head + strip + 20),
    },
    children: box.boxes.filter(({ folded }) => folded === null).map((child) => elkBox(child, ways)),
  };
}

/** What the layouter is given. */
function elkChart({ root, arrows }: ChartScene, ways: Ways, aspect: number): ElkNode {
  const { direction } = ways;
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
      ...inEachBox,
      'elk.edgeLabels.inline': 'false',
    },
    children: [elkBox(root, ways)],
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
  const around = places.get(root.id) ?? areaOf({});
  for (const { id, x, y, ...size } of foldedAreas(root, ways.measure)) {
    places.set(id, {
      ...size,
      x: around.x + boxSize.padding + x,
      y: around.y + headOf(root) + 6 + y,
    });
  }
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
      const tall = arrow.lines.flatMap((line) => {
        const height = arrowLineSize(line, ways).tall;
        return height === null ? [] : [[line, height] as const];
      });
      return [{ arrow, ...edge, tall: new Map(tall) }];
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

/** Ways that are tried: those that were the best of all there are for one of the charts there are. */
const waysTried: readonly Omit<Ways, 'measure'>[] = [
  { direction: 'DOWN', placement: 'NETWORK_SIMPLEX', oneRow: 90 },
  { direction: 'DOWN', placement: 'NETWORK_SIMPLEX', oneRow: 240 },
  { direction: 'DOWN', placement: 'BRANDES_KOEPF', oneRow: 90 },
  { direction: 'RIGHT', placement: 'BRANDES_KOEPF', oneRow: 90 },
];

/** Drawn so large a chart is easy to read: no other way is tried. */
const enough = 0.94;

/** How large what was laid out can be drawn; beyond 1 it needs not be. */
function zoomOf({ width = 1, height = 1 }: ElkNode, room: ChartLayoutOptions['room']): number {
  return Math.min(room.width / width, room.height / height, 1);
}

/**
 * From left to right or from top to bottom, with labels that are wide or high: what can be drawn largest. A way that
 * is hardly better than one before it is not taken.
 */
export async function layOutChart(
  scene: ChartScene,
  { measure, layOut, room }: ChartLayoutOptions,
): Promise<PlacedChart> {
  const aspect = room.width / room.height;
  let best: { readonly zoom: number; readonly ways: Ways; readonly laid: ElkNode } | null = null;
  for (const tried of waysTried) {
    const ways = { measure, ...tried };
    const laid = await layOut(elkChart(scene, ways, aspect));
    const zoom = zoomOf(laid, room);
    if (best === null || zoom > best.zoom * 1.04) best = { zoom, ways, laid };
    if (best.zoom >= enough) break;
  }
  if (best === null) throw new Error('there is a way to lay a chart out');
  return readPlaces(scene, best.laid, best.ways);
}
