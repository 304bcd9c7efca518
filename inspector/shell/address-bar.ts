/** Keeps the address of the page and what it shows the same, both ways. */
import { readPlace, writePlace } from '../store/address.ts';
import { keptStores } from '../store/kept-store.ts';
import { goTo, page } from '../store/page.ts';

/** Browsers refuse addresses that change too often; going through time changes them all the time. */
const settleMs = 200;

function current(): string {
  const { view, at, actor, epoch, packet, letter } = page.get();
  const place = { view, at, actor, epoch, packet, letter };
  return writePlace(
    place,
    keptStores.flatMap(({ fields }) => fields()),
  );
}

export function followAddress(): void {
  let written = location.hash;
  /** As the browser has it; where that is another, somebody has followed a link, and it is about to be read. */
  let seen = location.hash;
  let view = '';
  let timer: ReturnType<typeof setTimeout> | null = null;
  const read = (): void => {
    const { at, ...place } = readPlace(location.hash);
    const fields = new URLSearchParams(location.hash.slice(1));
    view = place.view;
    for (const kept of keptStores) kept.take(fields);
    page.set(place);
    if (page.get().hello === null) page.set({ at });
    else if (at !== page.get().at) goTo(at);
    written = current();
    seen = location.hash;
  };
  const write = (): void => {
    timer = null;
    const address = current();
    if (address === written || location.hash !== seen) return;
    written = address;
    // Going to another view can be undone with the browser's own button; going through time need not be.
    if (page.get().view === view) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    view = page.get().view;
    seen = location.hash;
  };
  const changed = (): void => {
    timer ??= setTimeout(write, settleMs);
  };
  read();
  addEventListener('hashchange', read);
  page.subscribe(changed);
  for (const { subscribe } of keptStores) subscribe(changed);
}
