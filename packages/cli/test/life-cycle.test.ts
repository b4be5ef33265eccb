import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { NodeOptions, RunningNode } from "@grapevine/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { argumentsOf } from "../src/commands/background.ts";
import { isAlive } from "../src/process-state.ts";
import { announce, grapevine, makeHome, token } from "./harness.ts";
import { status } from "./samples.ts";

const program = fileURLToPath(new URL("../bin/grapevine.cjs", import.meta.url));

/** A program that announces itself in the home as `up` does, and ends a moment after it was told to stop. */
const standInNode = `
  import { createServer } from "node:http";
  import { mkdirSync, writeFileSync } from "node:fs";
  const home = process.argv.find((word) => word.startsWith("--home="))?.slice(7) ?? process.argv.at(-1);
  const name = process.argv.find((word) => word.startsWith("--name="))?.slice(7) ?? "bo";
  if (name === "broken") {
    console.log('{"error":{"code":"HOME_IN_USE","message":"in use","hint":"Wait."}}');
    process.exit(1);
  }
  if (name === "mute") process.exit(7);
  const server = createServer((request, response) => {
    if (request.url === "/api/stop") setTimeout(() => process.exit(0), 150);
    response.end(JSON.stringify({ ...(request.url === "/api/status" ? ${JSON.stringify(status)} : { pid: process.pid }), name }));
  });
  if (process.argv.includes("--join=spent")) console.error("warning: the invite is spent");
  server.listen(0, "127.0.0.1", () => {
    mkdirSync(home + "/" + name, { recursive: true });
    writeFileSync(home + "/" + name + "/key", "k");
    writeFileSync(home + "/" + name + "/token", "${token}");
    const api = "http://127.0.0.1:" + server.address().port;
    writeFileSync(home + "/" + name + "/running.json", JSON.stringify({ name, pid: process.pid, api }));
    console.log("serving " + process.argv.slice(2).join(" "));
  });
`;

describe("up", () => {
  interface Started {
    readonly options: NodeOptions[];
    readonly stops: () => number;
    readonly start: (options: NodeOptions) => Promise<RunningNode>;
  }

  function fakeStart(stopped: Promise<void> = new Promise(() => undefined)): Started {
    const options: NodeOptions[] = [];
    let stops = 0;
    const node: RunningNode = {
      status: async () => status,
      dashboardLink: () => ({ url: "http://127.0.0.1:1/#code", expiresAt: 1 }),
      stopped,
      stop: async () => {
        stops += 1;
      },
    };
    return {
      options,
      stops: () => stops,
      start: async (given) => {
        options.push(given);
        return node;
      },
    };
  }

  it("says how to reach the node, stays, and stops it at Ctrl-C", async () => {
    const { start, stops, options } = fakeStart();
    const words = [
      "up",
      "--name",
      "bo",
      "--listen",
      "/ip4/127.0.0.1/tcp/0",
      "--join",
      "i1",
      "i2",
      "--trust",
      "--api",
      "0",
      "--home",
      "h",
    ];
    const { exitCode, stdout, forced } = await grapevine(words, {
      nodes: { start },
      workingFolder: "/w",
      during: async ({ shown, signal }) => {
        await shown("Ctrl-C");
        expect(stops()).toBe(0);
        signal("SIGINT");
      },
    });
    expect(options[0]).toMatchObject({
      home: "/w/h",
      name: "bo",
      listen: ["/ip4/127.0.0.1/tcp/0"],
      join: ["i1", "i2"],
      trust: true,
      api: 0,
    });
    expect({ exitCode, forced, stops: stops() }).toEqual({ exitCode: 0, forced: [], stops: 1 });
    expect(stdout).toContain("bo is up in swarm grapevine");
    expect(stdout).toContain("Dashboard:      http://127.0.0.1:1/#code");
    expect(stdout).toContain('grapevine ask "…" --home h --node bo');
  });

  it("gives one status document with --json, and ends when the node was stopped from elsewhere", async () => {
    const { start } = fakeStart(Promise.resolve());
    const { exitCode, stdout } = await grapevine(["up", "--json"], { nodes: { start } });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(status);
  });

  it("says what the node started without, also with --json", async () => {
    const { start } = fakeStart(Promise.resolve());
    const warned: typeof start = (options) => {
      options.onWarning?.("the invite is spent");
      return start(options);
    };
    const { exitCode, stdout, stderr } = await grapevine(["up", "--json"], { nodes: { start: warned } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "warning: the invite is spent\n" });
    expect(JSON.parse(stdout)).toEqual(status);
  });

  it("is ended at once by a second Ctrl-C", async () => {
    const { start } = fakeStart();
    const { forced } = await grapevine(["up"], {
      nodes: { start },
      during: async ({ shown, signal }) => {
        await shown("Ctrl-C");
        signal("SIGINT");
        signal("SIGINT");
      },
    });
    expect(forced).toEqual([130]);
  });

  it("is given the ways of reaching others that were said, and no others", async () => {
    const given: NodeOptions[] = [];
    const start = async (options: NodeOptions): Promise<never> => {
      given.push(options);
      throw new Error("enough");
    };
    const words = ["up", "--lan", "--exchange", "yes", "--relay", "no", "--bootstrap", "/b1", "--home", "/h"];
    await grapevine(words, { nodes: { start } });
    expect(given).toMatchObject([{ reach: { lan: true, exchange: true, relay: false }, bootstrap: ["/b1"] }]);
    expect(Object.keys(given[0]?.reach ?? {})).toHaveLength(3);
    expect((await grapevine(["up", "--lan", "perhaps"])).exitCode).toBe(2);
  });

  it("passes every option on to the background", () => {
    const options: NodeOptions = {
      home: "/h",
      name: "bo",
      swarm: "s",
      listen: ["/l1", "/l2"],
      join: ["i1"],
      trust: true,
      api: 4000,
      model: "embedded",
      capacity: 100,
      practise: "tools:7",
      answer: "swarm",
      keepAsked: false,
      reuse: false,
      reach: { lan: true, relay: false },
      bootstrap: ["/b1"],
      logLevel: "warn",
    };
    expect(argumentsOf(options)).toEqual([
      "--home=/h",
      "--name=bo",
      "--swarm=s",
      "--listen=/l1",
      "--listen=/l2",
      "--api=4000",
      "--model=embedded",
      "--capacity=100",
      "--practise=tools:7",
      "--answer=swarm",
      "--keep-asked=no",
      "--reuse=off",
      "--bootstrap=/b1",
      "--lan=yes",
      "--relay=no",
      "--log-level=warn",
      "--join=i1",
      "--trust",
    ]);
  });
});

