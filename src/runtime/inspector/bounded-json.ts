/** JSON that came from a run, cut to a bounded size and without what is secret. */
import type { BlockExplanation } from '../explain/explanation.ts';
import { Redaction } from './value-text.ts';

/** Items of one list, and characters of one text. */
const maxItems = 100;
const maxChars = 4000;
const maxDepth = 12;

/** Parts of one document. */
const maxParts = 5000;

class Cutter {
  readonly #redaction: Redaction;
  #parts = 0;

  constructor(redaction: Redaction) {
    this.#redaction = redaction;
  }

  cut(value: unknown, depth: number): unknown {
    this.#parts += 1;
    if (typeof value === 'string')
      return value.length > maxChars ? `${value.slice(0, maxChars)}…` : value;
    if (typeof value !== 'object' || value === null) return value;
    if (depth > maxDepth || this.#parts > maxParts) return '…';
    if (Array.isArray(value)) return this.#list(value, depth);
    const parts = Object.entries(value).map(([key, part]) => [
      key,
      this.#redaction.hides(key) ? '[redacted]' : this.cut(part, depth + 1),
    ]);
    return Object.fromEntries(parts) as unknown;
  }

  #list(list: readonly unknown[], depth: number): unknown[] {
    const shown = list.slice(0, maxItems).map((item) => this.cut(item, depth + 1));
    if (list.length > maxItems) shown.push(`… and ${list.length - maxItems} more`);
    return shown;
  }
}

/** The document, its long lists and texts cut. It must be plain JSON. */
export function boundedJson<T>(document: T, redaction: Redaction): T {
  return new Cutter(redaction).cut(document, 0) as T;
}

const nothingHidden = new Redaction([]);

/** Characters of an explanation as text. */
const explanationChars = 100_000;

/** An explanation whose lists of packets are cut, also in the first steps. */
export function boundedExplanation({
  nodes,
  firstSteps,
  text,
  ...rest
}: BlockExplanation): BlockExplanation {
  return {
    ...rest,
    nodes: nodes.map((node) => boundedJson(node, nothingHidden)),
    firstSteps: firstSteps.map((step) => boundedJson(step, nothingHidden)),
    text: text.slice(0, explanationChars),
  };
}
