/** The steps of a packet's way in words. */
import type { PacketTrace, TraceStep } from '../../../src/runtime/explain/packet-trace.ts';
import type { Tone } from '../../store/tones.ts';
import { placeWords } from '../../words/places.ts';

export interface WayStep {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly text: string;
  readonly tone: Tone;
  /** After the instant that is shown. */
  readonly isLater: boolean;
}

function textOf({ event, from, to }: TraceStep, maker: PacketTrace['maker']): string {
  const place = (where: TraceStep['to']): string => (where === null ? '' : placeWords(where));
  switch (event) {
    case 'PacketCreated':
      if (to !== null) return `made at ${place(to)}`;
      return maker === null ? 'made outside' : `made in ${maker.epoch} ${maker.node}`;
    case 'PacketMoved':
      return place(to);
    case 'PacketConsumed':
      return from === null ? 'consumed' : `consumed, ${place(from)}`;
    case 'PacketDestroyed':
      return from === null ? 'destroyed' : `destroyed, ${place(from)}`;
    default:
      return event satisfies never;
  }
}

const tones: Readonly<Record<TraceStep['event'], Tone>> = {
  PacketCreated: 'running',
  PacketMoved: 'waiting',
  PacketConsumed: 'done',
  PacketDestroyed: 'failed',
};

/** `at`: the instant shown; null = now. */
export function stepsOf({ steps, maker }: PacketTrace, at: number | null): readonly WayStep[] {
  return steps.map((step) => ({
    seq: step.seq,
    time: Date.parse(step.at),
    text: textOf(step, maker),
    tone: tones[step.event],
    isLater: at !== null && step.seq > at,
  }));
}
