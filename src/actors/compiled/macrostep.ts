/**
 * An event's whole way through a machine: the microsteps until nothing is left to do (SCXML,
 * macrostep: eventless transitions first, then what the machine raised, in order).
 */
import type {
  Block,
  Ending,
  Frame,
  MacrostepCode,
  Plan,
  Selection,
  StepCode,
  TransitionCode,
} from './model.ts';
import type { AnyEvent } from './event.ts';
import type { StepFrame } from './frame.ts';
import { refuseWildcardEvent, warnOfMappedOutput } from './mistakes.ts';
import { type Invoking, performAll, stopAll } from './perform.ts';
import { select } from './selection.ts';
import { isFunction } from './source.ts';

const nothing: readonly TransitionCode[] = [];

/**
 * Takes the frame from one event to the next. Where there is code for it effects are made as well, for which the
 * frame shows what is after the step.
 */
export function macrostep(frame: StepFrame, event: AnyEvent): void {
  frame.begin();
  const known = frame.configuration.selection(event.type);
  if (known !== undefined && frame.status === 'active' && frame.host.isDirect) {
    const code = known.code ?? codeFor(frame, known, event.type);
    if (code !== null) {
      code(frame, event);
      return;
    }
  }
  if (known === undefined && isOwn(event)) {
    if (event.type === 'xstate.stop') ended(frame, event, 'stopped', undefined);
    else settle(frame, event);
    return;
  }
  const selection = known ?? selectionFor(frame, event);
  const taken =
    frame.status === 'done' ? stepAfterEnd(frame, event) : step(frame, selection, event);
  if (taken.length === 0 && isError(event.type)) {
    ended(frame, event, 'error', (event as { error?: unknown }).error);
    return;
  }
  report(frame, event, taken);
  settle(frame, event);
}

/** An error of a child that no transition takes is the machine's own. */
const isError = (type: string): boolean => type.startsWith('xstate.error.actor');

/** Null where the tables are to be used, for now or always. */
function codeFor(frame: StepFrame, selection: Selection, type: string): MacrostepCode | null {
  const { generator } = frame.program;
  if (generator === null || selection.uses++ < generator.patience || isError(type)) return null;
  selection.code = generator.codeFor(frame, selection, type);
  if (selection.code === null) selection.uses = Number.NEGATIVE_INFINITY;
  return selection.code;
}

const selectionFor = ({ program, configuration }: Frame, event: AnyEvent): Selection =>
  program.selectionFor(configuration, event.type);

/** Only pure functions go on from a snapshot that is done: its states are left once more. */
function stepAfterEnd(frame: Frame, event: AnyEvent): readonly TransitionCode[] {
  const { program, configuration, context, history } = frame;
  const taken = select(selectionFor(frame, event), configuration, context, event);
  if (taken.length > 0) runPlan(frame, program.planAfterEnd(configuration, taken, history), event);
  return taken;
}

/** Events that no transition is asked for; the one that may not be sent is refused. */
function isOwn(event: AnyEvent): boolean {
  refuseWildcardEvent(event);
  return event.type === 'xstate.stop' || event.type === 'xstate.init';
}

function ended(
  frame: StepFrame,
  event: AnyEvent,
  status: 'stopped' | 'error',
  error: unknown,
): void {
  stopAll(frame, event);
  frame.status = status;
  if (status === 'error') frame.error = error;
  frame.changes++;
  report(frame, event, nothing);
}

/**
 * Goes on until nothing moves any more; then the children of a machine that is done are stopped. `asked`: eventless
 * transitions are asked for first. `from`: the number of the first microstep.
 */
export function settle(frame: StepFrame, first: AnyEvent, asked = true, from = 1): void {
  const { maxSteps } = frame.program;
  let event = first;
  let asks = asked;
  for (let steps = from; frame.status === 'active'; steps++) {
    if (steps > maxSteps) throw endless(maxSteps);
    if (frame.configuration.always === null && !frame.hasRaised) return;
    const before = frame.changes;
    const { configuration, history } = frame;
    const always = asks ? configuration.always : null;
    let taken = always === null ? nothing : step(frame, always, event);
    if (taken.length > 0) {
      asks = frame.changes !== before;
      if (taken.length > 1 && frame.host.isWatched) {
        taken = frame.program.withoutConflicts(configuration, taken, history);
      }
    } else {
      const raised = frame.hasRaised ? frame.nextRaised() : undefined;
      if (raised === undefined) return;
      event = raised;
      taken = step(frame, frame.program.selectionFor(frame.configuration, event.type), event);
      asks = true;
    }
    report(frame, event, taken);
  }
  const { family, changes } = frame;
  stopAll(frame, event);
  frame.family = family;
  frame.changes = changes;
}

