/** The checks of values against the types of the ports they pass. */
import type { PortType } from '../../dsl/definition.ts';
import { checkPortType } from '../../dsl/port-type.ts';
import type { EpochStory } from './epoch-story.ts';
import { PacketTypeMismatch } from '../errors.ts';
import { LazyValue, type StoredValue } from '../values/values.ts';

function check(
  type: PortType,
  port: string,
  value: unknown,
  details: { nodeName: string; epochId: string; packetId: string },
): void {
  const mismatch = checkPortType(type, value);
  if (mismatch !== null) throw new PacketTypeMismatch(port, mismatch, details);
}

/** Checks a value that comes in by `port` (undefined: it does not). Throws `PACKET_TYPE_MISMATCH`. */
export function checkInput(
  story: EpochStory,
  port: string | undefined,
  packet: string,
  value: unknown,
): void {
  const { name, inTypes } = story.node;
  const type = port === undefined ? undefined : inTypes.get(port);
  if (type === undefined) return;
  check(type, `${name}.${port}`, value, { nodeName: name, epochId: story.id, packetId: packet });
}

/**
 * The value as it is kept once its packet is loaded into `port`: checked now, or, where it is lazy,
 * to be checked when it is made. Throws `PACKET_TYPE_MISMATCH`.
 */
export function checkOutput(
  story: EpochStory,
  port: string,
  packet: string,
  stored: StoredValue,
): StoredValue {
  const { name, outTypes } = story.node;
  const type = outTypes.get(port);
  if (type === undefined) return stored;
  const place = `${name}.${port}`;
  const details = { nodeName: name, epochId: story.id, packetId: packet };
  if (stored instanceof LazyValue)
    return stored.withCheck((value) => check(type, place, value, details));
  check(type, place, stored, details);
  return stored;
}
