/** The engines that a kernel can run on, and the one it runs on where nothing is said. */
import { compiledEngine } from '../../actors/compiled-engine.ts';
import type { Engine } from '../../actors/engine.ts';
import { interpretedEngine } from '../../actors/xstate-engine.ts';
import { NetrunError } from '../../errors.ts';
import { defaultEngine } from './default-engine.ts';

const engines: Readonly<Record<Engine['name'], Engine>> = {
  compiled: compiledEngine,
  interpreted: interpretedEngine,
};

const engineNames: readonly string[] = Object.keys(engines);

/** Throws `ENGINE_UNAVAILABLE` for one that there is not. */
export function engineOf(name: Engine['name'] = defaultEngine): Engine {
  if (engineNames.includes(name)) return engines[name];
  throw new NetrunError(
    'ENGINE_UNAVAILABLE',
    `this version has no engine ${JSON.stringify(name)}`,
    {
      hint: `leave the option out, or use one of ${engineNames.map((one) => JSON.stringify(one)).join(', ')}`,
    },
  );
}
