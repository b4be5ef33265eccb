/** The command line and other programs as processes of their own, where start-up or memory is measured: as a user has them, from the first instruction on. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { benchErrors } from "./errors.ts";

export interface Served {
  readonly child: ChildProcess;
  /** From before the process was started to its first line. */
  readonly startMs: number;
}

/** As the root's `grapevine` script starts node. */
const nodeOptions: readonly string[] = ["--max-semi-space-size=4", "--conditions=grapevine-source"];
const nodeEnvironment = { MALLOC_ARENA_MAX: "2" };
/** The `grapevine` command of this repository, as arguments of node. */
export const grapevine: readonly string[] = [
  ...nodeOptions,
  fileURLToPath(new URL("../../packages/cli/bin/grapevine.cjs", import.meta.url)),
];

/** What a node is started with here: loopback alone, the packaged model, which nobody asks. */
export function nodeArguments(home: string, name: string): string[] {
  const listen = ["--listen", "/ip4/127.0.0.1/tcp/0"];
  return [...grapevine, "up", "--json", "--home", home, "--name", name, ...listen, "--model", "embedded"];
}

/** Starts node with the arguments and resolves with the process's first line. @throws BENCH_PROCESS_FAILED */
export async function serve(words: readonly string[], timeoutMs = 120_000): Promise<Served> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, words, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...nodeEnvironment },
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const [first] = await Promise.race([once(child.stdout, "data", { signal }), once(child, "exit", { signal })]);
    const startMs = performance.now() - startedAt;
    if (!Buffer.isBuffer(first)) throw new Error(complaint.trim() || "it ended without a word");
    if (first.toString().startsWith('{"error"')) throw new Error(first.toString().trim());
    child.stdout.resume(); // nothing else it says may hold it up
    return { child, startMs };
  } catch (error) {
    child.kill("SIGKILL");
    throw benchErrors.create("BENCH_PROCESS_FAILED", `node ${words.join(" ")}: ${complaint || String(error)}`, { cause: error });
  }
}

/**
 * Starts the node of a home once and lets it end by itself. Node writes what it has compiled to its cache only then, which a user's node does and a killed one does not:
 * without that cache the next start compiles everything again, and keeps the compiler in memory.
 */
export async function startAndStop(home: string, name: string): Promise<void> {
  const { child } = await serve(nodeArguments(home, name));
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** Runs node with the arguments to its end; milliseconds. @throws BENCH_PROCESS_FAILED */
export async function runToEnd(words: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, words, { stdio: "ignore" });
  const [code] = await once(child, "exit");
  const ms = performance.now() - startedAt;
  if (code !== 0) throw benchErrors.create("BENCH_PROCESS_FAILED", `node ${words.join(" ")} ended with ${code}`);
  return ms;
}

/** At once: what it holds is a copy that is thrown away. */
export async function end({ child }: Served): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Megabytes (of 2^20 bytes) of the process that are in memory, shared ones included. */
export async function residentMegabytes({ child }: Served): Promise<number> {
  const kilobytes =
    process.platform === "linux"
      ? /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${child.pid}/status`, "utf8"))?.[1]
      : await printed("ps", ["-o", "rss=", "-p", String(child.pid)]);
  return Number(kilobytes) / 1_024;
}

async function printed(command: string, words: readonly string[]): Promise<string> {
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString().trim();
}
