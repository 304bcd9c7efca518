/** The top of the page: what runs, how it stands, and what can be done to it. */
import type { LinkStatus } from '../link/link.ts';
import { netLook } from '../net/net-look.ts';
import { Icon } from '../parts/icons.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { netStatus } from '../store/net-status.ts';
import { go, page } from '../store/page.ts';
import { ratePerSecond } from '../store/rates.ts';
import { useStore } from '../store/store.ts';
import type { Tone } from '../store/tones.ts';
import { count, several } from '../words/numbers.ts';
import { Controls } from './controls.tsx';

function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="logo-ground" />
      <path d="M9 10.5h5.5c3 0 3 11 6 11H23M9 21.5h5.5c3 0 3-11 6-11H23" className="logo-lines" />
      <circle cx="8.5" cy="10.5" r="2.8" className="logo-dot" />
      <circle cx="8.5" cy="21.5" r="2.8" className="logo-dot" />
      <circle cx="23.5" cy="10.5" r="2.8" className="logo-dot" />
      <circle cx="23.5" cy="21.5" r="2.8" className="logo-dot" />
    </svg>
  );
}

const sources = {
  live: 'live net',
  following: 'being written',
  recorded: 'recorded run',
} as const;

function Title() {
  const hello = useStore(page, (now) => now.hello);
  return (
    <div className="title">
      <h1 className="cut">{hello === null || hello.title === '' ? 'netrun' : hello.title}</h1>
      <span className="muted cut">
        {hello === null ? 'no run yet' : `${sources[hello.source]} · ${hello.run}`}
      </span>
    </div>
  );
}

function Standing() {
  const net = useStore(page, (now) => now.shown?.net ?? null);
  const rate = useStore(page, ({ ticks, at, hello }) => {
    if (at !== null || hello?.source === 'recorded') return null;
    const value = ratePerSecond(ticks, ({ epochs }) => epochs);
    return value === null ? null : Math.round(value);
  });
  if (net === null) return null;
  const { tone, word } = netStatus(net);
  return (
    <div className="standing" data-lifecycle={net.lifecycle} title={net.reason}>
      <StateMark tone={tone} word={word} badge />
      <span className="figures">
        <span>{several(net.epochsOpened, 'epoch')}</span>
        <span>{count(net.running)} running</span>
        <span>{several(net.packets, 'packet')} inside</span>
        {rate === null || rate === 0 ? null : <span>{count(rate)} epochs/s</span>}
      </span>
    </div>
  );
}

/** How many break-points are set: a click shows them. */
function Breaks() {
  const set = useStore(page, ({ breaks }) => breaks.length);
  if (set === 0) return null;
  const show = (): void => {
    netLook.set({ isNetShown: true });
    go({ view: 'net', actor: null });
  };
  return (
    <button type="button" className="chip breaks-set" title="Show them" onClick={show}>
      <Icon name="breakpoint" size={11} />
      {several(set, 'break-point')}
    </button>
  );
}

export function Header() {
  return (
    <header className="top">
      <Logo />
      <Title />
      <Standing />
      <Breaks />
      <span className="spring" />
      <Controls />
    </header>
  );
}

function bannerOf(link: Exclude<LinkStatus, { readonly is: 'open' }>): readonly [Tone, string] {
  if (link.is === 'ended') return ['idle', link.why];
  if (link.is === 'lost' && link.why !== null) {
    return [
      'throttled',
      `It was said: ${link.why}. What was loaded can still be looked at; the run is found again when it is opened at this address.`,
    ];
  }
  return ['failed', 'The connection to the run is gone. It is tried again until it is back.'];
}

/** What the page says of its connection, where it is not as it should be. */
export function ConnectionBanner() {
  const link = useStore(page, (now) => now.link);
  const isGreeted = useStore(page, (now) => now.hello !== null);
  if (link.is === 'open' || (link.is === 'connecting' && !isGreeted)) return null;
  const [tone, text] = bannerOf(link);
  return (
    <div className={`banner tone-${tone}`} role="status" data-link={link.is}>
      <Icon name="link" size={14} />
      {text}
    </div>
  );
}
