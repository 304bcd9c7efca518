/** The types of a node's ports, and the checks of values against them. */
import type { PortType } from '../dsl/definition.ts';
import { isImportPath } from '../dsl/import-path.ts';
import { checkPortType } from '../dsl/port-type.ts';
import type { EpochStory } from './epoch-story.ts';
import { PacketTypeMismatch } from './errors.ts';
import { LazyValue, type StoredValue } from './values.ts';

/** Types by port; a port that takes anything has none. */
export class PortTypes {
  readonly #types = new Map<string, PortType>();

  constructor(ports: readonly { readonly name: string; readonly type?: PortType }[]) {
    for (const { name, type } of ports) if (type !== undefined) this.#types.set(name, type);
  }

  get(port: string): PortType | undefined {
    return this.#types.get(port);
  }

  set(port: string, type: PortType): void {
    this.#types.set(port, type);
  }

  /** Ports whose type is still the import path of a schema. */
  imports(): readonly (readonly [port: string, path: string])[] {
    const found: [string, string][] = [];
    for (const [port, type] of this.#types) {
      if (typeof type === 'string' && isImportPath(type)) found.push([port, type]);
    }
    return found;
  }
}

function check(type: PortType, port: string, value: unknown, details: { nodeName: string; epochId: string; packetId: string }): void {
  const mismatch = checkPortType(type, value);
  if (mismatch !== null) throw new PacketTypeMismatch(port, mismatch, details);
}

/** Checks a value that comes in by `port` (undefined: it does not). Throws `PACKET_TYPE_MISMATCH`. */
export function checkInput(story: EpochStory, port: string | undefined, packet: string, value: unknown): void {
  const { name, inTypes } = story.node;
  const type = port === undefined ? undefined : inTypes.get(port);
  if (type === undefined) return;
  check(type, `${name}.${port}`, value, { nodeName: name, epochId: story.id, packetId: packet });
}

/**
 * The value as it is kept once its packet is loaded into `port`: checked now, or, where it is lazy,
 * to be checked when it is made. Throws `PACKET_TYPE_MISMATCH`.
 */
export function checkOutput(story: EpochStory, port: string, packet: string, stored: StoredValue): StoredValue {
  const { name, outTypes } = story.node;
  const type = outTypes.get(port);
  if (type === undefined) return stored;
  const place = `${name}.${port}`;
  const details = { nodeName: name, epochId: story.id, packetId: packet };
  if (stored instanceof LazyValue) return stored.withCheck((value) => check(type, place, value, details));
  check(type, place, stored, details);
  return stored;
}
