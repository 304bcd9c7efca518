/** Why the net stands: in words, node by node, with what would get it going again. */
import { type FormEvent, useState } from 'react';
import type { FirstStep } from '../../../src/runtime/explain/explanation.ts';
import type { ConditionView, NodeView } from '../../../src/runtime/inspector/net-view.ts';
import { Button } from '../../parts/button.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Term } from '../../parts/term.tsx';
import { perform, useHasControls } from '../../shell/commands.ts';
import { useAnswerAt } from '../../store/answers.ts';
import { go, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { count, several } from '../../words/numbers.ts';
import { netLook } from '../../net/net-look.ts';
import { epochFilter } from '../epochs/filter.ts';
import { EpochLink, NodeLink, PacketLink, Pending } from '../parts.tsx';
import { readValue } from '../../words/json-value.ts';
import {
  type Loss,
  type NodeReasons,
  countOf,
  gateWord,
  headline,
  lossesOf,
  nodeReasons,
} from './reasons.ts';

/** Packets and epochs named of each place. */
const named = 8;
const paceMs = 400;

/** Actions that make a packet: whose value is asked for. */
function makesPacket({ action }: FirstStep): boolean {
  return action.type === 'InjectPacket' || action.type === 'CreatePacket';
}

function actionWords({ action }: FirstStep): string {
  const { type, ...fields } = action;
  const text = Object.entries(fields).map(([key, value]) =>
    typeof value === 'string' ? value : `${key} ${JSON.stringify(value)}`,
  );
  return `${type} ${text.join(' ')}`.trim();
}

function Step({
  step,
  index,
  canDo,
}: {
  readonly step: FirstStep;
  readonly index: number;
  readonly canDo: boolean;
}) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const asksValue = makesPacket(step);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const read = asksValue ? readValue(text) : { value: undefined };
    if ('problem' in read) {
      setProblem(read.problem);
      return;
    }
    setBusy(true);
    await perform({
      type: 'firstStep',
      index,
      action: JSON.stringify(step.action),
      ...(asksValue ? { value: read.value } : {}),
    });
    setBusy(false);
  };
  return (
    <li className="first-step">
      <p>{step.why}</p>
      <form className="row" onSubmit={(event) => void submit(event)}>
        <code className="cut step-action" title={actionWords(step)}>
          {actionWords(step)}
        </code>
        {asksValue && canDo ? (
          <input
            className="field step-value"
            value={text}
            placeholder="value, as JSON"
            aria-label={`Value of the packet for ${actionWords(step)}`}
            aria-invalid={problem !== null}
            spellCheck={false}
            onChange={(event) => {
              setText(event.target.value);
              setProblem(null);
            }}
          />
        ) : null}
        {canDo ? (
          <button type="submit" className="button primary" disabled={isBusy}>
            Do it
          </button>
        ) : null}
      </form>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

function Ports({ node: { node } }: { readonly node: NodeReasons }) {
  const ports = node.ports.filter(
    ({ packets, behind, waitingInputs }) =>
      packets.length > 0 || behind.length > 0 || waitingInputs > 0,
  );
  if (ports.length === 0) return null;
  return (
    <ul className="blocked-ports">
      {ports.map(({ name, packets, slots, full, behind }) => (
        <li key={name}>
          <span className="mono strong">{name}</span>
          <span className={`count${full ? ' full' : ''}`}>
            {count(countOf(packets))}
            {slots === null ? '' : ` / ${slots}`}
          </span>
          <span className="chips">
            {packets.slice(0, named).map((packet) => (
              <PacketLink key={packet} packet={packet} />
            ))}
            {packets.length <= named ? null : (
              <span className="muted">and {count(countOf(packets) - named)} more</span>
            )}
          </span>
          {behind.map(({ from, packets: waiting }) => (
            <span key={from} className="behind">
              {several(countOf(waiting), 'packet')} behind, from {from}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function NodeCard({
  reasons,
  view,
}: {
  readonly reasons: NodeReasons;
  readonly view: NodeView | undefined;
}) {
  const { node } = reasons;
  const conditionOf = (name: string): ConditionView | undefined =>
    view?.inConditions.find((each) => each.name === name);
  return (
    <li className={`blocked-node ${reasons.weight}`} data-node={node.node}>
      <div className="row">
        <span className="blocked-name">
          <NodeLink node={node.node} />
        </span>
        {node.gate === 'open' ? null : <StateMark tone="saturated" word={gateWord(node.gate)} />}
        <span className="spring" />
        <Button
          word="Statechart"
          icon="statechart"
          look="plain"
          onPress={() => go({ actor: `node:${node.node}`, view: 'statechart' })}
        />
      </div>
      {reasons.reasons.map((text) => (
        <p key={text} className="reason">
          {text}.
        </p>
      ))}
      <ul className="blocked-conditions">
        {node.conditions.map((state) => {
          const condition = conditionOf(state.name);
          return (
            <li key={state.name}>
              <span className="condition-name">{state.name}</span>
              {condition === undefined ? (
                <span className="mono">{state.when}</span>
              ) : (
                <Term condition={condition} state={state} />
              )}
            </li>
          );
        })}
      </ul>
      <Ports node={reasons} />
      {node.startable.length === 0 ? null : (
        <div className="chips">
          {node.startable.slice(0, named).map((epoch) => (
            <EpochLink key={epoch} epoch={epoch} />
          ))}
          {node.startable.length <= named ? null : (
            <span className="muted">and {count(countOf(node.startable) - named)} more</span>
          )}
        </div>
      )}
    </li>
  );
}

/** Nodes of which epochs have failed. */
function Losses({ losses }: { readonly losses: readonly Loss[] }) {
  if (losses.length === 0) return null;
  return (
    <>
      <h3>What has failed</h3>
      <ul className="blocked-nodes">
        {losses.map(({ node, text }) => (
          <li key={node} className="blocked-node failed" data-failed={node}>
            <div className="row">
              <span className="blocked-name">
                <NodeLink node={node} />
              </span>
              <span className="spring" />
              <Button
                word="Epochs"
                icon="epochs"
                isWordShown
                look="plain"
                title={`The epochs of ${node} that failed`}
                onPress={() => {
                  epochFilter.set({ text: '', states: ['failed', 'timedOut'], look: 'table' });
                  go({ actor: `node:${node}`, view: 'epochs' });
                }}
              />
            </div>
            <p className="reason">{text}.</p>
          </li>
        ))}
      </ul>
    </>
  );
}

export function BlockedView() {
  const { answer, refusal } = useAnswerAt('explain', {}, paceMs);
  const graph = useStore(page, (now) => now.graph);
  const at = useStore(page, (now) => now.at);
  const shown = useStore(page, (now) => now.shown);
  const hasControls = useHasControls();
  if (answer === null || graph === null)
    return <Pending what="what holds the net up" refusal={refusal} />;
  const { explanation } = answer;
  const { title, text, nodes } = headline(explanation);
  const reason = shown?.net.reason ?? '';
  // A net that runs goes on by itself: what could be done to it is not what it waits for.
  const firstSteps =
    explanation.blocked === null && explanation.state === 'running' ? [] : explanation.firstSteps;
  const all = nodeReasons(explanation);
  const holding = all.filter(({ weight }) => weight === 'holds');
  const others = all.filter(({ weight }) => weight === 'waits');
  const losses = lossesOf(
    graph,
    shown?.nodes ?? [],
    holding.map(({ node }) => node.node),
  );
  const views = new Map(graph.nodes.map((node) => [node.name, node]));
  const show = (): void => {
    netLook.set({ isHoldShown: true });
    go({ view: 'net' });
  };
  return (
    <div className="blocked-view">
      <header className="blocked-head">
        <div>
          <h2>{title}</h2>
          <p className="muted">
            {text} {reason === '' ? '' : `${reason}.`}
          </p>
        </div>
        <span className="spring" />
        {holding.length === 0 ? null : (
          <Button
            word="Show on the canvas"
            icon="net"
            isWordShown
            title="The nodes that hold the net up, on the canvas, with what each of them lacks"
            onPress={show}
          />
        )}
      </header>
      <div className="blocked-columns">
        <section aria-label={nodes}>
          <Losses losses={losses} />
          <h3>{nodes}</h3>
          {holding.length === 0 ? (
            <p className="muted">No packet and no epoch waits in the net.</p>
          ) : (
            <ul className="blocked-nodes">
              {holding.map((reasons) => (
                <NodeCard
                  key={reasons.node.node}
                  reasons={reasons}
                  view={views.get(reasons.node.node)}
                />
              ))}
            </ul>
          )}
          {others.length === 0 ? null : (
            <details className="blocked-others" open={holding.length === 0}>
              <summary>{several(others.length, 'other node')} with nothing at hand</summary>
              <ul className="blocked-nodes">
                {others.map((reasons) => (
                  <NodeCard
                    key={reasons.node.node}
                    reasons={reasons}
                    view={views.get(reasons.node.node)}
                  />
                ))}
              </ul>
            </details>
          )}
        </section>
        <section aria-label="First steps">
          <h3>First steps</h3>
          {firstSteps.length === 0 ? (
            <p className="muted">Nothing needs to be done to it from outside.</p>
          ) : (
            <>
              <ul className="first-steps">
                {firstSteps.map((step, index) => (
                  <Step
                    key={JSON.stringify(step.action)}
                    step={step}
                    index={index}
                    canDo={hasControls && at === null}
                  />
                ))}
              </ul>
              {hasControls && at !== null ? (
                <p className="muted">
                  They can be done where the newest instant is shown: go live.
                </p>
              ) : null}
            </>
          )}
        </section>
      </div>
    </div>
  );
}
