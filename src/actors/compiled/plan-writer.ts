/**
 * Writes what a plan does as statements: the author's functions called directly, contexts as literals.
 *
 * W1 The context is in a variable, and in the frame wherever something else than written code looks.
 * W2 Where the context is found in another shape than the code was written for, the tables go on from there.
 */
import type { Frame, Plan, Program } from './model.ts';
import type { ActionCode, ActionOf } from './action-code.ts';
import { AssignArguments } from './assign-arguments.ts';
import type { Shape } from './context-shape.ts';
import type { Params } from './guard-code.ts';
import { Effect } from './host.ts';
import { end, resumePlan, runBlock } from './macrostep.ts';
import { Merge } from './merge.ts';
import { perform, receiver } from './perform.ts';
import type { SourceWriter } from './source-writer.ts';
import { isFunction } from './source.ts';

export class PlanWriter {
  readonly #writer: SourceWriter;
  readonly #program: Program;
  readonly #plan: Plan;
  readonly #taken: string;
  #shape: Shape;
  /** The variables that hold the context, and the arguments of actions for it once they were needed. */
  #context = '';
  #args: string | null = null;
  #place = { block: 0, action: 0 };

  constructor(
    writer: SourceWriter,
    program: Program,
    plan: Plan,
    shape: Shape,
    /** What the function returns, as text. */
    taken: string,
  ) {
    this.#writer = writer;
    this.#program = program;
    this.#plan = plan;
    this.#shape = shape;
    this.#taken = taken;
  }

  /** `tables`: statements that do it all by the tables. */
  write(tables: string): void {
    const { blocks } = this.#plan;
    if (blocks.length > 0) {
      const fits = this.#writer.value(adopt);
      const shape = this.#writer.value(this.#shape);
      this.#writer.line(`if (w.shape !== ${shape} && !${fits}(w, ${shape})) { ${tables} }`);
      this.#load();
    }
    for (const [at, block] of blocks.entries()) {
      if (block.invoked !== null) {
        this.#place = { block: at + 1, action: 0 };
        this.#leave(`${this.#writer.value(runBlock)}(w, ${this.#writer.value(block)}, event);`);
        continue;
      }
      for (const [index, action] of block.actions.entries()) {
        this.#place = { block: at, action: index + 1 };
        this.#action(action);
      }
      for (const ending of block.endings ?? []) {
        this.#writer.line(`${this.#writer.value(end)}(w, ${this.#writer.value(ending)}, event);`);
      }
    }
    this.#arrive();
  }

