/** What is found where a guarantee is broken: stories that no kernel would tell. */
import { describe, expect, it } from 'vitest';
import type { Action, EpochId, KernelEvent, Location } from '../../../src/machines/action.ts';
import { FlowStory } from '../../../src/testing/simulation/flow-story.ts';

const port: Location = { type: 'InputPort', node: 'A', port: 'in' };
const edge: Location = { type: 'Edge', from: 'B.out', to: 'A.in' };
const within = (epoch: EpochId): Location => ({ type: 'Node', epoch });
const moved = (packet: `p${number}`, from: Location, to: Location): KernelEvent => ({
  event: 'PacketMoved',
  packet,
  from,
  to,
});
const outside: Location = { type: 'OutsideNet' };

/** A story of actions, each with its events. */
function told(...actions: readonly [type: Action['type'], ...events: KernelEvent[]][]): FlowStory {
  const story = new FlowStory();
  for (const [type, ...events] of actions) {
    const action = { type } as Action;
    story.take({ seq: 0, action, answer: { ok: true, events }, values: new Map() });
  }
  return story;
}

const made = (packet: `p${number}`): KernelEvent => ({ event: 'PacketCreated', packet });
const opened: KernelEvent = { event: 'EpochCreated', epoch: 'e1', node: 'A' };
const started: KernelEvent = { event: 'EpochStarted', epoch: 'e1' };
const finished: KernelEvent = { event: 'EpochFinished', epoch: 'e1' };

describe('a story that breaks', () => {
  it('G1: a packet leaves where it is not, is made twice, or comes back from its end', () => {
    expect(() => told(['CreatePacket', made('p1'), moved('p1', port, edge)])).toThrow(/^G1 /);
    expect(() => told(['CreatePacket', made('p1'), made('p1')])).toThrow(/^G1 /);
    const ended: KernelEvent = { event: 'PacketConsumed', packet: 'p1', from: outside };
    expect(() => told(['CreatePacket', made('p1'), ended], ['CreatePacket', made('p1')])).toThrow(
      /^G1 /,
    );
    expect(() => told(['ConsumePacket', ended])).toThrow('is nowhere');
  });

  it('G2: a packet overtakes another, unless somebody moved it by hand', () => {
    const both = (type: Action['type'], first: `p${number}`) =>
      told(
        ['CreatePacket', made('p1'), moved('p1', outside, edge)],
        ['CreatePacket', made('p2'), moved('p2', outside, edge)],
        [type, moved(first, edge, port)],
      );
    expect(() => both('RunNetUntilBlocked', 'p2')).toThrow(/^G2 .*p2 leaves .* before p1/);
    expect(both('RunNetUntilBlocked', 'p1').places.get('p1')).toEqual(port);
    expect(both('TransportPacketToLocation', 'p2').places.get('p2')).toEqual(port);
  });

  it('G5: a function runs before its start is in the history, or after its end', () => {
    const story = told(['CreateEpoch', opened]);
    expect(() => story.called('e1', 0)).toThrow(/^G5 /);
    expect(() => told(['StartEpoch', opened, started]).called('e1', 1)).toThrow(/^G5 /);
    expect(() =>
      told(['StartEpoch', opened, started], ['FinishEpoch', finished]).called('e1', 0),
    ).toThrow(/^G5 /);
    expect(told(['StartEpoch', opened, started]).called('e1', 0)).toBeUndefined();
  });

  it('G8: an epoch ends twice, starts twice, or does something after its end', () => {
    const ends = ['FinishEpoch', finished] as const;
    expect(() => told(['StartEpoch', opened, started], [...ends], [...ends])).toThrow(/^G8 /);
    expect(() => told(['StartEpoch', opened, started, finished, finished])).toThrow(/^G8 /);
    expect(() => told(['StartEpoch', opened, started, started])).toThrow(/^G8 /);
    expect(() => told(['StartEpoch', started])).toThrow('which was never opened');
    const sent: KernelEvent = { event: 'AttemptStarted', epoch: 'e1', attempt: 1 };
    expect(() => told(['StartEpoch', opened, started], [...ends], ['FireTimer', sent])).toThrow(
      /^G8 /,
    );
    // What ends with the epoch ends in the same action.
    const gone: KernelEvent = { event: 'PacketDestroyed', packet: 'p1', from: within('e1') };
    const inside: KernelEvent = { event: 'PacketCreated', packet: 'p1', epoch: 'e1' };
    expect(told(['StartEpoch', opened, started, inside, finished, gone]).open()).toEqual([]);
  });
});
