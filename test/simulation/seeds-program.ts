/** A program that simulates seeds: its arguments are the engine, the first of them, and how many there are. */
import { engineOf } from '../../src/runtime/kernel/engines.ts';
import { expectSeeds } from './seeds.ts';

const [, , engine, first = '', count = ''] = process.argv;
const { name } = engineOf();
if (name !== engine) throw new Error(`this program runs on the ${name} engine, not on ${engine}`);
await expectSeeds(Number(first), Number(count));