describe("in the background", () => {
  async function home(): Promise<{ folder: string; standIn: readonly [string, string] }> {
    const folder = await makeHome();
    const script = join(folder, "stand-in.mjs");
    await writeFile(script, standInNode);
    return { folder, standIn: [process.execPath, script] };
  }

  it("starts a node that serves, and down comes back when it is gone", async () => {
    const { folder, standIn } = await home();
    const words = ["up", "--name", "cy", "--detach", "--json", "--home", folder, "--join", "spent"];
    const started = await grapevine(words, { program: standIn });
    expect(started.stderr).toBe("warning: the invite is spent\n");
    expect(JSON.parse(started.stdout).name).toBe("cy");
    const log = await readFile(join(folder, "cy", "up.log"), "utf8");
    expect(log).toBe(`${started.stderr}serving up --json --home=${folder} --name=cy --join=spent\n`);
    const { pid } = JSON.parse(await readFile(join(folder, "cy", "running.json"), "utf8"));
    onTestFinished(async () => {
      if (await isAlive(pid)) process.kill(pid);
    });
    expect(await isAlive(pid)).toBe(true);
    const stopped = await grapevine(["down", "--home", folder]);
    expect(stopped).toMatchObject({ exitCode: 0, stdout: "cy is down.\n" });
    expect(await isAlive(pid)).toBe(false);
  });

  it("hands on the error of a node that does not start", async () => {
    const { folder, standIn } = await home();
    const { exitCode, stdout } = await grapevine(["up", "--name", "broken", "--detach", "--json", "--home", folder], {
      program: standIn,
    });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: { code: "HOME_IN_USE", message: "in use", hint: "Wait." } });
  });

  it("names the log where the node said nothing", async () => {
    const { folder, standIn } = await home();
    const { exitCode, stderr } = await grapevine(["up", "--name", "mute", "--detach", "--home", folder], { program: standIn });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `error CLI_START_FAILED: the node ended (exit code 7); its log is ${join(folder, "mute", "up.log")}`,
    );
  });

  it("does not take a process that has ended for a running one", async () => {
    const child = spawn(process.execPath, ["-e", "0"]);
    await once(child, "exit");
    expect(await isAlive(child.pid ?? 0)).toBe(false);
    expect(await isAlive(process.pid)).toBe(true);
  });
});

describe("the program as a process", () => {
  async function execute(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, ["--conditions=grapevine-source", program, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, "close")]);
    return { code, stdout, stderr };
  }

  it("prints its help and leaves with 0", async () => {
    const { code, stdout, stderr } = await execute("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Usage: grapevine");
  });

  it.each(["20.20.2", "22.11.0"])("says to Node %s in a line what it needs", async (version) => {
    const older = `Object.defineProperty(process.versions, "node", { value: "${version}" }); require(${JSON.stringify(program)})`;
    const child = spawn(process.execPath, ["-e", older], { stdio: ["ignore", "pipe", "pipe"] });
    const [stderr, [code]] = await Promise.all([textOf(child.stderr), once(child, "close")]);
    expect({ code, lines: stderr.trim().split("\n").length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toContain("Node 22.12 or later");
  });

  it("leaves with the code of its error", async () => {
    const { code, stdout, stderr } = await execute("status", "--nonsense", "--json");
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(JSON.parse(stdout).error.code).toBe("CLI_USAGE");
  });

  it("reaches a running node, and prints long lists whole into a pipe", async () => {
    const { createServer } = await import("node:http");
    const many = Array.from({ length: 3_000 }, (_, index) => ({ spec: `m${index}`, description: "x".repeat(100), used: false }));
    const health = { name: "bo", pid: process.pid };
    const server = createServer(({ url }, response) => response.end(JSON.stringify(url === "/api/models" ? many : health)));
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const folder = await makeHome();
    const { port } = server.address() as { port: number };
    await announce(folder, "bo", { pid: process.pid, api: `http://127.0.0.1:${port}` });
    const { code, stdout, stderr } = await execute("model", "list", "--json", "--home", folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toHaveLength(3_000);
  });
});
