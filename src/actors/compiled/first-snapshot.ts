/** The beginning of an actor, which no event led to. */
import type { Plan, Program } from './model.ts';
import type { AnyEvent } from './event.ts';
import { noChildren } from './children.ts';
import { merged } from './context-shape.ts';
import { StepFrame } from './frame.ts';
import type { Host } from './host.ts';
import { arrive, runPlan, settle } from './macrostep.ts';
import type { HistoryValue } from './reach.ts';
import { isFunction } from './source.ts';

const noHistory: HistoryValue = {};

export function initEvent(input: unknown): AnyEvent {
  return { type: 'xstate.init', input } as AnyEvent;
}

/** Nothing is done but that the states are entered. */
const isQuiet = ({ blocks, failure, next }: Plan): boolean =>
  blocks.length === 0 && failure === null && next.always === null;

/** An error on the way leaves everything as it was before the first entry, with the status `error`. */
export function firstFrame(program: Program, host: Host, input: unknown): StepFrame {
  const { context } = program.source.config;
  const given = context && !isFunction(context) ? context : {};
  const frame = new StepFrame(program, host, program.beforeEntry, given, noChildren, noHistory);
  if (!isFunction(context)) frame.shared = true;
  const event = initEvent(input);
  frame.keep();
  try {
    if (isFunction(context)) {
      const args = frame.argumentsFor(event);
      const made = context(
        program.reusesContexts ? args : { spawn: args.spawn, input, self: host.self },
      );
      if (program.reusesContexts) {
        frame.context = made;
        frame.shape = program.shapeOfFirst(made);
      } else frame.context = merged(made, null);
      frame.changes++;
      args.settle();
      frame.keep();
    }
    const { initialPlan } = program;
    if (isQuiet(initialPlan)) arrive(frame, initialPlan);
    else {
      runPlan(frame, initialPlan, event);
      settle(frame, event);
    }
  } catch (error) {
    frame.restore(frame.before().failed(error));
  }
  return frame;
}
