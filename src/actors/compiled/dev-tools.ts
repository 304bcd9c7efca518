/** Shows an actor to developer tools when it starts, where its options ask for it. */
import type { AnyActor } from 'xstate';
import { devToolsAdapter } from 'xstate/dev';

export type DevTools = boolean | ((actor: AnyActor) => void) | undefined;

export function attachDevTools(actor: object, devTools: DevTools): void {
  if (devTools === undefined || devTools === false) return;
  const attach = devTools === true ? devToolsAdapter : devTools;
  attach(actor as AnyActor);
}
