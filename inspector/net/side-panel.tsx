/** Beside the canvas: the node that is chosen, or the net where none is. */
import type { ActorView } from '../../src/runtime/inspector/instant-view.ts';
import type { NodeView } from '../../src/runtime/inspector/net-view.ts';
import { Button } from '../parts/button.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { Term } from '../parts/term.tsx';
import { useHasControls } from '../shell/commands.ts';
import { openInject } from '../shell/inject-dialog.tsx';
import { useAnswerAt } from '../store/answers.ts';
import { netStatus, nodeStatus } from '../store/net-status.ts';
import { go, page } from '../store/page.ts';
import { ratePerSecond } from '../store/rates.ts';
import { useStore } from '../store/store.ts';
import { leavesOf } from '../store/tones.ts';
import { count } from '../words/numbers.ts';
import { BreakPoints, PortBreak } from './break-points.tsx';
import { netLook } from './net-look.ts';

function Facts({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Counts({ node }: { readonly node: number }) {
  const look = useStore(page, ({ shown }) => shown?.nodes[node] ?? null);
  const rate = useStore(page, ({ ticks, at, hello }) =>
    at !== null || hello?.source === 'recorded'
      ? null
      : ratePerSecond(ticks, ({ started }) => started[node] ?? 0),
  );
  if (look === null) return null;
  const tiles = [
    ['running', look.running],
    ['to start', look.startable],
    ['finished', look.finished],
    ['failed', look.failed],
    ['cancelled', look.cancelled],
    ['retries', look.retried],
  ] as const;
  return (
    <>
      <div className="tiles">
        {tiles.map(([word, value]) => (
          <div key={word} className={value === 0 ? 'tile none' : 'tile'}>
            <strong>{count(value)}</strong>
            <span>{word}</span>
          </div>
        ))}
      </div>
      <Facts
        rows={[
          ['service', look.service],
          ['gate', look.gate],
          ['intake', leavesOf(look.intake).join(', ')],
          ...(rate === null ? [] : ([['starts', `${rate.toFixed(1)} per second`]] as const)),
        ]}
      />
    </>
  );
}

function Ports({ node, index }: { readonly node: NodeView; readonly index: number }) {
  const packets = useStore(page, ({ shown }) => shown?.nodes[index]?.ports ?? null);
  const rows = [
    ...node.inPorts.map((port, at) => ({ port, side: 'in' as const, waiting: packets?.[at] ?? 0 })),
    ...node.outPorts.map((port) => ({ port, side: 'out' as const, waiting: 0 })),
  ];
  return (
    <ul className="ports">
      {rows.map(({ port, side, waiting }) => (
        <li key={`${side}:${port.name}`}>
          <PortBreak port={`${node.name}.${port.name}`} />
          <button
            type="button"
            className="link cut"
            title={`The statechart of the ${side}put port ${port.name}`}
            onClick={() =>
              go({ actor: `node:${node.name}/${side}:${port.name}`, view: 'statechart' })
            }
          >
            {port.name}
          </button>
          <span className="muted cut">
            {side}
            {port.type === null ? '' : ` · ${port.type}`}
            {port.isOutside ? ' · outside' : ''}
          </span>
          {side === 'out' ? null : (
            <span className={`count${waiting > 0 ? ' some' : ''}`}>
              {count(waiting)}
              {port.slots === null ? '' : ` / ${port.slots}`}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Conditions({
  node,
  actor,
}: {
  readonly node: NodeView;
  readonly actor: ActorView | null;
}) {
  if (node.inConditions.length === 0) return null;
  return (
    <section>
      <h3>Opens an epoch when</h3>
      <ul className="conditions">
        {node.inConditions.map((condition, index) => (
          <li key={condition.name}>
            <span className="condition-name">{condition.name}</span>
            <Term condition={condition} state={actor?.conditions[index] ?? null} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function NodePanel({ node, index }: { readonly node: NodeView; readonly index: number }) {
  const word = useStore(page, ({ shown }) => shown?.nodes[index]?.word ?? 'idle');
  const { answer } = useAnswerAt('actor', { address: `node:${node.name}`, chars: 0 });
  const hasControls = useHasControls();
  const { tone } = nodeStatus(word);
  const input = node.inPorts.find(({ isOutside }) => isOutside);
  const options = Object.entries(node.options);
  return (
    <aside className="side" aria-label={`Node ${node.name}`}>
      <header className="side-head">
        <h2 className="cut" title={node.name}>
          {node.name}
        </h2>
        <StateMark tone={tone} word={word} badge />
      </header>
      <div className="side-body">
        <div className="row wrap">
          <Button
            word="Statechart"
            icon="statechart"
            isWordShown
            onPress={() => go({ actor: `node:${node.name}`, view: 'statechart' })}
          />
          <Button
            word="Epochs"
            icon="epochs"
            isWordShown
            onPress={() => go({ actor: `node:${node.name}`, view: 'epochs' })}
          />
          {input !== undefined && hasControls ? (
            <Button
              word="Inject"
              icon="inject"
              isWordShown
              onPress={() => openInject(`${node.name}.${input.name}`)}
            />
          ) : null}
        </div>
        <Counts node={index} />
        <section>
          <h3>Ports</h3>
          <Ports node={node} index={index} />
        </section>
        <Conditions node={node} actor={answer?.address === `node:${node.name}` ? answer : null} />
        {options.length === 0 ? null : (
          <section>
            <h3>Options</h3>
            <Facts rows={options.map(([name, value]) => [name, JSON.stringify(value)])} />
          </section>
        )}
        <BreakPoints node={node.name} />
      </div>
    </aside>
  );
}

function NetPanel() {
  const net = useStore(page, ({ shown }) => shown?.net ?? null);
  const graph = useStore(page, (now) => now.graph);
  if (net === null || graph === null) return null;
  const { tone, word } = netStatus(net);
  return (
    <aside className="side" aria-label="The net">
      <header className="side-head">
        <h2>The net</h2>
        <StateMark tone={tone} word={word} badge />
      </header>
      <div className="side-body">
        <div className="row wrap">
          <Button
            word="Statechart"
            icon="statechart"
            isWordShown
            onPress={() => go({ actor: 'net', view: 'statechart' })}
          />
          {net.blocked === null || net.blocked === 'drained' ? null : (
            <Button
              word="Why is it blocked?"
              icon="blocked"
              isWordShown
              look="primary"
              onPress={() => go({ view: 'blocked' })}
            />
          )}
        </div>
        {net.reason === '' ? null : <p className="reason">{net.reason}</p>}
        <div className="tiles">
          {(
            [
              ['running', net.running],
              ['to start', net.startable],
              ['timers', net.timers],
              ['packets', net.packets],
              ['outside', net.outside],
              ['epochs', net.epochsOpened],
            ] as const
          ).map(([name, value]) => (
            <div key={name} className={value === 0 ? 'tile none' : 'tile'}>
              <strong>{count(value)}</strong>
              <span>{name}</span>
            </div>
          ))}
        </div>
        <Facts
          rows={[
            ['lifecycle', net.lifecycle],
            ['activity', net.activity],
            ['mode', net.mode],
            ['nodes', count(graph.nodes.length)],
            ['edges', count(graph.edges.length)],
            ['on error', graph.onError],
            ['packets made', count(net.packetsMade)],
          ]}
        />
        {graph.inputs.length === 0 ? null : (
          <section>
            <h3>Inputs</h3>
            <p className="mono">{graph.inputs.join(', ')}</p>
          </section>
        )}
        {graph.outputs.length === 0 ? null : (
          <section>
            <h3>Outputs</h3>
            <p className="mono">{graph.outputs.join(', ')}</p>
          </section>
        )}
        <BreakPoints node={null} />
        <p className="muted hint">
          A click on a node shows it here, a double click its statechart. Drag to move, turn the
          wheel to come closer.
        </p>
      </div>
    </aside>
  );
}

export function SidePanel() {
  const isNetShown = useStore(netLook, (now) => now.isNetShown);
  const graph = useStore(page, (now) => now.graph);
  const actor = useStore(page, (now) => now.actor);
  const name = /^node:(.*?)(?:\/(?:in|out):.*)?$/.exec(actor ?? '')?.[1];
  const index = graph?.nodes.findIndex((each) => each.name === name) ?? -1;
  const node = graph?.nodes[index];
  if (node !== undefined) return <NodePanel key={node.name} node={node} index={index} />;
  return isNetShown ? <NetPanel /> : null;
}
