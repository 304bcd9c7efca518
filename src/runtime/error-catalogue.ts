/** The catalogue of every error code of the package, each with what it means and what to do. */
import { definitionCodes } from '../dsl/diagnostic.ts';
import type { RejectionCode } from '../machines/action.ts';

/** Why the kernel refuses an action. */
const rejectionCodes: Readonly<Record<RejectionCode, string>> = {
  PACKET_NOT_FOUND: 'No live packet has this id: it ended, or never was. Look at packetTrace(id).',
  PACKET_NOT_IN_EPOCH:
    'The packet is not in a running epoch of yours. Use packets of this epoch only, each once.',
  PACKET_IN_EPOCH:
    'The packet is in an epoch, and what was asked concerns packets outside of epochs. Let the epoch end, or cancel it.',
  PACKET_NOT_AT_INPUT_PORT:
    'A salvo names a packet that does not wait at that input port. Look at where the packet is with packet(id).',
  EPOCH_NOT_FOUND:
    'No live epoch has this id: it ended, or never was. Finished epochs are in the history only.',
  EPOCH_NOT_STARTABLE: 'The epoch was started already. Start each epoch once.',
  EPOCH_NOT_RUNNING: 'The epoch does not run now. Start it first, or wait for its next attempt.',
  EPOCH_NOT_EMPTY:
    'Input packets were left when the function returned. Consume or pass on every input packet, or set unconsumed = "destroy".',
  GATE_CLOSED:
    'The net or the node holds starts back; the message names the state that does. Wait until it opens.',
  OUTPUT_PORT_NOT_EMPTY:
    'Packets were loaded into an output port and not sent. Send them with sendOutputSalvo, or set unconsumed = "destroy".',
  OUTPUT_PORT_NOT_FOUND:
    'The node has no output port of this name. Use one of those the message lists.',
  OUTPUT_PORT_FULL:
    'The output port has no free slot. Send a salvo first, or give the port more slots.',
  OUTPUT_PORT_NOT_CONNECTED:
    'A packet would leave through a port without an edge. Connect the port, or add it to the outputs of the net.',
  INPUT_PORT_NOT_FOUND: 'There is no input port of this name. Write it as Node.port.',
  INPUT_PORT_FULL:
    'The input port has no free slot. Use { wait: true }, or give the port more slots.',
  SALVO_CONDITION_NOT_FOUND:
    'The node has no output salvo condition of this name. Use one of those the message lists.',
  SALVO_CONDITION_NOT_MET:
    'The term of the salvo condition does not hold. Load what it asks for first.',
  MAX_SALVOS_REACHED:
    'The epoch has sent as many salvos of this condition as max_salvos allows. Raise it, or send fewer.',
  NODE_NOT_FOUND: 'The graph has no node of this name. Check the spelling.',
  EDGE_NOT_FOUND: 'The graph has no edge between these two ports. Check both ends.',
  TIMER_NOT_ARMED: 'No timer with this key is armed. It fired or was cleared before.',
  ACTION_INVALID:
    'The action is not one the kernel knows, or a field of it is malformed. Correct the field the message names.',
  NET_STATE: 'The state of the net does not allow this. Look at status().state.',
};

/** What goes wrong with tests of flows. */
const testingCodes: Readonly<Record<string, string>> = {
  TEST_EVENT_FAILED:
    'An event of a list that a test plays could not be. The message names the event, the cause says why.',
  TEST_EVENT_INVALID:
    'An event of a test, or an outcome that paths let a node have, is none that the flow can take. The message says which.',
  TEST_PATH_FAILED:
    'A path through a flow did not hold. The message has its events as a test would be written; look from there.',
  TEST_EPOCH_NOT_FOUND:
    'A test asks for an epoch that does not wait for it. The message says how the net stands; hold the node, or let happen first what opens the epoch.',
  TEST_EPOCH_NOT_SUCCEEDED:
    'A test let an epoch succeed, and the net refused it. The message says why; give what the node may send.',
  TEST_FUNCTION_MISSING:
    'A test runs the own function of a node that has none. Let the epoch succeed with a value.',
  TEST_NET_NOT_BLOCKED:
    'A test expects the net to be blocked, and it is not. The message says what it waits for.',
  TEST_NOT_SETTLED:
    'A net under test goes on by itself and does not come to rest. Look for nodes that feed each other.',
  TEST_NO_TIMER: 'A test moves the clock to the next timer, and none is armed.',
  TEST_STATE_UNKNOWN:
    'A test names a state that the statechart does not have. The hint lists those it has.',
  TEST_OUTPUT_AMBIGUOUS:
    'What a test lets a node send does not say by which port or condition. Name it.',
  CHOICES_INVALID:
    'The choices of a simulation cannot be read. Copy them whole from the command that it printed.',
  RULES_INVALID:
    'Rules over histories have problems; the error lists all of them. Mend them and check again.',
  RULE_EMPTY: 'A rule looks for nothing. Name a port, an event or a node.',
  RULE_EXPRESSION_INVALID: 'A rule has a regular expression that is none. The message says why.',
  RULE_TOO_DEEP: 'Alternatives of a rule are nested too deep. Write all of them in one list.',
  RULE_UNCHECKED:
    'A rule could not be judged, for the history does not have the values of packets. Record them with history_values.',
  RULE_UNKNOWN_EVENT:
    'A rule names an event or an action that there is not. Write it as a history has it.',
  RULE_WITHOUT_VALUE: 'A rule is about values, and looks for what has none. Name a port in it.',
};

