/** Packets: where they are at the instant shown, and all there is to say of the one that is chosen. */
import { type FormEvent, useRef, useState } from 'react';
import type { PlaceView } from '../../../src/runtime/inspector/instant-view.ts';
import { Icon } from '../../parts/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Nothing } from '../../parts/nothing.tsx';
import { useKeys } from '../../shell/keys.ts';
import { useAnswerAt } from '../../store/answers.ts';
import { go, page } from '../../store/page.ts';
import { useStore } from '../../store/store.ts';
import { count, several } from '../../words/numbers.ts';
import { nodeOf, placeKind, placeWords } from '../../words/places.ts';
import { NodeChoice, Pending, chooseNode } from '../parts.tsx';
import { PacketPage } from './packet-page.tsx';

/** Places, and packets of each, that are shown before one asks for more. */
const placesShown = 100;
const packetsShown = 12;
const mostPackets = 1000;
const paceMs = 300;

function Chip({ packet }: { readonly packet: string }) {
  const isChosen = useStore(page, (now) => now.packet === packet);
  return (
    <button
      type="button"
      className="chip packet"
      aria-pressed={isChosen}
      onClick={() => go({ packet: isChosen ? null : packet })}
    >
      {packet}
    </button>
  );
}

function Place({ place }: { readonly place: PlaceView }) {
  const [isWhole, setWhole] = useState(false);
  const { answer } = useAnswerAt(
    'places',
    isWhole ? { place: place.place, limit: 1, packetLimit: mostPackets } : null,
  );
  const whole = isWhole ? (answer?.places.items[0] ?? null) : null;
  const { items } = (whole ?? place).packets;
  const rest = place.count - items.length;
  const words = placeWords(place.place);
  return (
    <li className="place" data-place={words}>
      <div className="place-head">
        <span className="place-kind">{placeKind(place.place)}</span>
        <span className="cut strong" title={words}>
          {words}
        </span>
        <span className="spring" />
        <span className="count">{count(place.count)}</span>
      </div>
      <div className="chips">
        {items.map((packet) => (
          <Chip key={packet} packet={packet} />
        ))}
        {rest <= 0 ? null : isWhole ? (
          <span className="muted">and {count(rest)} more</span>
        ) : (
          <Button word={`${count(rest)} more`} look="plain" onPress={() => setWhole(true)} />
        )}
      </div>
    </li>
  );
}

/** A packet by its name. */
function Find() {
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus() });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const number = /^\s*p?([1-9]\d*)\s*$/i.exec(text)?.[1];
    if (number === undefined) {
      page.set({
        notice: {
          tone: 'failed',
          text: `${text.trim() === '' ? 'An empty text' : text.trim()} is no packet`,
          code: null,
          hint: 'Packets are p1, p2, and so on.',
        },
      });
      return;
    }
    go({ packet: `p${number}` });
    setText('');
  };
  return (
    <form className="filter-text" onSubmit={submit}>
      <Icon name="search" size={13} />
      <input
        ref={input}
        className="field"
        value={text}
        placeholder="Go to packet p12 (/)"
        aria-label="Go to a packet"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') input.current?.blur();
        }}
      />
    </form>
  );
}

function usePlaces() {
  const node = useStore(page, ({ actor }) => nodeOf(actor));
  const [most, setMost] = useState(placesShown);
  const asked = useAnswerAt(
    'places',
    { limit: most, packetLimit: packetsShown, ...(node === null ? {} : { node }) },
    paceMs,
  );
  return { node, ...asked, more: () => setMost(Math.min(most * 3, 1000)) };
}

function Places() {
  const { node, answer, refusal, more } = usePlaces();
  const items = answer?.places.items ?? [];
  const move = (by: number) => () => {
    const packets = items.flatMap(({ packets }) => packets.items);
    const here = packets.findIndex((packet) => packet === page.get().packet);
    const next = packets[here === -1 ? 0 : here + by];
    if (next !== undefined) go({ packet: next });
  };
  useKeys({ j: move(1), k: move(-1) });
  if (answer === null) return <Pending what="the packets" refusal={refusal} />;
  const { total } = answer.places;
  if (total === 0) {
    return (
      <Nothing title={node === null ? 'No packet in the net' : `No packet at ${node}`}>
        At the instant shown none is on an edge, at a port, in an epoch or outside.
      </Nothing>
    );
  }
  return (
    <ul className="places">
      {items.map((place) => (
        <Place key={placeWords(place.place)} place={place} />
      ))}
      {items.length >= total ? null : (
        <li className="place">
          <Button word={`${several(total - items.length, 'place')} more`} onPress={more} />
        </li>
      )}
    </ul>
  );
}

export function PacketsView() {
  const packet = useStore(page, (now) => now.packet);
  const node = useStore(page, ({ actor }) => nodeOf(actor));
  const graph = useStore(page, (now) => now.graph);
  const packets = useStore(page, ({ shown }) => shown?.net.packets ?? 0);
  const made = useStore(page, ({ shown }) => shown?.net.packetsMade ?? 0);
  return (
    <div className="listing">
      <div className="view-bar">
        <Find />
        <NodeChoice
          nodes={graph?.nodes.map(({ name }) => name) ?? []}
          value={node}
          onChoose={chooseNode}
        />
        <span className="spring" />
        <span className="muted">
          {several(packets, 'packet')} in the net · {count(made)} made until the instant shown
        </span>
      </div>
      <div className="listing-body packets-body">
        <div className="places-room">
          <Places />
        </div>
        <div className="packet-room">
          {packet === null ? (
            <Nothing title="No packet is chosen">
              Choose one on the left, or go to one by its name: its value, where it has been, what
              it was made from and what was made of it.
            </Nothing>
          ) : (
            <PacketPage key={packet} packet={packet as `p${number}`} />
          )}
        </div>
      </div>
    </div>
  );
}