  #arrive(): void {
    const { changes, next, recorded } = this.#plan;
    if (!changes) return;
    this.#writer.line(`w.configuration = ${this.#writer.value(next)}; w.changes++;`);
    if (recorded === null) return;
    const past = this.#writer.value(Object.fromEntries(recorded));
    this.#writer.line(`w.history = { ...w.history, ...${past} };`);
  }

  /** The context from the frame into a variable. */
  #load(): void {
    this.#context = this.#writer.variable();
    this.#writer.line(`let ${this.#context} = w.context;`);
    this.#args = this.#program.reusesContexts ? 'asked' : null;
  }

  /** Something that may do anything with the frame; afterwards the context has to be found as expected. */
  #leave(statement: string): void {
    const shape = this.#writer.value(this.#shape);
    const fits = this.#writer.value(adopt);
    const { block, action } = this.#place;
    const resume = this.#writer.value(resumePlan);
    const rest = `${resume}(w, ${this.#writer.value(this.#plan)}, ${block}, ${action}, event)`;
    this.#writer.line(statement);
    this.#writer.line(
      `if (w.shape !== ${shape} && !${fits}(w, ${shape})) { ${rest}; return ${this.#taken}; }`,
    );
    this.#load();
    if (this.#program.reusesContexts) this.#writer.line(`asked.context = ${this.#context};`);
  }

  #arguments(): string {
    if (this.#args === null) {
      this.#args = this.#writer.variable();
      const made = `{ context: ${this.#context}, event, self: w.self, system: w.system }`;
      this.#writer.line(`const ${this.#args} = ${made};`);
    }
    return this.#args;
  }

  #params(params: Params): string {
    if (params.kind === 'none') return 'undefined';
    if (params.kind === 'given') return this.#writer.value(params.value);
    const given = this.#program.reusesContexts ? 'asked' : `{ context: ${this.#context}, event }`;
    return `${this.#writer.value(params.from)}(${given})`;
  }

  /** What a value or the function that gives it comes to, in a variable or as it is. */
  #resolved(value: unknown, params: string): string {
    if (!isFunction(value)) return this.#writer.value(value);
    const name = this.#writer.variable();
    const args = this.#arguments();
    this.#writer.line(`const ${name} = ${this.#writer.value(value)}(${args}, ${params});`);
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
        this.#writer.line(`w.host.later(${Effect.emit}, ${event}, undefined);`);
        return;
      }
      case 'raise':
        if (action.delay === undefined && typeof action.event !== 'string') {
          const event = this.#resolved(action.event, this.#heldParams(action.params));
          this.#writer.line(`w.raise(${event});`);
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
    const text = `${this.#writer.value(perform)}(w, ${this.#writer.value(action)}, event, null);`;
    this.#leave(text);
  }

  #call({ run, params }: ActionOf<'call'>): void {
    const held = this.#heldParams(params);
    if (run === undefined) return;
    this.#writer.line(`${this.#writer.value(run)}(${this.#arguments()}, ${held});`);
  }

  #send({ to, event, params }: ActionOf<'sendTo'>): void {
    const held = this.#heldParams(params);
    const sent = this.#resolved(event, held);
    const find = this.#writer.value(receiver);
    const target = this.#writer.variable();
    if (typeof to === 'string') {
      this.#writer.line(`const ${target} = ${find}(w, ${this.#writer.value(to)}, null);`);
    } else {
      const given = this.#resolved(to, held);
      this.#writer.line(
        `const ${target} = typeof ${given} === 'string' ? ${find}(w, ${given}, null) : ${given} || w.self;`,
      );
    }
    this.#writer.line(`w.host.later(${Effect.relay}, ${target}, ${sent});`);
  }

  #assign({ assignment, params }: ActionOf<'assign'>): void {
    const held = this.#heldParams(params);
    if (this.#program.reusesContexts) {
      this.#change(assignment, held);
      return;
    }
    const args = this.#writer.variable();
    this.#writer.line(`const ${args} = new ${this.#writer.value(AssignArguments)}(w, event);`);
    const next = this.#writer.variable();
    if (isFunction(assignment)) {
      const merge = new Merge(this.#shape, (keys) => this.#program.shapeWith(keys));
      const partial = `${this.#writer.value(assignment)}(${args}, ${held})`;
      this.#writer.line(
        `const ${next} = ${this.#writer.value(merge)}.merge(w, ${this.#context}, ${partial});`,
      );
      this.#writer.line(`w.context = ${next}; w.changes++; ${args}.settle();`);
      this.#leave('');
      return;
    }
    const given = this.#values(assignment, args, held);
    const keys = [...new Set([...this.#shape.keys, ...given.keys()])];
    const shape = this.#program.shapeWith(keys);
    this.#writer.line(`const ${next} = ${this.#literal(keys, given)};`);
    this.#writer.line(`w.context = ${next}; w.changes++; ${args}.settle();`);
    if (shape !== null && shape !== this.#shape) {
      this.#shape = shape;
      this.#writer.line(`w.shape = ${this.#writer.value(shape)};`);
    }
    this.#context = next;
    this.#args = null;
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
        given.set(key, this.#writer.value(value));
        continue;
      }
      const name = this.#writer.variable();
      this.#writer.line(`const ${name} = ${this.#writer.value(value)}(${args}, ${held});`);
      given.set(key, name);
    }
    return given;
  }

  /** A context with these keys: as given, or as it was. */
  #literal(keys: readonly string[], given: ReadonlyMap<string, string>): string {
    const fields = keys.map((key) => {
      const text = JSON.stringify(key);
      return `${text}: ${given.get(key) ?? `${this.#context}[${text}]`}`;
    });
    return `{ ${fields.join(', ')} }`;
  }

  /** Changes the context where it is, or the copy that is made of one that somebody may keep. */
  #change(assignment: ActionOf<'assign'>['assignment'], held: string): void {
    const args = this.#arguments();
    const writer = this.#writer;
    if (isFunction(assignment)) {
      const partial = `${writer.value(assignment)}(${args}, ${held})`;
      writer.line(
        `${writer.value(changeAll)}(w, ${writer.value(this.#shape)}, ${args}, ${partial});`,
      );
      writer.line(`${this.#context} = w.context; w.changes++; ${args}.settle();`);
      return;
    }
    const given = this.#values(assignment, args, held);
    const copy = this.#literal(this.#shape.keys, given);
    const changed = [...given].map(
      ([key, text]) => `${this.#context}[${JSON.stringify(key)}] = ${text};`,
    );
    writer.line(
      `if (w.shared) { ${this.#context} = ${copy}; w.context = ${this.#context}; w.shared = false; ${args}.context = ${this.#context}; } else { ${changed.join(' ')} }`,
    );
    writer.line(`w.changes++; ${args}.settle();`);
  }
}

/** As an assignment whose function returned several keys. */
function changeAll(
  frame: Frame,
  shape: Shape,
  args: { context: unknown },
  partial: Readonly<Record<string, unknown>>,
): void {
  if (frame.shared) {
    frame.context = shape.copy(frame.context as object);
    frame.shared = false;
    args.context = frame.context;
  }
  const context = frame.context as Record<string, unknown>;
  for (const key in partial) context[key] = partial[key];
}

/** Takes the shape for the frame's context, where it has it. */
function adopt(frame: { context: unknown; shape: Shape | null }, shape: Shape): boolean {
  if (frame.shape !== null || !shape.fits(frame.context)) return false;
  frame.shape = shape;
  return true;
}
