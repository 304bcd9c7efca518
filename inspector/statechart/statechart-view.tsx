/** The statechart of an actor, as it stands at the instant shown. */
import {
  Background,
  type EdgeTypes,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Chart, ConditionView, GraphView } from '../../src/runtime/inspector/net-view.ts';
import { layOut } from '../layout/elk.ts';
import { browserMeasure } from '../layout/browser-measure.ts';
import { type Size, type Viewport, nearViewport } from '../layout/fit.ts';
import { useStand } from '../layout/use-stand.ts';
import { ArrowHeads } from '../parts/arrow-heads.tsx';
import { Button } from '../parts/button.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { ZoomButtons } from '../parts/zoom-buttons.tsx';
import { useKeys } from '../shell/keys.ts';
import { useAnswerAt } from '../store/answers.ts';
import { page, report } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { ActorPanel } from './actor-panel.tsx';
import { ActorPicker } from './actor-picker.tsx';
import { type ArrowEdge, ArrowLine } from './arrow-line.tsx';
import { type PlacedChart, type PlacedState, layOutChart } from './chart-layout.ts';
import { chartLook } from './chart-look.ts';
import { chartScene, mainRegion, regionsOf } from './chart-scene.ts';
import { moment, showMoment } from './chart-state.ts';
import { StateBox, type StateNode } from './state-box.tsx';

const nodeTypes: NodeTypes = { state: StateBox };
const edgeTypes: EdgeTypes = { arrow: ArrowLine };
const heads = ['arrowhead', 'arrowhead-taken'].map((name) => ({ name, size: 8, tip: 7.5 }));
const margins = { top: 54, bottom: 12, side: 12 };
const mostZoom = 1.25;
/** Further away the names of transitions cannot be read. */
const leastZoom = 0.72;

/** Charts with more transitions than this show at first only those that lead from state to state. */
const manyTransitions = 30;

/** Layouts that were made, by the chart and what of it is drawn in what room. */
const layouts = new WeakMap<Chart, Map<string, Promise<PlacedChart>>>();

interface Drawing {
  readonly hasInner: boolean;
  readonly region: string | null;
}

function layoutOf(chart: Chart, drawing: Drawing, room: Size): Promise<PlacedChart> {
  const known = layouts.get(chart) ?? new Map<string, Promise<PlacedChart>>();
  layouts.set(chart, known);
  const key = JSON.stringify([drawing, room]);
  let placed = known.get(key);
  if (placed === undefined) {
    placed = browserMeasure().then((measure) =>
      layOutChart(chartScene(chart, drawing), { measure, layOut, room }),
    );
    known.set(key, placed);
  }
  return placed;
}

function useChartLayout(
  chart: Chart,
  { hasInner, region }: Drawing,
  { width, height }: Size,
): PlacedChart | null {
  const [placed, setPlaced] = useState<PlacedChart | null>(null);
  useEffect(() => {
    const wanted = { is: true };
    const run = async (): Promise<void> => {
      const next = await layoutOf(chart, { hasInner, region }, { width, height });
      if (wanted.is) setPlaced(next);
    };
    run().catch(report);
    return () => {
      wanted.is = false;
    };
  }, [chart, hasInner, region, width, height]);
  return placed;
}

function nodesOf({ states }: PlacedChart, rootName: string): StateNode[] {
  return states.map((placed) => ({
    id: placed.box.id,
    type: 'state',
    position: { x: placed.x, y: placed.y },
    width: placed.width,
    height: placed.height,
    zIndex: placed.depth,
    selectable: false,
    focusable: false,
    data: { placed, name: placed.depth === 0 ? rootName : placed.box.title },
  }));
}

function arrowsOf({ arrows }: PlacedChart): ArrowEdge[] {
  return arrows.map((placed) => ({
    id: placed.arrow.id,
    type: 'arrow',
    source: placed.arrow.source,
    sourceHandle: 'source',
    target: placed.arrow.target,
    targetHandle: 'target',
    zIndex: 20,
    data: { placed },
  }));
}

interface ChartCanvasProps {
  readonly placed: PlacedChart;
  readonly name: string;
  readonly drawing: Drawing;
  readonly hasRegions: boolean;
}

/** What is in the middle where a chart is too large to be read when all of it is seen. */
function activeLeaf({ states }: PlacedChart): PlacedState | undefined {
  const { active } = moment.get();
  return states.findLast(({ box }) => active.has(box.id) && box.boxes.length === 0);
}

/** All of a chart, as far as its texts can be read then; else what is near its active state. */
function useReadable(placed: PlacedChart): (whole: Viewport, room: Size) => Viewport {
  return useCallback(
    (whole, room) => {
      const leaf = activeLeaf(placed);
      if (whole.zoom >= leastZoom || leaf === undefined) return whole;
      const { x, y, width, height } = leaf;
      const middle = { x: x + width / 2, y: y + height / 2 };
      return nearViewport(middle, leastZoom, placed, { room, margins });
    },
    [placed],
  );
}

