/** The ways that a machine can be run, side by side: XState's own comes first. */
import {
  type AnyStateMachine,
  type InspectionEvent,
  type SimulatedClock,
  createActor as createXstateActor,
} from 'xstate';
import { compileMachine, createActor } from '../../../src/actors/compiled/compile-machine.ts';

export interface Subject {
  start(): unknown;
  send(event: { type: string }): void;
  getSnapshot(): unknown;
  subscribe(observer: { error(error: unknown): void }): unknown;
}

export type Make = (
  machine: AnyStateMachine,
  options?: {
    clock?: SimulatedClock;
    inspect?: (event: InspectionEvent) => void;
    devTools?: (actor: object) => void;
    systemId?: string;
    snapshot?: unknown;
  },
) => Subject;

export const ways: readonly (readonly [name: string, make: Make])[] = [
  ['XState', (machine, options) => createXstateActor(machine, options as never)],
  [
    'compiled to tables',
    (machine, options) =>
      createActor(compileMachine(machine, { codegen: false }), options as never),
  ],
  [
    'compiled to code',
    (machine, options) => createActor(compileMachine(machine, { codegen: true }), options as never),
  ],
  [
    'compiled, in an XState actor',
    (machine, options) => createXstateActor(compileMachine(machine), options as never),
  ],
];