/** What goes wrong beside the kernel. */
const runtimeCodes: Readonly<Record<string, string>> = {
  GRAPH_INVALID:
    'The graph has problems; the error lists all of them. Mend them and build the net again.',
  SNAPSHOT_INVALID:
    'What was given as the snapshot of a kernel is none of this graph, or was changed. The message names the place. Give what snapshot() of a kernel of the same graph gave.',
  KERNEL_FAILED:
    'A machine of the flow threw: a bug in netrun. The net has stopped; please report it with the history.',
  QUESTION_INVALID:
    'What was sent to the inspector is no question of its protocol. The message names the field; a page of another version is loaded again.',
  INSPECTOR_READ_ONLY: 'A recorded run cannot be acted on. Open the inspector of a net that runs.',
  INSPECTOR_PORT_TAKEN:
    'Something else listens at the port of the inspector. Name another port, or none.',
  INSPECTOR_NOT_OPENED:
    'The system does not let the inspector listen there; the message says why. Leave host and port out.',
  INSPECTOR_PAGE_MISSING:
    'The built page of the inspector is not part of this installation. Install the package again.',
  INSPECTOR_FAILED:
    'A question of the page could not be answered because of a bug in the inspector; the run is not concerned. Please report it.',
  BREAK_POINT_INVALID:
    'No break-point can be set there. Name a port, a state of a node or of its epochs, or a type of event.',
  FIRST_STEP_GONE:
    'The net stands in another way than when the step was offered. Look at the explanation again.',
  NET_RUNNING:
    'Functions and settings cannot be changed while the net runs. Set them before start(), or pause() first.',
  NET_NOT_PAUSED: 'This can be done with a paused net only. Call pause() and wait for it.',
  NODE_UNKNOWN: 'A call names a node that the graph does not have. Check the spelling.',
  PORT_NOT_INPUT:
    'The port does not face the outside. Add it to the inputs of the net, or inject into one that is.',
  PORT_NOT_OUTPUT:
    'The port is not among the outputs of the net. Add it there to collect what it sends.',
  SALVO_NEVER_FIRES:
    'No run can make an input condition fire. Let packets come to its ports, or change its term or its place.',
  PORT_NEVER_EMPTIES:
    'Packets can come to a port from which no condition that can fire takes. Take from it, or let nothing come.',
  CYCLE_BLOCKS:
    'However a run goes, a cycle comes to a standstill with packets in it. Give it a way out, room, or a first packet.',
  JOIN_OF_BRANCHES:
    'A join waits for branches of which one epoch takes only one. Let each open an epoch by itself.',
  COVERAGE_INVALID:
    'A file holds no coverage of statecharts, or that of another version. Write it anew with the reporter.',
  OPTION_INVALID: 'An option of a call has a value it cannot have. The message says which.',
  ACTOR_NOT_FOUND: 'No actor has this address. Epochs have one only while they live.',
  DEFINITION_UNREADABLE: 'The file of a definition cannot be read. Check the path.',
  FUNCTION_INVALID:
    'What was given as a function of a node is none. Give a function, or an object of exec, start, stop, failed.',
  FUNCTION_PATH_INVALID: 'A function is not named as ./file.ts#export. Correct the path.',
  FUNCTION_FILE_NOT_FOUND:
    'The file of a function does not exist. Paths are relative to the definition file.',
  FUNCTION_IMPORT_FAILED:
    'The file of a function threw while it was imported, or has a syntax error. The cause says what.',
  FUNCTION_EXPORT_NOT_FOUND:
    'The file of a function has no export of this name. The message lists those it has.',
  FUNCTION_NOT_A_FUNCTION: 'The export that a node names is not a function. Export a function.',
  NODE_TYPE_MISMATCH:
    'What defineNode made has other ports than the node that names it. Give the node the same ports.',
  PORT_TYPE_NOT_FOUND:
    'The type of a port could not be imported as a zod schema. Export a schema under this name.',
  CONTEXT_ENDED:
    'The context of an epoch was used after the epoch ended. Await everything before the function returns.',
  VALUE_ASYNC: 'The value comes from an asynchronous function. Use await consumePacket(packet).',
  VALUE_FUNCTION_FAILED:
    'The function of a lazy value threw. The cause says what; the error names who made the packet.',
  PACKET_TYPE_MISMATCH:
    'A value is not of the type its port takes. Send what the port takes, or change the port.',
  DEFERRED_PACKET_ID_UNAVAILABLE:
    'A deferred packet has no id before its epoch is committed. Pass the packet itself on.',
  NODE_EXECUTION_FAILED:
    'The function of a node threw in its last attempt. The cause is what it threw.',
  NODE_START_FAILED:
    'The start function of a node threw: the epochs of the node wait. The cause is what it threw.',
  START_TIMEOUT:
    'A start function took longer than start_timeout. Raise it, or listen to the signal it is given.',
  NODE_STOP_FAILED: 'The stop function of a node threw. The cause is what it threw.',
  EPOCH_TIMEOUT: 'An epoch took longer than its timeout. Raise it, or listen to ctx.signal.',
  ATTEMPT_TIMEOUT:
    'An attempt took longer than attempt_timeout. Raise it, or listen to ctx.signal.',
  EPOCH_CANCELLED: 'The epoch was cancelled. This is no failure: nothing is retried.',
  DAG_VIOLATION:
    'A node opened more epochs than DAG mode or max_epochs allow. Send each node one salvo, or raise the limit.',
  WAIT_TIMEOUT:
    'What was waited for did not happen in the time given. Look at status() and explainBlocked().',
  DEAD_LETTER_NOT_FOUND:
    'There is no dead letter with this id. It was discarded or retried before.',
  DEAD_LETTER_FILE_INVALID:
    'A file that is to hold dead letters holds something else, or is of a later version. Name another file.',
  DEAD_LETTER_FILE_UNUSABLE:
    'The file of dead letters can be neither read nor written. Check dead_letter_path and its folder.',
  DEAD_LETTER_VALUE_MISSING:
    'A value of the dead letter could not be kept whole, so that it cannot be retried. Send it again from its source.',
  NON_DETERMINISM:
    'A run gone through again does other things than its history says. The message says where; the code or netrun was another then, or the history was changed.',
  HISTORY_FILE_EXISTS:
    'A file has the history of another run, which is not overwritten. Name another one, or recover that run.',
  HISTORY_IN_USE:
    'Another process writes the history. Wait until it has stopped its net, or end it, and recover the run then.',
  HISTORY_UNREADABLE:
    'A history cannot be read. Check the path, and that it is a file that may be read.',
  HISTORY_INVALID:
    'A file is no history, or is damaged; the message says where. Name the history as it was written.',
  HISTORY_FORMAT_UNKNOWN:
    'A history was written by a later version of netrun. Use that version, or a later one.',
  HISTORY_UNWRITABLE:
    'The history of a run could not be written: the run has failed. Make room, then recover the run.',
  HISTORY_OTHER_DEFINITION:
    'A history is of another net than the one it is replayed with. Use the definition that the history has.',
  VALUE_STORE_UNUSABLE:
    'The folder that values are to be kept in cannot be made, or written to. Check packet_storage_path, its permissions and the room on the disk.',
  CLASS_INVALID:
    'What was given to registerClass is no class, or lacks a name, encode or decode. The message says which.',
  CLASS_REGISTERED:
    'A class is registered under this name, or this class under another. Register each class once.',
  RECOVERY_REFUSED:
    'The run failed by a bug, and nothing can follow on it. netrun replay shows how it came to that; begin a new run.',
  RECOVERY_VALUE_MISSING:
    'A run cannot be recovered, for values that it needs were not kept, or are lazy and what made them acts otherwise now. Keep values with history_values = "inline" or "store", and as plain data; give the functions that the run had; a checkpoint saved before may have the values.',
  RECOVERY_FUNCTION_MISSING:
    'Epochs were running of a node that has no function now. Give it, or name it in the definition by path.',
  CHECKPOINT_INVALID:
    'A folder has no checkpoint that can be read. Name one that was saved, as it was saved.',
  CHECKPOINT_UNSERIALISABLE:
    'The net holds what no file can keep, such as a function, or a lazy value that cannot be made again from the history. Let those packets be consumed first, register their class, or give the net a history file.',
  CHECKPOINT_UNWRITABLE:
    'A checkpoint or definition cannot be written. Check the path, the permissions, and the room on the disk; one saved before is as it was.',
  HISTORY_INCOMPLETE:
    'A history does not have what is asked of it: its oldest records were dropped, or its definition is not in it. The message says what.',
  SEQ_NOT_FOUND: 'A history has no record of this number. The message says which it has.',
  ENGINE_UNAVAILABLE:
    'The engine asked for is none that this version has. Use one of those that the hint names.',
  COMPILE_UNSUPPORTED:
    "An XState machine has something that the compiler does not take; the message lists all of it, with its places. Run that machine on XState's own interpreter.",
};

