/** The guarantees that every run keeps, and the error that says which of them is broken. */

/** What each guarantee says, as DESIGN.md numbers them. */
export const guarantees = {
  G1: 'a live packet is at one place',
  G2: 'packets leave a place in the order they came to it',
  G3: 'a rejected action changes nothing',
  G4: 'the same actions give the same history',
  G5: 'the history has what happened before anything follows from it',
  G6: 'after a crash nothing is lost and nothing is doubled',
  G7: 'what has ended takes no room',
  G8: 'every epoch ends in exactly one final state',
} as const;

export type Guarantee = keyof typeof guarantees;

/** A guarantee of netrun does not hold: a defect of netrun, not of the flow. */
export class GuaranteeBroken extends Error {
  override readonly name: string = 'GuaranteeBroken';
  readonly guarantee: Guarantee;

  constructor(guarantee: Guarantee, message: string) {
    super(`${guarantee} (${guarantees[guarantee]}): ${message}`);
    this.guarantee = guarantee;
  }
}

/** Throws GuaranteeBroken unless `holds`. */
export function hold(holds: boolean, guarantee: Guarantee, message: () => string): asserts holds {
  if (!holds) throw new GuaranteeBroken(guarantee, message());
}
