import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface RunningChild {
  readonly process: ChildProcess;
  /** Resolves when it has written its first line. */
  readonly spoke: Promise<void>;
  /** Its last line, which is JSON. Rejects when it ends badly. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what its child writes
  readonly result: Promise<any>;
}

/** Runs a file on this Node, from source. */
export function startChild(file: URL, parameters: readonly string[]): RunningChild {
  const child = spawn(process.execPath, ["--conditions=grapevine-source", fileURLToPath(file), ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const spoke = Promise.withResolvers<void>();
  let last = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    last = line;
    spoke.resolve();
  });
  const result = once(child, "close").then(([code]) => {
    if (code !== 0) throw new Error(`${file.pathname} ended with ${code}: ${last}`);
    return JSON.parse(last) as unknown;
  });
  // Who only waits for the first line, or kills it, does not ask how it ended.
  result.catch(() => undefined);
  return { process: child, spoke: spoke.promise, result };
}
