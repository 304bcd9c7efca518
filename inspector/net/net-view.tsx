/** The net: its nodes and edges as they stand at the instant shown, laid out once for each way of folding. */
import {
  Background,
  type EdgeTypes,
  type Node,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore as useFlow,
} from '@xyflow/react';
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { layOut } from '../layout/elk.ts';
import { browserMeasure } from '../layout/browser-measure.ts';
import { useStand } from '../layout/use-stand.ts';
import { ArrowHeads } from '../parts/arrow-heads.tsx';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icons.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { ZoomButtons } from '../parts/zoom-buttons.tsx';
import { useKeys } from '../shell/keys.ts';
import { useAnswerAt } from '../store/answers.ts';
import { go, holdTicks, page, report } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import type { Tone } from '../store/tones.ts';
import { type Highlight, highlightOf } from '../views/blocked/reasons.ts';
import { several } from '../words/numbers.ts';
import { nodeOf } from '../words/places.ts';
import { zoomedTo } from './canvas-look.ts';
import { EdgeLine, type LineEdge } from './edge-line.tsx';
import { foldGraph } from './folding.ts';
import { FrameBox, type FrameNode } from './frame-box.tsx';
import { netLook, openSubnet } from './net-look.ts';
import { type PlacedNet, layOutNet } from './net-layout.ts';
import { type BoxNode, NodeCard } from './node-card.tsx';
import { SidePanel } from './side-panel.tsx';

const nodeTypes: NodeTypes = { box: NodeCard, frame: FrameBox };
const edgeTypes: EdgeTypes = { line: EdgeLine };
const heads = [{ name: 'arrow', size: 7, tip: 7 }];
/** The search is above, the legend below. */
const margins = { top: 54, bottom: 50, side: 22 };
const mostZoom = 1.1;

interface Room {
  readonly width: number;
  readonly height: number;
}

/** Between two looks at what holds the net up. */
const explainPaceMs = 400;

/** Beyond this many boxes only those that are seen are drawn. */
const manyBoxes = 400;

/** The layout that was made last: coming back to the net does not make it again. */
let latest: { readonly key: readonly unknown[]; readonly net: PlacedNet } | null = null;

/** The layout of the graph, as its subnets are open; null while the first is made. */
function useLayout({ width, height }: Room): PlacedNet | null {
  const graph = useStore(page, (now) => now.graph);
  const open = useStore(netLook, (now) => now.open);
  const [placed, setPlaced] = useState<PlacedNet | null>(null);
  useEffect(() => {
    if (graph === null) return undefined;
    const key = [graph, open, width, height];
    const wanted = { is: true };
    const run = async (): Promise<void> => {
      if (latest?.key.every((part, index) => part === key[index]) !== true) {
        const scene = foldGraph(graph, (subnet) => open.includes(subnet));
        latest = {
          key,
          net: await layOutNet(scene, {
            measure: await browserMeasure(),
            layOut,
            room: { width, height },
          }),
        };
      }
      if (wanted.is) setPlaced(latest.net);
    };
    run().catch(report);
    return () => {
      wanted.is = false;
    };
  }, [graph, open, width, height]);
  return placed;
}

/** Whether something is shown before the rest, and with what words. */
interface Shown {
  readonly isDim: boolean;
  readonly caption: string | null;
}

type ShownBox = (box: PlacedNet['boxes'][number]['box']) => Shown;

function nodesOf(net: PlacedNet, shown: ShownBox, selected: string | null) {
  const frames = net.frames.map(({ frame, x, y, width, height }): FrameNode => ({
    id: `frame ${frame.id}`,
    type: 'frame',
    position: { x, y },
    width,
    height,
    selectable: false,
    data: { frame },
    zIndex: -1,
  }));
  const boxes = net.boxes.map((placed): BoxNode => {
    const { box, x, y, width, height } = placed;
    return {
      id: box.id,
      type: 'box',
      position: { x, y },
      width,
      height,
      selected: selected === box.id,
      data: { placed, ...shown(box) },
    };
  });
  return [...frames, ...boxes];
}

