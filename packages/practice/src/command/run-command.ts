/**
 * Runs one command for one verdict: no shell, in an empty folder of its own, with next to nothing of the node's environment, for a limited time and with limited output. When
 * it has ended, or a limit is reached, its whole process group is killed and its folder removed.
 *
 * This keeps mistakes small. It is no sandbox: the command has the user's rights, reaches the network, and may use as much memory as there is.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "@grapevine/core";
import { practiceErrors } from "../errors.ts";

export interface CommandInput {
  readonly command: readonly string[];
  readonly stdin: string;
  /** Written to `task.json` in the command's folder. */
  readonly task: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

/** `limit`: which one ended it, where one did. */
export interface CommandResult {
  /** Undefined when a signal ended it. */
  readonly exitCode?: number;
  readonly limit?: "time" | "output";
  /** What it wrote, as far as the limit goes; for people. */
  readonly stdout: string;
}

/** @throws CHECKER_FAILED when it cannot be started */
export async function runCommand(input: CommandInput): Promise<CommandResult> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-check-"));
  try {
    await writeFile(join(folder, "task.json"), `${JSON.stringify(input.task)}\n`);
    return await runIn(folder, input);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function runIn(folder: string, input: CommandInput): Promise<CommandResult> {
  const { command, stdin, variables, timeoutMs, maxOutputBytes } = input;
  const [program = "", ...words] = command;
  return new Promise((resolve, reject) => {
    let limit: CommandResult["limit"];
    let bytes = 0;
    const shown: Buffer[] = [];
    const child = spawn(program, words, {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", ...variables, HOME: folder, TMPDIR: folder },
      detached: true, // a process group of its own, which can be killed as a whole
      stdio: "pipe",
    });
    const end = (reached: CommandResult["limit"]): void => {
      limit ??= reached;
      killGroup(child);
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) end("output");
    };
    const timer = setTimeout(() => end("time"), timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      shown.push(chunk);
      count(chunk);
    });
    child.stderr.on("data", count);
    child.stdin.on("error", (error: NodeJS.ErrnoException) => {
      // A command need not read the answer to the end; every other failure leaves no verdict.
      if (error.code !== "EPIPE" && error.code !== "ECONNRESET") child.emit("error", error);
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      killGroup(child);
      reject(practiceErrors.create("CHECKER_FAILED", `cannot run ${program}: ${messageOf(error)}`, { cause: error }));
    });
    child.on("exit", () => killGroup(child)); // what it left running in the background goes too
    child.on("close", (code) => {
      clearTimeout(timer);
      const stdout = Buffer.concat(shown).subarray(0, maxOutputBytes).toString();
      resolve({ ...(code === null ? {} : { exitCode: code }), ...(limit === undefined ? {} : { limit }), stdout });
    });
    child.stdin.end(stdin);
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return; // it never started
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nobody is left in the group, or only what is dead already.
    if (!isErrno(error, "ESRCH") && !isErrno(error, "EPERM")) throw error;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