function endless(maxSteps: number): Error {
  return new Error(
    `Infinite loop detected: the machine has processed more than ${maxSteps} microsteps without reaching a stable state. This usually happens when there's a cycle of transitions (e.g., eventless transitions or raised events causing state A -> B -> C -> A).`,
  );
}

/** Selects and takes; what was taken. */
function step(frame: Frame, selection: Selection, event: AnyEvent): readonly TransitionCode[] {
  if (selection.choices.length === 0) return nothing;
  const code = selection.step ?? stepFor(frame, selection);
  if (code !== null) return code(frame, event);
  const taken = select(selection, frame.configuration, frame.context, event);
  return taken.length === 0 ? taken : take(frame, taken, event);
}

/** Null where the tables are to ask the guards, for now or always. */
function stepFor({ program, configuration }: Frame, selection: Selection): StepCode | null {
  const { generator } = program;
  if (generator === null || selection.asked++ < generator.patience) return null;
  selection.step = generator.stepFor(configuration, selection);
  if (selection.step === null) selection.asked = Number.NEGATIVE_INFINITY;
  return selection.step;
}

/** Takes transitions that were selected; without those that others make impossible. */
export function take(
  frame: Frame,
  taken: readonly TransitionCode[],
  event: AnyEvent,
): readonly TransitionCode[] {
  runPlan(frame, frame.program.planFor(frame.configuration, taken, frame.history), event);
  return taken;
}

export function runPlan(frame: Frame, plan: Plan, event: AnyEvent): void {
  frame.direct = frame.host.isDirect;
  plan.uses += 1;
  for (const block of plan.blocks) runBlock(frame, block, event);
  arrive(frame, plan);
}

/** Goes on with a plan after so many of its blocks and of the next one's actions. */
export function resumePlan(
  frame: Frame,
  plan: Plan,
  block: number,
  action: number,
  event: AnyEvent,
): void {
  frame.direct = frame.host.isDirect;
  const [first, ...others] = plan.blocks.slice(block);
  if (first !== undefined)
    runBlock(frame, { ...first, actions: first.actions.slice(action) }, event);
  for (const each of others) runBlock(frame, each, event);
  arrive(frame, plan);
}

/** The states are entered, whose actions are done. */
export function arrive(frame: Frame, { changes, next, recorded, failure }: Plan): void {
  if (failure !== null) throw failure.error;
  if (!changes) return;
  frame.configuration = next;
  if (recorded !== null) frame.history = { ...frame.history, ...Object.fromEntries(recorded) };
  frame.changes++;
}

export function runBlock(frame: Frame, block: Block, event: AnyEvent): void {
  const invoking: Invoking | null =
    block.invoked === null ? null : { ids: block.invoked, sends: [] };
  performAll(frame, block.actions, event, invoking);
  if (invoking !== null) {
    for (const sent of invoking.sends) sent.to = frame.family.get(sent.to as string);
  }
  if (block.endings !== null) for (const ending of block.endings) end(frame, ending, event);
}

export function end(frame: Frame, ending: Ending, event: AnyEvent): void {
  if (ending.kind === 'state') {
    const output = outputOf(frame, ending.output, event);
    frame.raise({ type: ending.type, output } as AnyEvent);
    return;
  }
  const { root } = frame.program.source;
  frame.status = 'done';
  frame.output = undefined;
  frame.changes++;
  if (root.output === undefined) return;
  const { by } = ending;
  const given =
    by.output !== undefined && by.parent !== undefined
      ? outputOf(frame, by.output, event)
      : undefined;
  const done = { type: ending.type, output: given };
  frame.output = outputOf(frame, root.output, done);
}

function outputOf(frame: Frame, output: unknown, event: AnyEvent): unknown {
  if (isFunction(output)) return output({ context: frame.context, event, self: frame.self });
  warnOfMappedOutput(output);
  return output;
}

/** Tells inspectors of the microstep. */
export function report(frame: StepFrame, event: AnyEvent, taken: readonly TransitionCode[]): void {
  if (!frame.host.isWatched) return;
  frame.system._sendInspectionEvent({
    type: '@xstate.microstep',
    actorRef: frame.self,
    event,
    snapshot: frame.snapshot(),
    _transitions: taken.map(({ definition }) => definition),
  });
}