function edgesOf(
  net: PlacedNet,
  isDim: (line: PlacedNet['lines'][number]['line']) => boolean,
): LineEdge[] {
  return net.lines.map((placed) => ({
    id: placed.line.id,
    type: 'line',
    source: placed.line.from.box,
    target: placed.line.to.box,
    data: { placed, isDim: isDim(placed.line) },
  }));
}

interface SearchProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly hits: readonly string[];
  readonly onGo: (box: string) => void;
}

function Search({ text, onText, hits, onGo }: SearchProps) {
  const input = useRef<HTMLInputElement>(null);
  const [turn, setTurn] = useState(0);
  useKeys({ '/': () => input.current?.focus() });
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      onText('');
      input.current?.blur();
    }
    const hit = hits[turn % Math.max(hits.length, 1)];
    if (event.key === 'Enter' && hit !== undefined) {
      onGo(hit);
      setTurn(turn + 1);
    }
  };
  return (
    <div className="net-search">
      <Icon name="search" size={14} />
      <input
        ref={input}
        className="field"
        value={text}
        placeholder="Find a node (/)"
        aria-label="Find a node"
        onChange={(event) => {
          onText(event.target.value);
          setTurn(0);
        }}
        onKeyDown={press}
      />
      {text === '' ? null : (
        <span className="net-hits muted">
          {hits.length === 0 ? 'none' : `${hits.length} found`}
        </span>
      )}
    </div>
  );
}

const legend: readonly [Tone, string][] = [
  ['running', 'running'],
  ['waiting', 'waiting'],
  ['throttled', 'throttled'],
  ['saturated', 'saturated'],
  ['blocked', 'blocked'],
  ['failed', 'failed'],
  ['idle', 'idle'],
];

function Legend() {
  return (
    <div className="legend" aria-label="What the shapes say">
      {legend.map(([tone, word]) => (
        <StateMark key={tone} tone={tone} word={word} />
      ))}
    </div>
  );
}

/** What holds the net up at the instant shown, while that is shown before the rest. */
function useHighlight(): Highlight | null {
  const isShown = useStore(netLook, (now) => now.isHoldShown);
  const graph = useStore(page, (now) => now.graph);
  const { answer } = useAnswerAt('explain', isShown ? {} : null, explainPaceMs);
  return useMemo(
    () => (answer === null || graph === null ? null : highlightOf(answer.explanation, graph)),
    [answer, graph],
  );
}

