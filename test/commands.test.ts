/**
 * Every command of the README and of the guides does what the page says: each page is followed from its beginning, in empty homes, with real nodes on loopback and a model
 * server that always says the same. What needs more than that is marked on the page, and held to what the command line, the scripts and the scenarios know.
 */
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { scenarios } from "../packages/eval/src/registry.ts";
import { root } from "../scripts/checks/tree.ts";
import { type Done, Machine } from "./pages/machine.ts";
import { type ModelServer, startModelServer } from "./pages/model-server.ts";
import { commandBlocks, languagesOf, wordsOf } from "./pages/page-commands.ts";

const pages = ["README.md", ...globSync("docs/{tutorial*,how-to/*}.md", { cwd: root }).sort()];
const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);

/** What a page takes to be there. */
const files: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "README.md": {
    "notes.txt": "The build needs make.\n",
    "checker.json": JSON.stringify({ name: "yes", tasks: "tasks.jsonl", command: ["true"] }),
    "tasks.jsonl": '{"prompt": "Say yes"}\n',
  },
};

let server: ModelServer;
const ollamaHost = process.env["OLLAMA_HOST"];
beforeAll(async () => {
  server = await startModelServer();
  process.env["OLLAMA_HOST"] = server.host;
});
afterAll(() => {
  if (ollamaHost === undefined) delete process.env["OLLAMA_HOST"];
  else process.env["OLLAMA_HOST"] = ollamaHost;
  server.close();
});

describe("what the guides give to be typed", () => {
  it("is marked as such, all of it", () => {
    expect(pages.length).toBeGreaterThan(5);
    for (const page of pages) expect(languagesOf(read(page)), page).not.toContain("");
  });

  it("names scripts and scenarios that there are", () => {
    const unknown = pages.flatMap((page) => commandBlocks(read(page)).flatMap(({ commands }) => commands.filter(isUnknown)));
    expect(unknown).toEqual([]);
  });

  it.concurrent.for(pages)("works: %s", { timeout: 120_000 }, async (page, { expect: expects, onTestFinished }) => {
    const reader = await Reader.create(files[page] ?? {});
    onTestFinished(() => reader.close());
    const run = commandBlocks(read(page)).filter(({ checkedOnly }) => checkedOnly === undefined);
    expects(run.length).toBeGreaterThan(0);
    for (const { machine, commands } of run) {
      for (const command of commands) {
        const { code, output } = await reader.type(machine, command);
        expects(code, `${basename(page)}, ${machine}: ${command}\n${output}`).toBe(0);
        if (page === "docs/tutorial-two-machines.md" && / ask /.test(command) && !command.includes("--peer")) {
          expects(output).toMatch(/lesson used: .*by ada/);
        }
      }
    }
  });
});

/** Whoever follows a page: fills in what the page leaves to be filled in, and waits where a person would look again. */
class Reader {
  readonly #folder: string;
  readonly #files: Readonly<Record<string, string>>;
  readonly #port: number;
  readonly #machines: Map<string, Machine> = new Map();
  /** What was printed last of each kind. */
  readonly #seen: Map<string, string> = new Map();

  private constructor(folder: string, given: Readonly<Record<string, string>>, port: number) {
    this.#folder = folder;
    this.#files = given;
    this.#port = port;
  }

  static async create(given: Readonly<Record<string, string>>): Promise<Reader> {
    return new Reader(await mkdtemp(join(tmpdir(), "grapevine-page-")), given, await freePort());
  }

  async type(name: string, command: string): Promise<Done> {
    const machine = this.#machines.get(name) ?? (await this.#newMachine(name));
    const done = await machine.run(await this.#filledIn(command, machine));
    for (const [kind, pattern] of Object.entries(printed)) {
      const found = pattern.exec(done.output)?.[1];
      if (found !== undefined) this.#seen.set(kind, found);
    }
    if (/ (?:join|teach|peers trust) /.test(command)) await this.#untilSettled();
    return done;
  }

  async close(): Promise<void> {
    for (const machine of this.#machines.values()) {
      for (const client of await machine.clients()) {
        const { name } = await client.status();
        await machine.run(`grapevine down --node ${name}`);
      }
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #newMachine(name: string): Promise<Machine> {
    const machine = await Machine.create(join(this.#folder, name), {});
    for (const [file, text] of Object.entries(this.#files)) await machine.write(file, text);
    this.#machines.set(name, machine);
    return machine;
  }

  async #filledIn(command: string, machine: Machine): Promise<string> {
    const seen = (kind: string): string => this.#seen.get(kind) ?? `no ${kind} was printed before`;
    const lesson = async (): Promise<string> => (await (await machine.clients())[0]?.lessons())?.[0]?.id ?? "no lesson is here";
    return (
      command
        .replace("grapevine2…", seen("invite"))
        .replace("team@…", seen("swarm"))
        .replace("12D3KooW…", seen("peerId"))
        .replace('"…"', '"How do I list the box tin by size?"')
        .replace(/ EXPERIENCE\b/, ` ${seen("experience")}`)
        .replace(/ ID\b/, / ID\b/.test(command) ? ` ${await lesson()}` : "")
        // Where a terminal asks whether one is sure, one is.
        .replace(/ (?:forget|swarm revoke) .*/, "$& --yes")
        .replaceAll("tcp/4001", "tcp/0")
        .replaceAll("11500", String(this.#port))
    );
  }

  /** Lessons are where they were going to, and can be found. */
  async #untilSettled(): Promise<void> {
    const clients = (await Promise.all([...this.#machines.values()].map((machine) => machine.clients()))).flat();
    await vi.waitUntil(
      async () => {
        const all = await Promise.all(clients.map((client) => client.status()));
        const connected = all.filter(({ peers }) => peers > 0);
        const counts = new Set(connected.map(({ lessons }) => lessons.own + lessons.admitted + lessons.held));
        return counts.size <= 1 && all.every(({ queues }) => queues.embedding === 0);
      },
      { timeout: 20_000, interval: 100 },
    );
  }
}

const printed: Readonly<Record<string, RegExp>> = {
  invite: /(grapevine2\w{20,})/,
  swarm: /(team@\w+)/,
  peerId: /\b(12D3KooW\w{40,})/,
  experience: /experience (\w+); how did it go/,
};

/** Is it a script that is not there, or a scenario? What the words of `grapevine` are is looked at by `docs.test.ts`. */
function isUnknown(command: string): boolean {
  const [first, second, script = "", ...rest] = wordsOf(command);
  if (first !== "npx" || second !== "pnpm") return false;
  if (!scripts.includes(script)) return true;
  const named = rest.filter((word, place) => !word.startsWith("-") && !rest[place - 1]?.startsWith("--"));
  return script === "eval" && named.some((word) => !scenarios.some(({ name }) => name === word));
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
