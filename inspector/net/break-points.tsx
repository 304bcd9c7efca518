/** Where the live net is to pause by itself: at a port, in a state of a node, at a kind of event. */
import { useState } from 'react';
import type { BreakPointOn } from '../../src/runtime/inspector/history-view.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icons.tsx';
import { useHasControls } from '../shell/commands.ts';
import { ask, page, report } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { several } from '../words/numbers.ts';

/** What is set comes back as a push, to every page. */
async function setBreak(at: BreakPointOn): Promise<void> {
  try {
    await ask('breakSet', { at });
  } catch (error) {
    report(error);
  }
}

async function clearBreak(id: string): Promise<void> {
  try {
    await ask('breakClear', { break: id });
  } catch (error) {
    report(error);
  }
}

/** The point before a port that says whether the net pauses when a packet comes to it. */
export function PortBreak({ port }: { readonly port: string }) {
  const isShown = useStore(page, (now) => now.hello?.hasControls === true);
  const isOff = !useHasControls();
  const known = useStore(page, ({ breaks }) =>
    breaks.find(({ at }) => at.on === 'port' && at.port === port),
  );
  if (!isShown) return null;
  const isSet = known !== undefined;
  return (
    <button
      type="button"
      className="break"
      aria-pressed={isSet}
      disabled={isOff}
      aria-label={`Pause when a packet comes to ${port}`}
      title={`${isSet ? 'Do not pause any more' : 'Pause the net'} when a packet comes to ${port}`}
      onClick={() => void (isSet ? clearBreak(known.id) : setBreak({ on: 'port', port }))}
    >
      <Icon name="breakpoint" size={14} />
    </button>
  );
}

/** States of a node, and of its epochs, at which a net may be paused. */
const states = [
  'epoch.failed',
  'epoch.timedOut',
  'epoch.running.backingOff',
  'gate.saturated',
  'gate.throttled',
  'gate.backpressured',
  'gate.exhausted',
  'intake.held',
  'service.failed',
] as const;

const events = [
  'EpochCreated',
  'EpochStarted',
  'EpochFinished',
  'EpochFailed',
  'EpochRetryScheduled',
  'EpochTimedOut',
  'EpochCancelled',
  'PacketDestroyed',
  'NetBlocked',
] as const;

function isAbout(at: BreakPointOn, node: string | null): boolean {
  if (node === null) return true;
  if (at.on === 'port') return at.port.slice(0, at.port.lastIndexOf('.')) === node;
  return at.node === node;
}

/** Those that are set, of one node or of all, and a way to set another. */
export function BreakPoints({ node }: { readonly node: string | null }) {
  const isShown = useStore(page, (now) => now.hello?.hasControls === true);
  const isOff = !useHasControls();
  const all = useStore(page, (now) => now.breaks);
  const [chosen, setChosen] = useState('');
  if (!isShown) return null;
  const breaks = all.filter(({ at }) => isAbout(at, node));
  const add = (): void => {
    const [on, name = ''] = chosen.split(' ');
    const about = node === null ? {} : { node };
    if (on === 'state' && node !== null) void setBreak({ on, node, state: name });
    else if (on === 'event')
      void setBreak({ on, event: name as (typeof events)[number], ...about });
    setChosen('');
  };
  return (
    <section className="breaks">
      <h3>Break-points</h3>
      {breaks.length === 0 ? (
        <p className="muted">
          None. {node === null ? '' : 'The points before the ports set one there.'}
        </p>
      ) : (
        <ul>
          {breaks.map(({ id, text, hits }) => (
            <li key={id}>
              <Icon name="breakpoint" size={12} />
              <span className="cut" title={text}>
                {text}
              </span>
              {hits === 0 ? null : <span className="muted">{several(hits, 'hit')}</span>}
              <Button
                word={`Remove the break-point: ${text}`}
                icon="close"
                look="plain"
                isOff={isOff}
                onPress={() => void clearBreak(id)}
              />
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <select
          className="field break-choice"
          aria-label="Pause when"
          value={chosen}
          disabled={isOff}
          onChange={(event) => setChosen(event.target.value)}
        >
          <option value="">Pause when…</option>
          {node === null ? null : (
            <optgroup label="its state becomes">
              {states.map((name) => (
                <option key={name} value={`state ${name}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label={node === null ? 'anywhere there is' : 'of it there is'}>
            {events.map((name) => (
              <option key={name} value={`event ${name}`}>
                {name}
              </option>
            ))}
          </optgroup>
        </select>
        <Button word="Set" isOff={isOff || chosen === ''} onPress={add} />
      </div>
    </section>
  );
}
