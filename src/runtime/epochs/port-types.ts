/** The types of a node's ports. */
import type { PortType } from '../../dsl/definition.ts';
import { isImportPath } from '../../dsl/import-path.ts';

/** Types by port; a port that takes anything has none. */
export class PortTypes {
  readonly #types = new Map<string, PortType>();
  /** No port has a type: most nodes' ports take anything. */
  #isEmpty = true;

  constructor(ports: readonly { readonly name: string; readonly type?: PortType }[]) {
    for (const { name, type } of ports) if (type !== undefined) this.set(name, type);
  }

  get(port: string): PortType | undefined {
    return this.#isEmpty ? undefined : this.#types.get(port);
  }

  set(port: string, type: PortType): void {
    this.#types.set(port, type);
    this.#isEmpty = false;
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