/** What goes wrong in function nodes, in the builder, and where a definition is printed. */
const descriptionCodes: Readonly<Record<string, string>> = {
  NODE_TYPE_INVALID: 'What was given as the type of a node is none. Give what defineNode returns.',
  PORT_SETTING_UNKNOWN:
    'The ports of a function node set something for a port it does not have. Check the spelling.',
  PORT_TYPE_ASYNC:
    'The schema of a port checks asynchronously. Use one that does not, and do such checks in a node.',
  PORT_TYPE_UNRESOLVED:
    'The type of a port is an import path that was not imported. Import the schema, and give that.',
  INPUT_COUNT:
    'A function node got more or fewer packets than one of a port. Give it one, or declare the port as "all".',
  OUTPUT_INVALID:
    'A function node returned or yielded something that is no object of values by port. Return { port: value }.',
  OUTPUT_UNKNOWN:
    'A function node returned a value for a port it does not have. Check the spelling of the key.',
  NOT_PRINTABLE:
    'The definition holds what only code can say, and cannot be written as TOML. The message says what.',
};

/** What goes wrong on the command line. */
const commandCodes: Readonly<Record<string, string>> = {
  ARGUMENT_INVALID:
    'An argument or option of a command is wrong. The message says which; --help shows what there is.',
  DEAD_LETTER_FILE_DAMAGED:
    'A line of a file of dead letters cannot be read; the others are. Look at it with a text editor.',
  COMMENTS_LOST: 'Formatting would lose comments of the definition. Allow it, or format by hand.',
  NOT_CANONICAL: 'The definition is not written in its canonical form. Format it.',
  FILE_EXISTS:
    'A file or folder that would be made is there already. Name another, or remove it first.',
  FILE_UNREADABLE: 'A file cannot be read. Check the path, and that it is a file that may be read.',
  FILE_UNWRITABLE:
    'A file cannot be written. Check the path, and that its folder may be written to.',
  FLOW_HANGS:
    'The flow waits for something that cannot happen any more. Set a timeout for the nodes named.',
  INPUT_INVALID: 'What was given as input of a port cannot be read. Correct it, or give a file.',
  RUN_DIR_BUSY:
    'Another process is at work in the folder of the run. Wait for it, or end it, and then go on with --resume.',
  RUN_DIR_INVALID:
    'A folder is not one that a run was kept in, or was damaged. Run the flow again with another one.',
  UNEXPECTED_ERROR:
    'A command failed in a way that nobody foresaw: a bug in netrun. Please report it with the message.',
  UNCAUGHT_ERROR:
    'Something outside of any node function threw. The message says what; look for a promise nobody awaits.',
};

/** Every code, from the definition of a net to its run; docs/errors.md is held to it. */
export const errorCatalogue: Readonly<Record<string, string>> = {
  ...definitionCodes,
  ...rejectionCodes,
  ...runtimeCodes,
  ...descriptionCodes,
  ...commandCodes,
  ...testingCodes,
};
