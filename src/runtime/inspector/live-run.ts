/** A net of this process, as the inspector watches it. */
import { basename } from 'node:path';
import type { ReplayStart } from '../replay/replay.ts';
import type { RunParts } from '../run-parts.ts';
import { LazyValue } from '../values/values.ts';
import { type ActedNet, NetControls } from './net-controls.ts';
import type { FoundValue, WatchedRun } from './watched-run.ts';

/** Log lines that are looked at for the stack of an error. */
const scanLines = 20_000;

/** Number of the last action that a record tells of: of itself, or the one that it belongs to. */
function actionNumber(record: { readonly id: string } | { readonly action_id: string }): number {
  const id = 'action_id' in record ? record.action_id : record.id;
  return Number(id.slice(1));
}

export function liveRun(
  net: ActedNet,
  parts: RunParts,
): WatchedRun & { readonly controls: NetControls } {
  const { run, lifecycle } = parts;
  const { history, kernel, spec, graph, logs } = run;
  const { file } = history.header;
  let start: ReplayStart | null = null;

  /** Made when it is first asked for, and again once the history has dropped what follows it. */
  const startOf = (): ReplayStart | null => {
    if (history.firstSeq === 1) return null;
    if (start !== null && start.seq + 1 >= history.firstSeq) return start;
    const last = history.get(history.lastSeq);
    const actions =
      last === undefined || last.type === 'header' ? history.actionCount : actionNumber(last);
    start = { seq: history.lastSeq, actions, snapshot: kernel.snapshot() };
    return start;
  };

  const valueOf = (packet: string): FoundValue => {
    if (!run.values.has(packet))
      return {
        state: 'gone',
        why: 'It was consumed or destroyed; consumed_packet_storage keeps such values.',
      };
    const value = run.values.peek(packet);
    return value instanceof LazyValue ? { state: 'lazy' } : { state: 'found', value };
  };

  const stackOf = (epoch: string, attempt: number): string | undefined => {
    for (let at = logs.count - 1; at >= Math.max(logs.first, logs.count - scanLines); at--) {
      const line = logs.line(at);
      if (line?.epoch !== epoch || line['attempt'] !== attempt) continue;
      const { stack } = (line['err'] ?? {}) as { readonly stack?: unknown };
      if (typeof stack === 'string') return stack;
    }
    const letter = run.deadLetters.all().find((each) => each.epoch === epoch);
    return letter?.errors[attempt]?.stack;
  };

  const controls = new NetControls(net, parts);
  return {
    source: 'live',
    title: file === undefined ? '' : basename(file),
    notice: null,
    spec,
    graph,
    history,
    kernel,
    get isSuspended() {
      return lifecycle.state === 'suspended';
    },
    get isOver() {
      return lifecycle.isOver;
    },
    waitingInputs: () => run.waiting.byPort(),
    ended: (node) => run.tally.of(node),
    settle: () => run.journal.settle(),
    start: startOf,
    hasFunction: (node) => run.nodes.get(node)?.functions.exec !== undefined,
    value: valueOf,
    hasValues: true,
    thrown: (_seq, epoch, attempt) => stackOf(epoch, attempt),
    logs,
    letters: () => run.deadLetters.all(),
    controls,
    close: () => controls.close(),
  };
}
