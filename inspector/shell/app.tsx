/** The page: what runs on top, the tabs at the side, a view in the middle, time at the bottom. */
import { Nothing } from '../parts/nothing.tsx';
import { page } from '../store/page.ts';
import { useStore } from '../store/store.ts';
import { TimeBar } from '../time/time-bar.tsx';
import { views } from '../views/registry.tsx';
import { ConnectionBanner, Header } from './header.tsx';
import { InjectDialog } from './inject-dialog.tsx';
import { NoticeLine } from './notice.tsx';
import { Tabs } from './tabs.tsx';

function ChosenView() {
  const chosen = useStore(page, (now) => now.view);
  const isReady = useStore(
    page,
    ({ graph, machines, shown }) => graph !== null && machines !== null && shown !== null,
  );
  const view = views.find(({ id }) => id === chosen);
  return (
    <main id="view" className="view" role="tabpanel" aria-labelledby={`tab-${chosen}`}>
      {view === undefined || !isReady ? (
        <Nothing title="Waiting for the run">The page has not heard from it yet.</Nothing>
      ) : (
        <view.Body key={view.id} />
      )}
    </main>
  );
}

export function App() {
  return (
    <div className="app">
      <Header />
      <ConnectionBanner />
      <div className="middle">
        <Tabs />
        <ChosenView />
      </div>
      <TimeBar />
      <NoticeLine />
      <InjectDialog />
    </div>
  );
}
