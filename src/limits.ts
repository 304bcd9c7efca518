/** A limit on everything that input can make large. Units last in a name. */
export const limits = {
  /** A definition file or text, in bytes. */
  definitionBytes: 4 * 1024 * 1024,
  /** Nesting of brackets, tables and keys in a definition. */
  definitionDepth: 100,
  /** Parts of one dotted key. */
  keyParts: 32,
  /** Characters of a salvo term. */
  termChars: 10_000,
  /** Nesting of a salvo term. */
  termDepth: 100,
  /** Diagnostics reported at once; the rest are counted. */
  diagnostics: 200,
  /** Characters of a name. */
  nameChars: 255,
  /** Nodes of one graph. */
  nodes: 1_000_000,
  /** Ports of one node in one direction. */
  ports: 10_000,
  /** Edges of one graph. */
  edges: 4_000_000,
  /** Moves of one `RunNetUntilBlocked` that the runtime asks for before it yields to the event loop. */
  movesPerTurn: 16,
  /** Startable epochs from which on a free run starts one before it moves more packets. */
  epochsBeforeMoving: 256,
} as const;
