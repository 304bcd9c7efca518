/** The help of each command beside its options: what it does, what it prints as JSON, examples. */

const exits = `
Exit codes: 0 done; 1 the input is wrong; 2 the flow failed, is stuck, or was paused or stopped before
everything was done; 130 interrupted.`;

/** What is told below the options, by command. */
export const commandHelp = {
  run: `
Values of --in: JSON, or text where it is no JSON; @FILE is the content of a file, of JSON where its
name ends in .json and text otherwise; @- is standard input. Quote a text that begins with @ as JSON.

With --json one document: ok, exitCode, file, run, state (drained, stuck, starved, paused, stopped,
failed, hanging, interrupted), reason, durationMs, epochs, nodes, packets, outputs, problems, failures,
explanation. Values that JSON does not know: dates are ISO text, maps lists of pairs, sets lists, big
integers text, bytes base64, errors name and message.

Examples:
  $ netrun run flow.toml
  $ netrun run flow.toml --in 'Clean.in={"id": 1}' --in Clean.in=@order.json --out json > out.json
  $ netrun run flow.toml --run-dir runs/1 && netrun explain runs/1
  $ netrun run flow.toml --run-dir runs/1 --resume
${exits}`,
  check: `
With --json: { ok, files: [{ file, ok, nodes, edges, imports, problems }] }, each problem with code,
message, hint, file, line, column and path where it has them. With --explore a problem that can only
show in a run has a witness, what happens until then, and each file an exploration: { states, limit,
unexplored }.

Example:
  $ netrun check flow.toml
  $ netrun check flow.toml --explore`,
  coverage: `
The files are those that the vitest reporter netrun/testing/coverage-reporter writes; several are merged.
Each kind of machine is a row, or with --per-node each node with its ports and epochs. What a definition
can never reach is not counted: a node without retries cannot back off. With --all every transition counts,
with its event and guard. Exits with 2 where less than --min is reached: of the whole, or with --per-node
of each row. With --json: { ok, files, min, below, detail, perNode, rows, total }.

Examples:
  $ netrun coverage coverage/statecharts.json --min 80
  $ netrun coverage coverage/statecharts.json --statechart Fetch/epoch > fetch.mmd`,
  fmt: `
The canonical form has no comments: a file that has some is rewritten with --drop-comments only, and
--check looks past them. With --json: { ok, files: [{ file, state, text, problems }] }.

Examples:
  $ netrun fmt flow.toml
  $ netrun fmt --check flows/*.toml`,
  graph: `
The statechart of a part is that of NODE, of a port (NODE/in:PORT, NODE/out:PORT), of the node's epochs
(NODE/epoch) or of the net; a node that is called net is node:net. With --json: { ok, file, format, diagram }.

Examples:
  $ netrun graph flow.toml > flow.mmd
  $ netrun graph flow.toml --dot | dot -Tsvg > flow.svg
  $ netrun graph flow.toml --statechart Clean`,
  init: `
Writes flow.toml, nodes.ts and README.md; overwrites nothing. With --json: { ok, folder, files }.

Example:
  $ netrun init my-flow && netrun run my-flow/flow.toml`,
  'dlq list': `
PATH is a file of dead letters, a flow that keeps them in one, or the folder of either. Letters that
were retried or discarded are not listed. Exits with 1 where the file has lines that cannot be read.
With --json: { ok, file, letters: [{ id, run, node, epoch, condition, outcome, at, retryOf, attempts,
packets, error }], problems }.

Examples:
  $ netrun dlq list flow.toml
  $ netrun dlq list dead-letters.jsonl --node Load --json`,
  'dlq show': `
Every attempt's error with its stack, and the values of all input packets; long ones are cut. With
--json the whole letter: { ok, file, letter }.

Example:
  $ netrun dlq show flow.toml d1`,
  'dlq retry': `
Loads the flow, puts the packets of the letters back at the input ports, and runs until nothing is left
to do; nodes that start by themselves do not. A letter counts as retried once the epochs that took its
packets have ended; one that fails again becomes a new letter. Do not use it while the flow runs. With
--json the document of netrun run, and retried, left, failedAgain: lists of ids.

Examples:
  $ netrun dlq retry flow.toml d1 d4
  $ netrun dlq retry flow.toml --all --node Load
${exits}`,
  'dlq discard': `
The file keeps the letters, marked as discarded. With --json: { ok, file, discarded }.

Example:
  $ netrun dlq discard flow.toml d2`,
  explain: `
Of a folder that run --run-dir has written: what the run came to, what every node waited for, and what
could be done first. Of a definition: its nodes in words, what makes each fire, where packets go. Runs nothing.
With --json, of a folder: { ok, file, run, state, reason, problems, failures, explanation }; of a
definition: { ok, file, mode, onError, inputs, outputs, nodes }.

Examples:
  $ netrun explain runs/1
  $ netrun explain flow.toml`,
  replay: `
Goes through a recorded run again without any of its nodes: what the actions give is held against what
was written down. PATH is a history, a folder that has one, or a folder of many, which are all replayed.
Exits with 0 where everything is the same, with 2 where something differs. With --json: { ok, file, run,
seq, actions, rejected, events, isWhole, stateHash, differences }; of many: { ok, histories }.
With --reexec the functions of the nodes are run again, on the inputs, times, draws and lazy values that were
recorded, and what they do is held against what they did: { ok, histories, problems }.

Examples:
  $ netrun replay runs/1
  $ netrun replay test/histories --json
  $ netrun replay runs/1 --reexec --flow flow.toml`,
  inspect: `
PATH is a history, the folder of a run (also while it is being written), or a definition, which is then
started from the page. The address has a token: whoever has it can look, and act on a flow that runs. Ends
with an interrupt. With --json: { ok, file, url }.

Examples:
  $ netrun inspect runs/1
  $ netrun inspect flow.toml --open
  $ netrun run flow.toml --inspect`,
  simulate: `
Runs the flow under simulated time, once for each seed: asynchronous functions come back in any order, attempts
fail, take their time, do not come back or come back late, outcomes are told twice, the process crashes and another
goes on. Checks what netrun guarantees, and the rules and invariants given. The first run in which something does
not hold is made as simple as can be, with the one command that runs it again. The functions are really called:
the module given with --with exports a world, an object or a function that returns one, with other functions and
configurations (nodes, configs), inputs and invariants. Faults: failure, delay, timeout, late, duplicate, crash; or
none. Functions that wait by setTimeout and the like wait in simulated time, and Date tells it; where others wait
for the world that is waited for, and said. A run ends as drained, unless an epoch failed; --ends allows others.
Exits with 2 where something does not hold. With --json: { ok, runs, actions, epochs, crashes, choices, digest,
unsteady, unmade, waits, file, failure: { seed, choices, breach, steps, inputs, lineage, found, command, history } }.

Examples:
  $ netrun simulate flow.toml --runs 500 --seed 1
  $ netrun simulate flow.toml --rules rules.toml --with simulation.ts --in 'Clean.in={"id": 1}'
  $ netrun simulate flow.toml --faults none --save wrong && netrun inspect wrong`,
  assert: `
RUN is a history, or a folder that has one; RULES is a file of rules in TOML. Exits with 0 where every rule holds,
with 2 where one is broken, with 1 where one cannot be judged. With --json: { ok, file, run, rules, seq, count,
violations: [{ rule, message, seq, packet, node, lineage }], problems }.

Example:
  $ netrun assert runs/1 rules.toml`,
  at: `
The packets by place, the epochs, the timers, the services of the nodes, and the statecharts, after the
action that record N belongs to; without --seq after the last one. With --json: { ok, file, run, state }.

Examples:
  $ netrun at runs/1
  $ netrun at runs/1 --seq 120`,
  history: `
One line per record, events below their action. Of several conditions all must hold; --event and
--action may be given more than once. --follow goes on until the net has stopped, or an interrupt. With
--json one record per line, as the file has it.

Examples:
  $ netrun history runs/1 --node Load --event EpochFailed --event EpochTimedOut
  $ netrun history runs/1 --packet p7
  $ netrun history runs/1 --follow`,
  diff: `
The first record that is not the same in both, and what each run came to. When things were done is left
aside. Exits with 0 where they did the same, with 2 where they did not. With --json: { ok, files,
definitions, parted, left, right }.

Example:
  $ netrun diff runs/1 runs/2`,
  packet: `
Every place the packet has been, what it was made from, and what was made of it: across epochs, copies
and dead letters that were put back. With --json: { ok, file, run, packet, trace, up, down }.

Examples:
  $ netrun packet runs/1 p7
  $ netrun packet runs/1 p7 --up`,
} as const;
