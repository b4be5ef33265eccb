/** Real nodes as real processes of the real command line, in homes of their own that are removed afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ControlClient, connectToNode, type Status } from "@grapevine/node";

const command = fileURLToPath(new URL("../../packages/cli/bin/grapevine.cjs", import.meta.url));

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end. */
export async function grapevine(words: readonly (string | Buffer)[], input?: string | Buffer): Promise<Finished> {
  const child = spawn(process.execPath, ["--conditions=grapevine-source", command, ...words.map(String)], { stdio: "pipe" });
  child.stdin.on("error", () => undefined); // a command that refuses its input early closes the pipe: its exit code says so
  child.stdin.end(input ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

export interface NodeProcess {
  readonly name: string;
  readonly home: string;
  readonly client: ControlClient;
  readonly child: ChildProcess;
  readonly status: Status;
  /** What it has written to stderr so far. */
  stderr(): string;
  /** SIGTERM, and waits until it is gone. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

export class Nodes {
  readonly home: string;
  readonly #children = new Set<ChildProcess>();

  private constructor(home: string) {
    this.home = home;
  }

  static async create(): Promise<Nodes> {
    return new Nodes(await mkdtemp(join(tmpdir(), "grapevine-e2e-")));
  }

  async up(name: string, more: readonly string[] = []): Promise<NodeProcess> {
    const words = [
      "up",
      "--name",
      name,
      "--home",
      this.home,
      "--listen",
      "/ip4/127.0.0.1/tcp/0",
      "--model",
      "embedded",
      "--json",
      ...more,
    ];
    const child = spawn(process.execPath, ["--conditions=grapevine-source", command, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.add(child);
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = once(child, "exit").then(([code]) => code as number | null);
    const first = await Promise.race([once(child.stdout, "data"), ended]);
    if (!Array.isArray(first)) throw new Error(`${name} ended with ${String(first)}: ${stderr}`);
    const status = JSON.parse(String(first[0])) as Status;
    const client = await connectToNode({ home: this.home, node: name });
    return {
      name,
      home: this.home,
      client,
      child,
      status,
      stderr: () => stderr,
      stop: async () => {
        child.kill("SIGTERM");
        return await ended;
      },
      kill: async () => {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await rm(this.home, { recursive: true, force: true, maxRetries: 3 });
  }
}
