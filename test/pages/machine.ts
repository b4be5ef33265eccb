/** A machine as a page's reader has it: a home, a folder to work in, what was exported, and what earlier commands printed. Commands of ours run in this process, others in bash. */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type ControlClient, connectToNode, runningNodes } from "@grapevine/node";
import { nodeAccess } from "../../packages/cli/src/node-access.ts";
import { run } from "../../packages/cli/src/run.ts";
import type { Terminal } from "../../packages/cli/src/terminal.ts";
import { wordsOf } from "./page-commands.ts";

const grapevine = fileURLToPath(new URL("../../packages/cli/bin/grapevine.cjs", import.meta.url));

export interface Done {
  readonly code: number;
  readonly output: string;
}

export class Machine {
  readonly #folder: string;
  #environment: Record<string, string>;

  private constructor(folder: string, environment: Record<string, string>) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** The folder is the machine's user's home. */
  static async create(folder: string, environment: Readonly<Record<string, string>>): Promise<Machine> {
    await mkdir(folder, { recursive: true });
    return new Machine(folder, { PATH: process.env["PATH"] ?? "", HOME: folder, ...environment });
  }

  async run(command: string): Promise<Done> {
    const own = /^(?:npx pnpm )?grapevine ([^|<>$;&]+)$/.exec(command);
    return own?.[1] === undefined ? await this.#bash(command) : await this.#grapevine(wordsOf(own[1]));
  }

  /** Every node that runs here. */
  async clients(): Promise<ControlClient[]> {
    const home = join(this.#folder, ".grapevine");
    return Promise.all((await runningNodes(home)).map(({ name }) => connectToNode({ home, node: name })));
  }

  async #grapevine(words: readonly string[]): Promise<Done> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const terminal: Terminal = {
      stdin: Readable.from([]),
      stdout,
      stderr,
      environment: this.#environment,
      workingFolder: this.#folder,
      userHome: this.#folder,
      program: [process.execPath, "--conditions=grapevine-source", grapevine],
      onStopSignal: () => () => undefined,
      exit: (code) => {
        throw new Error(`ended with ${code}`);
      },
    };
    const code = await run(words, { terminal, nodes: nodeAccess, clock: { now: () => Date.now() } });
    const printed = [stdout, stderr].map(async (stream) => {
      stream.end();
      return await textOf(stream);
    });
    return { code, output: (await Promise.all(printed)).join("") };
  }

  /** What it exports holds for the commands after it. */
  async #bash(command: string): Promise<Done> {
    const exported = join(this.#folder, "exported");
    const functions = `grapevine() { "${process.execPath}" --conditions=grapevine-source "${grapevine}" "$@"; }; npx() { shift; "$@"; }`;
    const script = `set -e -o pipefail\n${functions}\n${command}\nenv -0 > ${exported}`;
    try {
      const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], { cwd: this.#folder, env: this.#environment });
      const pairs = (await readFile(exported, "utf8")).split("\0").filter((pair) => pair.includes("="));
      this.#environment = Object.fromEntries(
        pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
      );
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout = "", stderr = "" } = error as { code?: unknown; stdout?: string; stderr?: string };
      return { code: typeof code === "number" ? code : 1, output: `${stdout}${stderr}${String(error)}` };
    }
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.#folder, name), text);
  }
}
