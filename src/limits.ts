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
  /** Operations of one epoch that are gathered into one action at most. */
  gatheredOperations: 256,
  /** Startable epochs from which on a free run starts one before it moves more packets. */
  epochsBeforeMoving: 256,
  /** Epochs that a free run of nodes with one priority starts in a row before it moves more packets. */
  startsBeforeMoving: 16,
  /** Dead letters that a net keeps in memory; the oldest go first. */
  deadLetters: 10_000,
  /** Bytes of one line of a file of dead letters. */
  deadLetterLineBytes: 16 * 1024 * 1024,
  /** Characters of an error's stack that a dead letter keeps. */
  deadLetterStackChars: 16_384,
  /** What went wrong with dead letters: the latest are kept. */
  deadLetterProblems: 100,
  /** Records that a net under test writes before it has to have come to rest. */
  testRecords: 250_000,
  /** Characters of the states that a replay keeps in memory to go back to. */
  replaySnapshotChars: 64 * 1024 * 1024,
  /** Packets of one tree of lineage. */
  lineagePackets: 10_000,
  /** Differences that a replay keeps; the rest are counted. */
  replayDifferences: 100,
  /** Nesting of a value that is written to a file. */
  valueDepth: 200,
  /** Parts of the values that are written together. */
  valueItems: 1_000_000,
  /** Places noted where values that were written are not what they were. */
  valueLosses: 100,
  /** Bytes of one line of a history: of a record with its values. */
  historyLineBytes: 64 * 1024 * 1024,
  /** Bytes of a value that is kept in a file of its own. */
  storedValueBytes: 64 * 1024 * 1024,
  /** Bytes of the state in a checkpoint; what packets hold is not among it. */
  checkpointStateBytes: 256 * 1024 * 1024,
  /** Bytes of a file of a run's log, of which there are two at most. */
  logFileBytes: 64 * 1024 * 1024,
  /** Messages between actors that the inspector keeps of one run. */
  inspectorMessages: 5_000_000,
  /** Bytes of a message that the inspector's server takes. */
  inspectorMessageBytes: 1024 * 1024,
  /** Bytes that wait for a page which reads slowly before it is pushed no more. */
  inspectorBacklogBytes: 4 * 1024 * 1024,
  /** Pages connected to one inspector. */
  inspectorPages: 32,
  /** Answers for one page that are worked out at once. */
  inspectorAnswers: 16,
  /** Questions of one page that wait for their answers; more of them end the connection. */
  inspectorQuestions: 256,
  /** Nesting of the JSON of a record; a value nested as deep as can be is written with several levels for each. */
  historyRecordDepth: 1000,
  /** Breaches of rules that are told of one run; the rest are counted. */
  ruleViolations: 100,
  /** Specs of nets whose compiled machines are kept at hand, and the characters of one at most. */
  compiledSpecs: 16,
  compiledSpecChars: 256 * 1024,
} as const;
