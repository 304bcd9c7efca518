/** The statechart of an actor, as it stands at the instant shown. */
import {
  Background,
  type EdgeTypes,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStoreApi,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Chart, ConditionView, GraphView } from '../../src/runtime/inspector/net-view.ts';
import { layOut } from '../layout/elk.ts';
import { browserMeasure } from '../layout/browser-measure.ts';
import { fitViewport } from '../layout/fit.ts';
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
import { type PlacedChart, layOutChart } from './chart-layout.ts';
import { chartScene } from './chart-scene.ts';
import { showMoment } from './chart-state.ts';
import { StateBox, type StateNode } from './state-box.tsx';

const nodeTypes: NodeTypes = { state: StateBox };
const edgeTypes: EdgeTypes = { arrow: ArrowLine };
const heads = ['arrowhead', 'arrowhead-taken'].map((name) => ({ name, size: 8, tip: 7.5 }));
const margins = { top: 58, bottom: 18, side: 18 };
const mostZoom = 1.25;

/** Charts with more transitions than this show at first only those that lead from state to state. */
const manyTransitions = 30;

function useChartLayout(
  chart: Chart,
  hasInner: boolean,
  room: { readonly width: number; readonly height: number },
): PlacedChart | null {
  const [placed, setPlaced] = useState<PlacedChart | null>(null);
  const { width, height } = room;
  useEffect(() => {
    const wanted = { is: true };
    const run = async (): Promise<void> => {
      const scene = chartScene(chart, { hasInner });
      const options = { measure: await browserMeasure(), layOut, room: { width, height } };
      const next = await layOutChart(scene, options);
      if (wanted.is) setPlaced(next);
    };
    run().catch(report);
    return () => {
      wanted.is = false;
    };
  }, [chart, hasInner, width, height]);
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
  readonly hasInner: boolean;
  readonly onInner: () => void;
}

function ChartCanvas({ placed, name, hasInner, onInner }: ChartCanvasProps) {
  const { setViewport } = useReactFlow();
  const flow = useStoreApi();
  const nodes = useMemo(() => nodesOf(placed, name), [placed, name]);
  const edges = useMemo(() => arrowsOf(placed), [placed]);
  const show = useCallback(
    (duration: number) => {
      const { width, height } = flow.getState();
      void setViewport(fitViewport(placed, { width, height }, margins, mostZoom), { duration });
    },
    [placed, flow, setViewport],
  );
  useEffect(() => show(0), [show]);
  useKeys({ i: onInner });
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
      onInit={() => show(0)}
      proOptions={{ hideAttribution: true }}
    >
      <Background gap={22} size={1.4} color="var(--canvas-dots)" />
      <ArrowHeads heads={heads} />
      <ZoomButtons onFit={() => show(200)}>
        <Button
          word="Inner transitions"
          isPressed={hasInner}
          title="Show also the transitions that stay within a state (i)"
          onPress={onInner}
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
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [hasInner, setInner] = useState(chart.transitions.length <= manyTransitions);
  useEffect(() => {
    const { width = 800, height = 600 } = room.current?.getBoundingClientRect() ?? {};
    setSize({ width: width - 2 * margins.side, height: height - margins.top - margins.bottom });
  }, []);
  return (
    <div className="net-room" ref={room}>
      {size.width === 0 ? null : (
        <Drawn
          chart={chart}
          name={name}
          size={size}
          hasInner={hasInner}
          onInner={() => setInner((before) => !before)}
        />
      )}
      <ActorPicker />
    </div>
  );
}

interface DrawnProps extends ChartRoomProps {
  readonly size: { readonly width: number; readonly height: number };
  readonly hasInner: boolean;
  readonly onInner: () => void;
}

function Drawn({ chart, name, size, hasInner, onInner }: DrawnProps) {
  const placed = useChartLayout(chart, hasInner, size);
  if (placed === null) return <Nothing title="Laying out the statechart" />;
  return (
    <ReactFlowProvider>
      <ChartCanvas placed={placed} name={name} hasInner={hasInner} onInner={onInner} />
    </ReactFlowProvider>
  );
}

export function StatechartView() {
  const address = useStore(page, (now) => now.actor ?? 'net');
  const machines = useStore(page, (now) => now.machines);
  const graph = useStore(page, (now) => now.graph);
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
