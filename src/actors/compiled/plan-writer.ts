/**
 * Writes what a plan does as statements: the author's functions called directly, contexts as literals.
 *
 * W1 The context is in a variable, and in the frame wherever something else than written code looks.
 * W2 Where the context is found in another shape than the code was written for, or an event of another type is
 *    raised, the tables go on from there.
 */
import type { Frame, Plan, Program } from './model.ts';
import type { ActionCode, ActionOf } from './action-code.ts';
import { AssignArguments } from './assign-arguments.ts';
import type { Shape } from './context-shape.ts';
import type { Params } from './guard-code.ts';
import { end, resumePlan, runBlock } from './macrostep.ts';
import { Merge } from './merge.ts';
import { perform, receiver } from './perform.ts';
import type { Place } from './place.ts';
import type { SourceWriter } from './source-writer.ts';
import { isFunction } from './source.ts';

/** Writes what is done where the tables go on: these statements first. */
export type GoOn = (place: Place, statements: string) => void;

export class PlanWriter {
  readonly #writer: SourceWriter;
  readonly #program: Program;
  readonly #plan: Plan;
  readonly #place: Place;
  readonly #goOn: GoOn;
  /** What comes next in the plan. */
  #next = { block: 0, action: 0 };

  /** `place` is where the plan begins, and where it ends once it is written. */
  constructor(writer: SourceWriter, program: Program, plan: Plan, place: Place, goOn: GoOn) {
    this.#writer = writer;
    this.#program = program;
    this.#plan = plan;
    this.#place = place;
    this.#goOn = goOn;
  }

  /** `tables`: statements that do it all by the tables. */
  write(tables: string): void {
    const { blocks } = this.#plan;
    if (blocks.length > 0 && this.#place.context === '') this.#load(tables);
    for (const [at, block] of blocks.entries()) {
      if (block.invoked !== null) {
        this.#next = { block: at + 1, action: 0 };
        this.#leave(`${this.#value(runBlock)}(w, ${this.#value(block)}, ${this.#place.event});`);
        continue;
      }
      for (const [index, action] of block.actions.entries()) {
        this.#next = { block: at, action: index + 1 };
        this.#action(action);
      }
      for (const ending of block.endings ?? []) {
        if (ending.kind === 'state') this.#place.putDown(this.#writer);
        this.#writer.line(`${this.#value(end)}(w, ${this.#value(ending)}, ${this.#place.event});`);
      }
    }
    this.#arrive();
  }

  #value(value: unknown): string {
    return this.#writer.value(value);
  }