function toggleInner(hasInner: boolean): void {
  chartLook.set({ isInner: !hasInner, stand: null });
}

function toggleRegions(region: string | null): void {
  chartLook.set({ region: region === null ? null : 'all', stand: null });
}

function ChartCanvas({ placed, name, drawing, hasRegions }: ChartCanvasProps) {
  const { hasInner, region } = drawing;
  const nodes = useMemo(() => nodesOf(placed, name), [placed, name]);
  const edges = useMemo(() => arrowsOf(placed), [placed]);
  const first = useReadable(placed);
  const { fit, keep, canvas } = useStand({
    drawing: placed,
    margins,
    mostZoom,
    look: chartLook,
    first,
  });
  useKeys({
    i: () => toggleInner(hasInner),
    ...(hasRegions ? { a: () => toggleRegions(region) } : {}),
  });
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      deleteKeyCode={null}
      selectionKeyCode={null}
      minZoom={0.1}
      maxZoom={2.5}
      {...canvas}
      proOptions={{ hideAttribution: true }}
    >
      <Background gap={22} size={1.4} color="var(--canvas-dots)" />
      <ArrowHeads heads={heads} />
      <ZoomButtons onFit={fit} onZoom={keep}>
        {hasRegions ? (
          <Button
            word="All regions"
            isPressed={region === null}
            title="Draw all regions, not one of them large (a)"
            onPress={() => toggleRegions(region)}
          />
        ) : null}
        <Button
          word="Inner"
          isPressed={hasInner}
          title="Show also the transitions that stay within a state (i)"
          onPress={() => toggleInner(hasInner)}
        />
      </ZoomButtons>
    </ReactFlow>
  );
}

/** The node that an actor is, or belongs to; an epoch says it with its chart. */
function conditionsOf(graph: GraphView, address: string): readonly ConditionView[] {
  const node = graph.nodes.find(({ name }) => `node:${name}` === address);
  return node?.inConditions ?? [];
}

interface ChartRoomProps {
  readonly chart: Chart;
  readonly name: string;
}

function ChartRoom({ chart, name }: ChartRoomProps) {
  const room = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const { width = 800, height = 600 } = room.current?.getBoundingClientRect() ?? {};
    setSize({ width: width - 2 * margins.side, height: height - margins.top - margins.bottom });
  }, []);
  return (
    <div className="net-room" ref={room}>
      {size.width === 0 ? null : <Drawn chart={chart} name={name} size={size} />}
      <ActorPicker />
    </div>
  );
}

/** What of a chart is drawn, as it was chosen, or as it is best read. */
function useDrawing(chart: Chart): Drawing {
  const isInner = useStore(chartLook, (now) => now.isInner);
  const chosen = useStore(chartLook, (now) => now.region);
  const found = regionsOf(chart).find(({ key }) => key === chosen);
  return {
    hasInner: isInner ?? chart.transitions.length <= manyTransitions,
    region: chosen === 'all' ? null : (found?.id ?? mainRegion(chart)),
  };
}

function Drawn({ chart, name, size }: ChartRoomProps & { readonly size: Size }) {
  const drawing = useDrawing(chart);
  const placed = useChartLayout(chart, drawing, size);
  if (placed === null) return <Nothing title="Laying out the statechart" />;
  return (
    <ReactFlowProvider>
      <ChartCanvas
        placed={placed}
        name={name}
        drawing={drawing}
        hasRegions={regionsOf(chart).length > 0}
      />
    </ReactFlowProvider>
  );
}

/** Another actor is looked at from the beginning. */
function useOwnStand(address: string): void {
  const before = useRef(address);
  useEffect(() => {
    if (before.current === address) return;
    before.current = address;
    chartLook.set({ stand: null, message: null });
  }, [address]);
}

export function StatechartView() {
  const address = useStore(page, (now) => now.actor ?? 'net');
  const machines = useStore(page, (now) => now.machines);
  const graph = useStore(page, (now) => now.graph);
  useOwnStand(address);
  const actor = useAnswerAt('actor', { address });
  const transitions = useAnswerAt('transitions', { address });
  const view = actor.answer?.address === address ? actor.answer : null;
  const taken = transitions.answer?.address === address ? transitions.answer : null;
  const chart = view === null ? undefined : machines?.charts[view.chart];
  useEffect(() => {
    if (chart !== undefined && graph !== null) {
      showMoment(chart, view, taken, conditionsOf(graph, address));
    }
  }, [chart, view, taken, graph, address]);
  const refusal = actor.refusal instanceof Error ? actor.refusal : null;
  return (
    <div className="net">
      {chart === undefined || view === null ? (
        <div className="net-room">
          <ActorPicker />
          <Nothing
            title={refusal === null ? 'Waiting for the actor' : `There is no ${address} here`}
          >
            {refusal?.message}
          </Nothing>
        </div>
      ) : (
        <>
          <ChartRoom key={`${address} ${view.chart}`} chart={chart} name={address} />
          <ActorPanel actor={view} transitions={taken} />
        </>
      )}
    </div>
  );
}
