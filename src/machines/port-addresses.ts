/** Addresses of the ports of nodes of one shape, each worked out once: they are asked for at every hop. */

export class PortAddresses {
  readonly #byNode = new Map<string, readonly string[]>();
  readonly #ports: readonly { readonly name: string }[];
  readonly #address: (node: string, port: string) => string;

  constructor(
    ports: readonly { readonly name: string }[],
    address: (node: string, port: string) => string,
  ) {
    this.#ports = ports;
    this.#address = address;
  }

  /** By the node's name and the port's index; empty where the shape has no such port. */
  of(node: string, port: number): string {
    let addresses = this.#byNode.get(node);
    if (addresses === undefined) {
      addresses = this.#ports.map(({ name }) => this.#address(node, name));
      this.#byNode.set(node, addresses);
    }
    return addresses[port] ?? '';
  }
}
