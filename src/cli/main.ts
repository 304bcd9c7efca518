#!/usr/bin/env node
/** The command `netrun`: runs the program in this process, and ends the process with its exit code. */
import { errorProblems } from './problem.ts';
import { ProcessTerminal } from './process-terminal.ts';
import { runProgram } from './program.ts';
import { reportProblems, reportStack } from './report.ts';
import type { ExitCode, Happening } from './terminal.ts';

const terminal = new ProcessTerminal();

/** Ends the process where no command does it in its own way. */
function happened(happening: Happening): void {
  switch (happening.type) {
    case 'interrupt':
    case 'terminate':
      end(130);
      return;
    case 'idle': {
      const message = 'a module waits for something that cannot happen any more';
      const hint = 'A module awaits a promise that nothing will ever resolve.';
      reportProblems(terminal, [{ code: 'FLOW_HANGS', message, hint }]);
      end(2);
      return;
    }
    case 'fault':
      reportProblems(
        terminal,
        errorProblems(happening.error, 'UNCAUGHT_ERROR', '--debug shows where it came from.'),
      );
      reportStack(terminal, happening.error, process.argv.includes('--debug'));
      end(2);
      return;
    case 'resize':
  }
}

function end(code: ExitCode): void {
  void terminal.exit(code);
}

terminal.listen(happened);
void runProgram(process.argv.slice(2), terminal).then(end);