  #arrive(): void {
    const { changes, next, recorded } = this.#plan;
    if (!changes) return;
    this.#writer.line(`w.configuration = ${this.#value(next)}; w.changes++;`);
    if (recorded === null) return;
    const past = this.#value(Object.fromEntries(recorded));
    this.#writer.line(`w.history = { ...w.history, ...${past} };`);
  }

  /** The context from the frame into a variable; these statements where it has another shape. */
  #load(otherwise: string): void {
    const shape = this.#value(this.#place.shape);
    this.#writer.line(`if (w.shape !== ${shape} && !${this.#value(adopt)}(w, ${shape})) {`);
    this.#goOn(this.#place, otherwise);
    this.#writer.line('}');
    this.#place.context = this.#writer.variable();
    this.#place.args = this.#program.reusesContexts ? 'asked' : null;
    this.#writer.line(`let ${this.#place.context} = w.context;`);
  }

  /** The tables go on with the rest of the plan. */
  #rest(): string {
    const { block, action } = this.#next;
    const plan = this.#value(this.#plan);
    return `${this.#value(resumePlan)}(w, ${plan}, ${block}, ${action}, ${this.#place.event});`;
  }

  /** Something that may do anything with the frame; afterwards the context has to be found as expected. */
  #leave(statement: string): void {
    this.#place.putDown(this.#writer);
    this.#writer.line(`w.direct = true; ${statement}`);
    this.#load(this.#rest());
    if (this.#program.reusesContexts)
      this.#writer.line(
        `asked.context = ${this.#place.context}; asked.event = ${this.#place.event};`,
      );
  }

  #arguments(): string {
    const place = this.#place;
    if (place.args === null) {
      place.args = this.#writer.variable();
      const made = `{ context: ${place.context}, event: ${place.event}, self: w.self, system: w.system }`;
      this.#writer.line(`const ${place.args} = ${made};`);
    }
    return place.args;
  }

  #params(params: Params): string {
    if (params.kind === 'none') return 'undefined';
    if (params.kind === 'given') return this.#value(params.value);
    const { context, event } = this.#place;
    const given = this.#program.reusesContexts
      ? 'asked'
      : `{ context: ${context}, event: ${event} }`;
    return `${this.#value(params.from)}(${given})`;
  }

  /** What a value or the function that gives it comes to, in a variable or as it is. */
  #resolved(value: unknown, params: string): string {
    if (!isFunction(value)) return this.#value(value);
    const name = this.#writer.variable();
    const args = this.#arguments();
    this.#writer.line(`const ${name} = ${this.#value(value)}(${args}, ${params});`);
    return name;
  }

  /** Parameters are worked out before anything of the action is. */
  #heldParams(params: Params): string {
    if (params.kind !== 'computed') return this.#params(params);
    const name = this.#writer.variable();
    this.#writer.line(`const ${name} = ${this.#params(params)};`);
    return name;
  }

  #action(action: ActionCode): void {
    switch (action.kind) {
      case 'call':
        this.#call(action);
        return;
      case 'assign':
        this.#assign(action);
        return;
      case 'emit': {
        const event = this.#resolved(action.event, this.#heldParams(action.params));
        this.#place.hold(this.#writer, null, event);
        return;
      }
      case 'raise':
        if (action.delay === undefined && typeof action.event !== 'string') {
          this.#raise(action);
          return;
        }
        break;
      case 'sendTo':
        if (action.delay === undefined && typeof action.event !== 'string') {
          this.#send(action);
          return;
        }
        break;
      default:
    }
    const { event } = this.#place;
    this.#leave(`${this.#value(perform)}(w, ${this.#value(action)}, ${event}, null);`);
  }

  #call({ run, params }: ActionOf<'call'>): void {
    const held = this.#heldParams(params);
    if (run === undefined) return;
    this.#writer.line(`${this.#value(run)}(${this.#arguments()}, ${held});`);
    // It may have brought somebody who looks on.
    this.#writer.line('if (w.host.isWatched) {');
    this.#goOn(this.#place, this.#rest());
    this.#writer.line('}');
  }

  /** An event whose type is not known beforehand is expected to be of the type that it was until now. */
  #raise(action: ActionOf<'raise'>): void {
    const place = this.#place;
    const event = this.#resolved(action.event, this.#heldParams(action.params));
    const type = isFunction(action.event)
      ? action.lastType
      : (action.event as { readonly type: string }).type;
    if (place.effects === null || type === null) {
      place.putDown(this.#writer);
      this.#writer.line(`w.raise(${event});`);
      return;
    }
    if (isFunction(action.event)) {
      this.#writer.line(`if (${event}.type !== ${JSON.stringify(type)}) {`);
      this.#goOn(place, `w.raise(${event}); ${this.#rest()}`);
      this.#writer.line('}');
    }
    place.raised = [...place.raised, { event, type }];
  }

  #send({ to, event, params }: ActionOf<'sendTo'>): void {
    const held = this.#heldParams(params);
    const sent = this.#resolved(event, held);
    const find = this.#value(receiver);
    const target = this.#writer.variable();
    if (typeof to === 'string') {
      this.#writer.line(`const ${target} = ${find}(w, ${this.#value(to)}, null);`);
    } else {
      const given = this.#resolved(to, held);
      this.#writer.line(
        `const ${target} = typeof ${given} === 'string' ? ${find}(w, ${given}, null) : ${given} || w.self;`,
      );
    }
    this.#place.hold(this.#writer, target, sent);
  }

  #assign({ assignment, params }: ActionOf<'assign'>): void {
    const place = this.#place;
    const held = this.#heldParams(params);
    if (this.#program.reusesContexts) {
      this.#change(assignment, held);
      return;
    }
    const args = this.#writer.variable();
    const made = `new ${this.#value(AssignArguments)}(w, ${place.event})`;
    this.#writer.line(`const ${args} = ${made};`);
    const next = this.#writer.variable();
    if (isFunction(assignment)) {
      const merge = new Merge(place.shape, (keys) => this.#program.shapeWith(keys));
      const partial = `${this.#value(assignment)}(${args}, ${held})`;
      this.#writer.line(
        `const ${next} = ${this.#value(merge)}.merge(w, ${place.context}, ${partial});`,
      );
      this.#writer.line(`w.context = ${next}; w.changes++;`);
      this.#settleSpawned(args);
      this.#load(this.#rest());
      return;
    }
    const given = this.#values(assignment, args, held);
    const keys = [...new Set([...place.shape.keys, ...given.keys()])];
    const shape = this.#program.shapeWith(keys);
    this.#writer.line(`const ${next} = ${this.#literal(keys, given)};`);
    this.#writer.line(`w.context = ${next}; w.changes++;`);
    if (shape !== null && shape !== place.shape) {
      place.shape = shape;
      this.#writer.line(`w.shape = ${this.#value(shape)};`);
    }
    this.#settleSpawned(args);
    place.context = next;
    place.args = null;
  }

  /** What each key is given, as text. */
  #values(
    assignment: Readonly<Record<string, unknown>>,
    args: string,
    held: string,
  ): ReadonlyMap<string, string> {
    const given = new Map<string, string>();
    for (const [key, value] of Object.entries(assignment)) {
      if (!isFunction(value)) {
        given.set(key, this.#value(value));
        continue;
      }
      const name = this.#writer.variable();
      this.#writer.line(`const ${name} = ${this.#value(value)}(${args}, ${held});`);
      given.set(key, name);
    }
    return given;
  }

  /** A context with these keys: as given, or as it was. */
  #literal(keys: readonly string[], given: ReadonlyMap<string, string>): string {
    const fields = keys.map((key) => {
      const text = JSON.stringify(key);
      return `${text}: ${given.get(key) ?? `${this.#place.context}[${text}]`}`;
    });
    return `{ ${fields.join(', ')} }`;
  }

  /** Changes the context where it is, or the copy that is made of one that somebody may keep. */
  #change(assignment: ActionOf<'assign'>['assignment'], held: string): void {
    const args = this.#arguments();
    const writer = this.#writer;
    const place = this.#place;
    const { context } = place;
    const copied = `${context} = ${this.#value(copyContext)}(w, ${this.#value(place.shape)}, ${args});`;
    if (isFunction(assignment)) {
      const partial = writer.variable();
      writer.line(`const ${partial} = ${this.#value(assignment)}(${args}, ${held});`);
      writer.line(`if (w.shared) ${copied}`);
      writer.line(`${this.#value(changeAll)}(${context}, ${partial});`);
    } else {
      const given = this.#values(assignment, args, held);
      writer.line(`if (w.shared) ${copied}`);
      for (const [key, text] of given) writer.line(`${context}[${JSON.stringify(key)}] = ${text};`);
    }
    writer.line('w.changes++;');
    this.#settleSpawned(args);
  }

  /** Where actors were spawned the tables go on. */
  #settleSpawned(args: string): void {
    this.#writer.line(`if (${args}.hasSpawned) {`);
    this.#goOn(this.#place, `${args}.settle(); ${this.#rest()}`);
    this.#writer.line('}');
  }
}

/** A context that nobody else has. */
function copyContext(frame: Frame, shape: Shape, args: { context: unknown }): object {
  const copy = shape.copy(frame.context as object);
  frame.context = copy;
  frame.shared = false;
  args.context = copy;
  return copy;
}

/** As an assignment whose function returned several keys. */
function changeAll(
  context: Record<string, unknown>,
  partial: Readonly<Record<string, unknown>>,
): void {
  for (const key in partial) context[key] = partial[key];
}

/** Takes the shape for the frame's context, where it has it. */
function adopt(frame: { context: unknown; shape: Shape | null }, shape: Shape): boolean {
  if (frame.shape !== null || !shape.fits(frame.context)) return false;
  frame.shape = shape;
  return true;
}
