/** Snapshots that no event led to: the first, and one restored from what was persisted. */
import type { Program } from './model.ts';
import type { AnyEvent } from './event.ts';
import { noChildren } from './children.ts';
import { AssignArguments } from './assign-arguments.ts';
import { StepFrame } from './frame.ts';
import type { Host } from './host.ts';
import { runPlan, settle } from './macrostep.ts';
import type { HistoryValue } from './reach.ts';
import { CompiledSnapshot } from './snapshot.ts';
import { isFunction } from './source.ts';

const noHistory: HistoryValue = {};

export function initEvent(input: unknown): AnyEvent {
  return { type: 'xstate.init', input } as AnyEvent;
}

/** An error on the way leaves the snapshot from before the first entry, with the status `error`. */
export function firstSnapshot(program: Program, host: Host, input: unknown): CompiledSnapshot {
  const { context } = program.source.config;
  const given = context && !isFunction(context) ? context : {};
  let before = new CompiledSnapshot(
    program.beforeEntry,
    'active',
    given,
    null,
    noChildren,
    noHistory,
    undefined,
    undefined,
  );
  const event = initEvent(input);
  try {
    const frame = new StepFrame(program, host, before);
    if (isFunction(context)) {
      const args = new AssignArguments(frame, event);
      const { spawn, self } = args;
      const made = context({ spawn, input, self });
      frame.context = Object.assign({}, made);
      frame.changes++;
      args.settle();
      before = frame.snapshot();
    }
    runPlan(frame, program.initialPlan, event);
    settle(frame, event);
    return frame.snapshot();
  } catch (error) {
    return before.failed(error);
  }
}
