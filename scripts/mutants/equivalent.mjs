/**
 * Mutants that no test can catch, with the reason: what they change makes no difference.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const equivalent = {};
