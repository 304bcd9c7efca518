/** The layout of a net: what the layouter is given, and what is made of its answer. */
import type { ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js';
import type { Measure } from '../layout/measure.ts';
import { type CardSize, cardSize } from './card-size.ts';
import type { Scene, SceneBox, SceneFrame, SceneLine } from './folding.ts';
import { countText, countWidth } from './line-count.ts';

export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedBox extends Placed {
  readonly box: SceneBox;
  readonly size: CardSize;
}

export interface PlacedFrame extends Placed {
  readonly frame: SceneFrame;
}

export interface PlacedLine {
  readonly line: SceneLine;
  /** From the output port to the input port, turning at right angles. */
  readonly points: readonly ElkPoint[];
}

export interface PlacedNet {
  readonly boxes: readonly PlacedBox[];
  readonly frames: readonly PlacedFrame[];
  readonly lines: readonly PlacedLine[];
  readonly width: number;
  readonly height: number;
}

/** What the net is to look like as a whole. */
export interface Shape {
  /** Width by height. */
  readonly aspect: number;
  /** A chain that is longer than the width goes on in another row, below itself. */
  readonly isWrapped: boolean;
  /** It goes on below itself also where several edges are between its rows. */
  readonly isCutAnywhere: boolean;
}

/** From here on the layouter takes its quicker ways. */
const manyBoxes = 150;

/** Between boxes side by side: the count of a line has its place there. */
function gapOf({ lines }: Scene): number {
  const mostPackets = 99;
  const isFull = lines.some(({ canBeFull }) => canBeFull);
  return Math.ceil(countWidth(countText(mostPackets, isFull))) + 9;
}

function rootOptions(
  scene: Scene,
  { aspect, isWrapped, isCutAnywhere }: Shape,
): Record<string, string> {
  const isLarge = scene.boxes.length > manyBoxes;
  const isFlat = scene.frames.length === 0;
  return {
    'elk.algorithm': 'layered',
    'elk.direction': 'RIGHT',
    'elk.edgeRouting': 'ORTHOGONAL',
    'elk.hierarchyHandling': isFlat ? 'SEPARATE_CHILDREN' : 'INCLUDE_CHILDREN',
    'elk.json.shapeCoords': 'ROOT',
    'elk.json.edgeCoords': 'ROOT',
    'elk.aspectRatio': aspect.toFixed(2),
    'elk.spacing.nodeNode': '14',
    'elk.spacing.edgeNode': '9',
    'elk.spacing.edgeEdge': '7',
    'elk.spacing.componentComponent': '44',
    'elk.layered.spacing.nodeNodeBetweenLayers': String(gapOf(scene)),
    'elk.layered.spacing.edgeNodeBetweenLayers': '9',
    'elk.layered.spacing.edgeEdgeBetweenLayers': '7',
    'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
    'elk.layered.considerModelOrder.strategy': isLarge ? 'NONE' : 'NODES_AND_EDGES',
    'elk.layered.thoroughness': isLarge ? '1' : '10',
    'elk.layered.crossingMinimization.greedySwitch.type': isLarge ? 'OFF' : 'TWO_SIDED',
    ...(isWrapped
      ? {
          'elk.layered.wrapping.strategy': 'MULTI_EDGE',
          'elk.layered.wrapping.validify.strategy': isCutAnywhere ? 'NO' : 'LOOK_BACK',
          'elk.layered.wrapping.additionalEdgeSpacing': '8',
        }
      : {}),
  };
}

function portId(box: string, port: string): string {
  return `${box} ${port}`;
}

function elkBox(box: SceneBox, size: CardSize): ElkNode {
  return {
    id: `box ${box.id}`,
    width: size.width,
    height: size.height,
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
    ports: size.ports.map(({ id, side, y }) => ({
      id: portId(box.id, id),
      x: side === 'in' ? 0 : size.width,
      y,
      width: 0,
      height: 0,
      layoutOptions: { 'elk.port.side': side === 'in' ? 'WEST' : 'EAST' },
    })),
  };
}

/** What the layouter is given. */
function elkGraph(scene: Scene, sizes: ReadonlyMap<string, CardSize>, shape: Shape): ElkNode {
  const inFrame = (frame: string | null): ElkNode[] => [
    ...scene.frames
      .filter((each) => each.frame === frame)
      .map((each) => ({
        id: `frame ${each.id}`,
        layoutOptions: { 'elk.padding': '[top=40,left=18,bottom=18,right=18]' },
        children: inFrame(each.id),
      })),
    ...scene.boxes
      .filter((each) => each.frame === frame)
      .flatMap((each) => {
        const size = sizes.get(each.id);
        return size === undefined ? [] : [elkBox(each, size)];
      }),
  ];
  return {
    id: 'net',
    layoutOptions: rootOptions(scene, shape),
    children: inFrame(null),
    edges: scene.lines.map(({ id, from, to }) => ({
      id: `line ${id}`,
      sources: [portId(from.box, from.port)],
      targets: [portId(to.box, to.port)],
    })),
  };
}

function pointsOf({ sections = [] }: ElkExtendedEdge): readonly ElkPoint[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
}

function placeOf({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Placed {
  return { x, y, width, height };
}

/** What is made of the layouter's answer. */
function readPlaces(scene: Scene, sizes: ReadonlyMap<string, CardSize>, laid: ElkNode): PlacedNet {
  const places = new Map<string, Placed>();
  const lines = new Map<string, readonly ElkPoint[]>();
  const visit = (node: ElkNode): void => {
    places.set(node.id, placeOf(node));
    for (const edge of node.edges ?? []) lines.set(edge.id, pointsOf(edge));
    for (const child of node.children ?? []) visit(child);
  };
  visit(laid);
  return {
    boxes: scene.boxes.flatMap((box) => {
      const place = places.get(`box ${box.id}`);
      const size = sizes.get(box.id);
      return place === undefined || size === undefined ? [] : [{ box, size, ...place }];
    }),
    frames: scene.frames.flatMap((frame) => {
      const place = places.get(`frame ${frame.id}`);
      return place === undefined ? [] : [{ frame, ...place }];
    }),
    lines: scene.lines.map((line) => ({ line, points: lines.get(`line ${line.id}`) ?? [] })),
    width: laid.width ?? 0,
    height: laid.height ?? 0,
  };
}

export interface LayoutOptions {
  readonly measure: Measure;
  readonly layOut: (graph: ElkNode) => Promise<ElkNode>;
  /** Size of the room there is, in pixels. */
  readonly room: { readonly width: number; readonly height: number };
}

/** Rows of a long chain that are tried: how much wider than the room the layouter is told that it is; 0: one row. */
const rowsTried = [
  { widening: 0, isCutAnywhere: false },
  { widening: 1, isCutAnywhere: false },
  { widening: 1.5, isCutAnywhere: false },
  { widening: 2.2, isCutAnywhere: false },
  { widening: 1, isCutAnywhere: true },
  { widening: 1.5, isCutAnywhere: true },
] as const;

/** How large a net of this size can be drawn in the room. */
function zoomIn({ room }: LayoutOptions, { width = 1, height = 1 }: ElkNode): number {
  return Math.min(room.width / width, room.height / height, 1);
}

/** Of several layouts the one that can be drawn largest; the first where several can. */
export async function layOutNet(scene: Scene, options: LayoutOptions): Promise<PlacedNet> {
  const sizes = new Map(scene.boxes.map((box) => [box.id, cardSize(box, options.measure)]));
  const aspect = options.room.width / options.room.height;
  const isTried = scene.frames.length === 0 && scene.boxes.length <= manyBoxes;
  let best: ElkNode | null = null;
  for (const { widening, isCutAnywhere } of isTried ? rowsTried : rowsTried.slice(0, 1)) {
    const isWrapped = widening > 0;
    const shape = { aspect: aspect * Math.max(widening, 1), isWrapped, isCutAnywhere };
    const laid = await options.layOut(elkGraph(scene, sizes, shape));
    if (best === null || zoomIn(options, laid) > zoomIn(options, best) * 1.05) best = laid;
  }
  return readPlaces(scene, sizes, best ?? { id: 'net' });
}
