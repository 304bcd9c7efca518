/** Starts the page: its connection, its address, its keys, and what is drawn. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@xyflow/react/dist/base.css';
import './look/fonts.css';
import './look/theme.css';
import './look/base.css';
import './look/shell.css';
import './look/net.css';
import './look/statechart.css';
import './look/views.css';
import { openLink } from './link/link.ts';
import { openSocket } from './link/socket.ts';
import { App } from './shell/app.tsx';
import { followAddress } from './shell/address-bar.ts';
import { listenToKeys } from './shell/keys.ts';
import { beat, giveLink, pushed, statusChanged } from './store/page.ts';

const beatMs = 1000;

followAddress();
listenToKeys();
giveLink(
  openLink({
    open: openSocket,
    later: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    now: () => performance.now(),
    onStatus: statusChanged,
    onPush: pushed,
  }),
);
setInterval(beat, beatMs);

const root = document.querySelector('#page');
if (root === null) throw new Error('the document has a place for the page');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
