/** The process that a command runs in, as a parameter: tests give streams of their own and read what was written. */

/** A stream that may be a terminal. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
export type InputStream = AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };
export type StopSignal = "SIGINT" | "SIGTERM";

/** Where the width is not known: what terminals have had since punched cards. */
export const usualColumns = 80;

/** A space within what is to be copied, where no line is broken: it is an ordinary one again in what is printed. */
export const gluedSpace = "\u{A0}";

export interface Terminal {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly workingFolder: string;
  readonly userHome: string;
  /** Starts this same program again: the executable, and the arguments up to the first of its own. */
  readonly program: readonly [string, ...string[]];
  /** Calls the listener for every SIGINT and SIGTERM until the returned function is called. */
  onStopSignal(listener: (signal: StopSignal) => void): () => void;
  /** Ends the process at once: the answer to a second Ctrl-C. */
  exit(code: number): void;
}

export function processTerminal(): Terminal {
  const stopSignals = ["SIGINT", "SIGTERM"] as const;
  return {
    // Asked for when they are used: to open one that is not needed costs time and, for standard input, keeps the process from ending.
    get stdin(): InputStream {
      return process.stdin;
    },
    get stdout(): OutputStream {
      return process.stdout;
    },
    get stderr(): OutputStream {
      return process.stderr;
    },
    environment: process.env,
    workingFolder: process.cwd(),
    userHome: process.env["HOME"] ?? process.env["USERPROFILE"] ?? process.cwd(),
    program: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
    onStopSignal(listener): () => void {
      for (const signal of stopSignals) process.on(signal, listener);
      return () => {
        for (const signal of stopSignals) process.off(signal, listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}
