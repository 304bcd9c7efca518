/** A node on the canvas, or a folded subnet: its name, its state, its counts, its ports. */
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { NodeLook, NodeWord } from '../../src/runtime/inspector/instant-view.ts';
import { Icon } from '../parts/icons.tsx';
import { Shape } from '../parts/state-mark.tsx';
import { nodeStatus } from '../store/net-status.ts';
import { page } from '../store/page.ts';
import { ratePerSecond } from '../store/rates.ts';
import { useStore } from '../store/store.ts';
import { shortCount } from '../words/numbers.ts';
import { type BoxLook, boxLook, isFull, wordOf } from './box-look.ts';
import { canvasLook } from './canvas-look.ts';
import type { PlacedPort } from './card-size.ts';
import type { PlacedBox } from './net-layout.ts';

export type BoxNode = Node<
  {
    readonly placed: PlacedBox;
    readonly isDim: boolean;
    /** Why it is shown before the others; null: it is not. */
    readonly caption: string | null;
  },
  'box'
>;

function useLooks(nodes: readonly number[]): readonly NodeLook[] {
  const [only, another] = nodes;
  const one = useStore(page, ({ shown }) =>
    only === undefined || another !== undefined ? null : (shown?.nodes[only] ?? null),
  );
  const all = useStore(page, ({ shown }) =>
    another === undefined ? null : (shown?.nodes ?? null),
  );
  if (all !== null) return nodes.flatMap((node) => all[node] ?? []);
  return one === null ? [] : [one];
}

function useRate(nodes: readonly number[]): number {
  return useStore(page, ({ ticks, at, hello }) => {
    if (at !== null || hello?.source === 'recorded') return 0;
    const rate = ratePerSecond(ticks, ({ started }) =>
      nodes.reduce((sum, node) => sum + (started[node] ?? 0), 0),
    );
    return Math.round(rate ?? 0);
  });
}

function Figures({ look, rate }: { readonly look: BoxLook; readonly rate: number }) {
  const figures = [
    ['running', look.running, 'running'],
    ['waiting', look.startable, 'waiting to start'],
    ['done', look.finished, 'finished'],
    ['failed', look.failed, 'failed'],
  ] as const;
  return (
    <span className="card-figures">
      {rate === 0 ? null : <span className="card-rate">{shortCount(rate)}/s</span>}
      {figures.map(([tone, value, word]) =>
        value === 0 ? null : (
          <span key={tone} className={`figure tone-${tone}`} title={`${value} epochs ${word}`}>
            <Shape tone={tone} size={8} />
            {shortCount(value)}
          </span>
        ),
      )}
    </span>
  );
}

function PortRow({ port, packets }: { readonly port: PlacedPort; readonly packets: number }) {
  const graph = useStore(page, (now) => now.graph);
  const node = graph?.nodes[port.node];
  const slots = port.side === 'in' ? (node?.inPorts[port.port]?.slots ?? null) : null;
  const full = port.side === 'in' && isFull(node, port.port, packets);
  const own = node?.[port.side === 'in' ? 'inPorts' : 'outPorts'][port.port]?.name;
  const isBreak = useStore(page, ({ breaks }) =>
    breaks.some(({ at }) => at.on === 'port' && at.port === `${node?.name}.${own}`),
  );
  const classes = ['port', port.side];
  if (full) classes.push('full');
  if (isBreak) classes.push('stops');
  return (
    <div
      className={classes.join(' ')}
      title={isBreak ? `The net pauses when a packet comes to ${node?.name}.${own}` : undefined}
      style={{ top: port.y - 10 }}
      data-port={port.id}
    >
      <span className="port-name cut">{port.name}</span>
      {packets === 0 ? null : (
        <span
          className="port-count"
          title={`${packets} packets wait${full ? ': the port is full' : ''}`}
        >
          {shortCount(packets)}
          {slots === null ? '' : `/${slots}`}
        </span>
      )}
    </div>
  );
}

/** Break-points on states and events of the nodes of a box. */
function CardBreaks({ nodes }: { readonly nodes: readonly number[] }) {
  const text = useStore(page, ({ breaks, graph }) =>
    breaks.length === 0
      ? ''
      : breaks
          .filter(
            ({ at }) => at.on !== 'port' && nodes.some((n) => graph?.nodes[n]?.name === at.node),
          )
          .map((point) => point.text)
          .join('; '),
  );
  if (text === '') return null;
  return (
    <span className="card-break" title={`The net pauses when ${text}`}>
      <Icon name="breakpoint" size={12} />
    </span>
  );
}

function packetsAt(looks: readonly NodeLook[], port: PlacedPort): number {
  if (port.side === 'out') return 0;
  return looks.find(({ node }) => node === port.node)?.ports[port.port] ?? 0;
}

/** What a card says where there is room for it: in words, counts and ports. */
function CardDetail({ placed }: { readonly placed: PlacedBox }) {
  const { box, size } = placed;
  const looks = useLooks(box.nodes);
  const rate = useRate(box.nodes);
  const look = boxLook(looks);
  return (
    <>
      <div className="card-line">
        <span className="card-word">{look.status.word}</span>
        <Figures look={look} rate={rate} />
      </div>
      {size.ports.map((port) => (
        <PortRow key={port.id} port={port} packets={packetsAt(looks, port)} />
      ))}
    </>
  );
}

/** The state of a box, which changes more seldom than what it counts. */
function useWord(nodes: readonly number[]): NodeWord {
  return useStore(page, ({ shown }) => wordOf(nodes.flatMap((node) => shown?.nodes[node] ?? [])));
}

function Card({ data, selected }: NodeProps<BoxNode>) {
  const { box, size } = data.placed;
  const { tone, word } = nodeStatus(useWord(box.nodes));
  const isSmall = useStore(canvasLook, (now) => now.isSmall);
  const classes = ['card', `tone-${tone}`, box.kind];
  if (selected) classes.push('selected');
  if (data.isDim) classes.push('dim');
  if (data.caption !== null) classes.push('shown');
  if (isSmall) classes.push('small');
  return (
    <div
      className={classes.join(' ')}
      style={{ width: size.width, height: size.height }}
      data-box={box.id}
      data-word={word}
    >
      <div className="card-head">
        <span className="card-shape">
          <Shape tone={tone} size={isSmall ? 20 : 11} />
        </span>
        <span className="card-title cut">{box.title}</span>
        <CardBreaks nodes={box.nodes} />
        {box.kind === 'subnet' ? (
          <span
            className="card-fold"
            title={`${box.nodes.length} nodes folded: double-click opens`}
          >
            <Icon name="unfold" size={12} />
            {box.nodes.length}
          </span>
        ) : null}
      </div>
      {data.caption === null ? null : <span className="card-caption">{data.caption}</span>}
      {isSmall ? null : <CardDetail placed={data.placed} />}
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

export const NodeCard = memo(Card);
