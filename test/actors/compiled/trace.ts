/**
 * What happened in a run, in its order: what functions of the machine saw, what observers were told.
 *
 * Invariants:
 *  T1  Whatever the machine's own functions see costs fuel, and throws when it is used up: no machine
 *      runs for ever, and both engines stop at the same place.
 *  T2  Entries are compared as text: errors by their message (what JavaScript itself throws by its name), actors by id, session ids by the order
 *      in which they are first met, functions as such, nothing left out because it is undefined.
 */
const fuelOfRun = 120;

export class Trace {
  readonly #entries: unknown[][] = [];
  #fuel = fuelOfRun;
  #metered = true;

  /** By a function of the machine. */
  see(...entry: unknown[]): void {
    this.#entries.push(entry);
    if (!this.#metered) return;
    this.#fuel -= 1;
    if (this.#fuel < 0) throw new Error('out of fuel');
  }

  /** By an observer. */
  put(...entry: unknown[]): void {
    this.#entries.push(entry);
  }

  /** What is asked of a snapshot from outside is recorded, and costs nothing. */
  unmetered<T>(ask: () => T): T {
    const before = this.#metered;
    this.#metered = false;
    try {
      return ask();
    } finally {
      this.#metered = before;
    }
  }

  lines(): string[] {
    const sessions = new Map<string, string>();
    const named = (id: string): string => {
      const known = sessions.get(id) ?? `session ${sessions.size}`;
      sessions.set(id, known);
      return known;
    };
    return this.#entries.map((entry) => asText(entry).replaceAll(/x:\d+/g, named));
  }
}

function asText(value: unknown): string {
  return JSON.stringify(value, plain);
}

function plain(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (value === undefined) return '<undefined>';
  if (typeof value === 'function') return '<function>';
  if (value instanceof TypeError) return { error: 'TypeError' };
  if (value instanceof Error) return { error: value.message };
  const own = this[key];
  if (isStateNode(own)) return `#${own.id}`;
  if (value instanceof Set) return [...value];
  return value;
}

function isStateNode(value: unknown): value is { id: string } {
  return typeof value === 'object' && value !== null && 'order' in value && 'machine' in value;
}
