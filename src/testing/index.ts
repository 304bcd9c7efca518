/** The entry point `netrun/testing`: flows tested as machines, with any test runner. */
export { HeldClock } from '../runtime/time/clock.ts';
export type { Clock } from '../runtime/time/clock.ts';
