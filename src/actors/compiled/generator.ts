/**
 * Generates one function for a configuration and an event: guards in their order, for each set of transitions that
 * is taken its actions, with contexts as literals, and what follows until nothing moves any more.
 *
 * Y1 What it makes is what the tables would: it hands over to them wherever something is not as it was
 *    when the code was made (another shape of the context, somebody who looks on, a history).
 */
import type {
  CodeGenerator,
  Configuration,
  Frame,
  MacrostepCode,
  Program,
  Selection,
  StepCode,
} from './model.ts';
import { Shape, isLiteralKey, isPlain } from './context-shape.ts';
import { runPlan, take } from './macrostep.ts';
import { MacrostepWriter } from './macrostep-writer.ts';
import { SelectionWriter } from './selection-writer.ts';
import { SourceWriter } from './source-writer.ts';

export class StepGenerator implements CodeGenerator {
  readonly #program: Program;
  /** How often something happens before there is code for it. */
  readonly patience: number;
  readonly #shapes = new Map<string, Shape>();

  constructor(program: Program, patience: number) {
    this.#program = program;
    this.patience = patience;
  }

  /** Null where the tables are to be used. */
  codeFor(frame: Frame, selection: Selection, eventType: string): MacrostepCode | null {
    const shape = frame.shape ?? this.shapeOf(frame.context);
    if (shape === null) return null;
    const { configuration } = frame;
    const writesAll = this.patience === 0;
    const writer = new MacrostepWriter(this.#program, configuration, selection, shape, writesAll);
    return writer.write(eventType);
  }

  /** Null where there are too many ways. */
  stepFor(configuration: Configuration, selection: Selection): StepCode | null {
    const program = this.#program;
    const writer = new SourceWriter();
    const selecting = new SelectionWriter(writer, program, configuration, selection, 'event');
    if (selecting.isTooWide) return null;
    if (program.reusesContexts) writer.line('const asked = w.argumentsFor(event);');
    selecting.write((taken) => {
      const list = writer.value(taken);
      if (taken.length > 0 && program.hasFixedPlan(configuration, taken)) {
        const plan = writer.value(program.planFor(configuration, taken, {}));
        writer.line(`${writer.value(runPlan)}(w, ${plan}, event);`);
      } else if (taken.length > 0) writer.line(`${writer.value(take)}(w, ${list}, event);`);
      writer.line(`return ${list};`);
    });
    return writer.finish('w, event', `${program.machine.id}_step`) as StepCode;
  }

  /** Null for a context that no literal can be made for. */
  shapeOf(context: unknown): Shape | null {
    if (typeof context !== 'object' || context === null || !isPlain(context)) return null;
    return this.shapeWith(Object.keys(context));
  }

  shapeWith(keys: readonly string[]): Shape | null {
    if (!keys.every(isLiteralKey)) return null;
    const name = JSON.stringify(keys);
    let shape = this.#shapes.get(name);
    if (shape === undefined) {
      const writer = new SourceWriter();
      const fields = keys.map((key) => `${JSON.stringify(key)}: c[${JSON.stringify(key)}]`);
      writer.line(`return {${fields.join(', ')}};`);
      shape = new Shape(keys, writer.finish('c') as Shape['copy']);
      this.#shapes.set(name, shape);
    }
    return shape;
  }
}