function Canvas({ net }: { readonly net: PlacedNet }) {
  const actor = useStore(page, (now) => now.actor);
  const isNetShown = useStore(netLook, (now) => now.isNetShown);
  const text = useStore(netLook, (now) => now.search);
  const { setCenter } = useReactFlow();
  const { fit, keep, canvas } = useStand({ drawing: net, margins, mostZoom, look: netLook });
  useKeys({ n: toggleNetPanel });
  const wanted = text.trim().toLowerCase();
  const selected = nodeOf(actor);
  const highlight = useHighlight();
  const graph = useStore(page, (now) => now.graph);
  const { nodes, edges } = useMemo(() => {
    const isFound = (id: string): boolean => id.toLowerCase().includes(wanted);
    const shown: ShownBox = (box) => {
      if (highlight === null) return { isDim: !isFound(box.id), caption: null };
      const captions = box.nodes.flatMap((index) => {
        const name = graph?.nodes[index]?.name ?? '';
        return highlight.nodes.get(name) ?? [];
      });
      return { isDim: captions.length === 0 || !isFound(box.id), caption: captions[0] ?? null };
    };
    return {
      nodes: nodesOf(net, shown, selected),
      edges: edgesOf(net, (line) =>
        highlight === null
          ? !isFound(line.from.box) && !isFound(line.to.box)
          : !line.edges.some((edge) => highlight.edges.has(edge)),
      ),
    };
  }, [net, wanted, selected, highlight, graph]);
  useEffect(() => () => holdTicks(false), []);
  const hits =
    wanted === '' ? [] : net.boxes.filter(({ box }) => box.id.toLowerCase().includes(wanted));
  const center = (id: string): void => {
    const found = net.boxes.find(({ box }) => box.id === id);
    if (found === undefined) return;
    go({ actor: `node:${id}` });
    void setCenter(found.x + found.width / 2, found.y + found.height / 2, {
      zoom: 1,
      duration: 250,
    }).then(keep);
  };
  const choose = (_: unknown, { id, data }: Node): void => {
    const box = (data as Partial<BoxNode['data']>).placed?.box;
    if (box?.kind === 'node') go({ actor: `node:${id}` });
  };
  const enter = (_: unknown, { id, data }: Node): void => {
    const box = (data as Partial<BoxNode['data']>).placed?.box;
    if (box?.kind === 'subnet') openSubnet(id);
    else if (box !== undefined) go({ actor: `node:${id}`, view: 'statechart' });
  };
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodeClick={choose}
      onNodeDoubleClick={enter}
      onPaneClick={() => go({ actor: null })}
      onlyRenderVisibleElements={net.boxes.length > manyBoxes}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      deleteKeyCode={null}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      zoomOnDoubleClick={false}
      minZoom={0.04}
      maxZoom={2}
      {...canvas}
      onMoveStart={() => {
        holdTicks(true);
        canvas.onMoveStart();
      }}
      onMoveEnd={(event, viewport) => {
        holdTicks(false);
        canvas.onMoveEnd(event, viewport);
      }}
      proOptions={{ hideAttribution: true }}
    >
      <Closeness />
      <Background gap={22} size={1.4} color="var(--canvas-dots)" />
      <ArrowHeads heads={heads} />
      <Search
        text={text}
        onText={(search) => netLook.set({ search })}
        hits={hits.map(({ box }) => box.id)}
        onGo={center}
      />
      <ZoomButtons onFit={fit} onZoom={keep}>
        <Button
          word="About the net"
          isPressed={isNetShown}
          title="What there is to say of the whole net, and its break-points (n)"
          onPress={toggleNetPanel}
        />
      </ZoomButtons>
      <HighlightNote highlight={highlight} />
      <Legend />
    </ReactFlow>
  );
}

/** Tells the cards how close the canvas is. */
function Closeness() {
  const zoom = useFlow(({ transform }) => transform[2]);
  useLayoutEffect(() => zoomedTo(zoom), [zoom]);
  return null;
}

/** What is shown before the rest, and the way back. */
function HighlightNote({ highlight }: { readonly highlight: Highlight | null }) {
  const clear = (): void => netLook.set({ isHoldShown: false });
  useKeys(highlight === null ? {} : { Escape: clear });
  if (highlight === null) return null;
  return (
    <div className="highlight-note" role="status">
      <Icon name="blocked" size={14} />
      <span>What holds the net up: {several(highlight.nodes.size, 'node')}</span>
      <Button word="In words" onPress={() => go({ view: 'blocked' })} />
      <Button word="Show all" title="Show the whole net again (Esc)" onPress={clear} />
    </div>
  );
}

function LaidOut({ room }: { readonly room: Room }) {
  const net = useLayout(room);
  if (net === null) return <Nothing title="Laying out the net" />;
  return (
    <ReactFlowProvider>
      <Canvas net={net} />
    </ReactFlowProvider>
  );
}

function toggleNetPanel(): void {
  go({ actor: null });
  netLook.set(({ isNetShown }) => ({ isNetShown: !isNetShown }));
}

export function NetView() {
  const room = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Room | null>(null);
  useEffect(() => {
    const { width = 800, height = 600 } = room.current?.getBoundingClientRect() ?? {};
    // As it is to fit, with room for what lies over the canvas.
    setSize({
      width: width - 2 * margins.side,
      height: height - margins.top - margins.bottom,
    });
  }, []);
  return (
    <div className="net">
      <div className="net-room" ref={room}>
        {size === null ? null : <LaidOut room={size} />}
      </div>
      <SidePanel />
    </div>
  );
}
