/** What the commands know of the process they run in: everything that a test can stand in for. */

/** Where text goes, and what is on the other side. */
export interface Output {
  readonly isTTY: boolean;
  /** Width and height in characters; of a terminal as they are now. */
  readonly columns: number;
  readonly rows: number;
  /** Whether colours may be used. */
  readonly colour: boolean;
  write(text: string): void;
}

/**
 * What happens to the process from outside. `idle`: nothing is left that could ever go on, although
 * the command has not ended. `fault`: an error that nobody caught.
 */
export type Happening =
  | { readonly type: 'interrupt' | 'terminate' | 'idle' | 'resize' }
  | { readonly type: 'fault'; readonly error: Error };

export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Standard input is a terminal: somebody can be asked. */
  readonly interactive: boolean;
  /** Errors are shown with their stack. */
  readonly debug: boolean;
  /** Where programs of this user keep what outlives them; null where there is no such folder. */
  readonly stateFolder: string | null;
  /** Standard input to its end. */
  readAll(): Promise<Uint8Array>;
  /** The next line of standard input; null at its end. */
  readLine(): Promise<string | null>;
  /** Milliseconds since some fixed point. */
  now(): number;
  /** Calls `tick` every so many milliseconds, without keeping the process alive; the function returned ends it. */
  every(ms: number, tick: () => void): () => void;
  /** Keeps the process alive, whatever it waits for; the function returned ends it. */
  hold(): () => void;
  /** Tells what happens from now on; only the latest listener is told. The function returned takes it back. */
  listen(listener: (happening: Happening) => void): () => void;
  /** What other code writes to the process's outputs goes to `write` instead; the function returned ends it. */
  divert(write: (text: string, output: Output) => void): () => void;
}

/** 0 done, 1 the input is wrong, 2 the flow failed or is stuck, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;
