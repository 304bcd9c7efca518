/** The engine where nothing is said: alone in its file, so that the tests can run with the other one. */
import type { Engine } from '../../actors/engine.ts';

export const defaultEngine: Engine['name'] = 'compiled';
