import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, grapevine, type NodeProcess, Nodes } from "./harness.ts";

/** One clear error on stderr, with its code, a hint, and the exit code; nothing on stdout. */
function expectError({ code, stdout, stderr }: Finished, exit: number, error: string): void {
  expect({ exit: code, stdout, code: /error (\w+):/.exec(stderr)?.[1], stderr }).toMatchObject({ exit, stdout: "", code: error });
  expect(stderr).toContain("hint: ");
  expect(stderr.match(/error \w+:/g)).toHaveLength(1);
  expect(stderr).not.toContain("    at ");
}

describe("bad input without a node", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "grapevine-bad-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("names an unknown flag and an unknown command", async () => {
    expectError(await grapevine(["status", "--frobnicate"]), 2, "CLI_USAGE");
    expectError(await grapevine(["frobnicate"]), 2, "CLI_USAGE");
  });

  it("says that no node is running, with an exit code of its own", async () => {
    expectError(await grapevine(["status", "--home", folder]), 3, "NODE_NOT_RUNNING");
    const { code, stdout } = await grapevine(["status", "--home", folder, "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "NODE_NOT_RUNNING", hint: expect.stringContaining("grapevine up") },
    });
  });

  it("names file and line of a broken JSONL", async () => {
    const lines = Array.from({ length: 9 }, (_, index) => JSON.stringify({ text: `line ${index + 1} is fine` }));
    lines[6] = '{"text": "cut';
    const file = join(folder, "texts.jsonl");
    await writeFile(file, lines.join("\n"));
    const refused = await grapevine(["check", file, "--jsonl"]);
    expectError(refused, 2, "CLI_LINE_MALFORMED");
    expect(refused.stderr).toContain("texts.jsonl");
    expect(refused.stderr).toMatch(/line 7\b|:7\b/);
  });

  it("refuses a GGUF that is none, one that is not there, and an unknown kind of model", async () => {
    const file = join(folder, "fake.gguf");
    await writeFile(file, "this is not a model");
    const up = (model: string): Promise<Finished> => grapevine(["up", "--home", join(folder, "home"), "--model", model]);
    expectError(await up(`gguf:${file}`), 1, "MODEL_FILE_INVALID");
    expectError(await up(`gguf:${file}.nowhere`), 1, "MODEL_FILE_MISSING");
    expectError(await up("abacus:7"), 2, "MODEL_SPEC_INVALID");
  });

  it("refuses a malformed name, address and invite at the start, and leaves nothing running", async () => {
    const up = (...words: string[]): Promise<Finished> =>
      grapevine(["up", "--home", join(folder, "home"), "--listen", "/ip4/127.0.0.1/tcp/0", "--model", "embedded", ...words]);
    expectError(await up("--name", "a/../b"), 2, "NODE_NAME_INVALID");
    expectError(await up("--listen", "example.com:80"), 2, "ADDRESS_INVALID");
    expectError(await up("--join", "grapevine1nonsense"), 2, "INVITE_DAMAGED");
    for (const detached of [[], ["--detach"]]) {
      expectError(await up("--name", "new", "--swarm", "two words", ...detached), 2, "SWARM_INVALID");
      expectError(await up("--name", "new", "--join", "hello", ...detached), 2, "INVITE_MALFORMED");
    }
    expect(existsSync(join(folder, "home", "new"))).toBe(false);
    expectError(await grapevine(["status", "--home", join(folder, "home")]), 3, "NODE_NOT_RUNNING");
  });
});

describe("bad input to a running node", () => {
  let nodes: Nodes;
  let node: NodeProcess;
  beforeAll(async () => {
    nodes = await Nodes.create();
    node = await nodes.up("ada");
  });
  afterAll(() => nodes.close());
  const here = (...words: (string | Buffer)[]): (string | Buffer)[] => [...words, "--home", nodes.home];

  it("refuses invites that are malformed, cut, its own, or of another swarm", async () => {
    const { invite } = await node.client.invite();
    expectError(await grapevine(here("join", "hello")), 2, "INVITE_MALFORMED");
    expectError(await grapevine(here("join", invite.slice(0, -5))), 2, "INVITE_DAMAGED");
    expectError(await grapevine(here("join", invite)), 1, "INVITE_OWN");
    const other = await nodes.up("basil", ["--swarm", "elsewhere"]);
    const foreign = (await other.client.invite()).invite;
    expectError(await grapevine([...here("join", foreign), "--node", "ada"]), 1, "INVITE_OTHER_SWARM");
    const wrong = ["up", "--name", "cleo", "--home", nodes.home, "--swarm", "third", "--join", foreign];
    expectError(await grapevine(wrong), 1, "INVITE_OTHER_SWARM");
    expect(existsSync(join(nodes.home, "cleo"))).toBe(false);
    expect(await other.stop()).toBe(0);
    // Whoever invited is away: the node starts all the same, says so, and joins when it is back.
    const guest = await nodes.up("cleo", ["--join", foreign, "--trust"]);
    expect(guest.status).toMatchObject({ swarm: "elsewhere", peers: 0 });
    expect(guest.stderr()).toMatch(/^warning: .*\(PEER_UNREACHABLE\).*keeps trying/);
    expectError(await grapevine([...here("join", foreign), "--node", "cleo"]), 1, "PEER_UNREACHABLE");
    const back = await nodes.up("basil", ["--listen", other.status.addresses[0]?.replace(/\/p2p\/.*/, "") ?? ""]);
    await expect.poll(async () => (await guest.client.peers())[0], { timeout: 30_000 }).toMatchObject({ standing: "trusted" });
    expect([await back.stop(), await guest.stop()]).toEqual([0, 0]);
  });

  it("refuses a home that another process uses, and a port that is taken", async () => {
    expectError(await grapevine(["up", "--name", "ada", "--home", nodes.home, "--model", "embedded"]), 1, "HOME_IN_USE");
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const words = ["up", "--name", "dora", "--home", nodes.home, "--model", "embedded", "--listen", "/ip4/127.0.0.1/tcp/0"];
    expectError(await grapevine([...words, "--api", String(port)]), 1, "API_PORT_IN_USE");
    expectError(await grapevine([...words, "--listen", `/ip4/127.0.0.1/tcp/${port}`]), 1, "LISTEN_FAILED");
    server.close();
  });

  it("refuses questions that are not UTF-8, empty, or too long, and keeps no experience of them", async () => {
    expectError(await grapevine(here("ask", "-"), Buffer.from([0x48, 0xff, 0xfe, 0x21])), 2, "CLI_INPUT_NOT_UTF8");
    expectError(await grapevine(here("ask", "   ")), 2, "CLI_USAGE");
    expectError(await grapevine(here("ask", "-"), Buffer.alloc(10 * 1024 * 1024, "a")), 1, "QUESTION_TOO_LONG");
    expect((await node.client.status()).experiences).toBe(0);
  });

  it("refuses lessons that hold a secret or nothing, and keeps none", async () => {
    const teach = (guidance: string): Promise<Finished> =>
      grapevine(here("teach", "--situation", "A gate is shut", "--guidance", guidance));
    const secret = ["ghp", "16C7e42F292c6912E7710c838347Ae178B4a"].join("_");
    const refused = await teach(`Use the token ${secret}`);
    expectError(refused, 1, "LESSON_REFUSED");
    expect(refused.stderr).not.toContain(secret);
    expectError(await teach(" "), 1, "LESSON_REFUSED");
    expect(await node.client.lessons()).toEqual([]);
  });

  it("names what is unknown: lesson, experience, peer, environment, question file", async () => {
    expectError(await grapevine(here("lessons", "show", "zzzzzzzz")), 1, "LESSON_UNKNOWN");
    expectError(await grapevine(here("feedback", "ZZZZ", "worked")), 1, "EXPERIENCE_UNKNOWN");
    expectError(await grapevine(here("ask", "hello", "--peer", "nobody")), 1, "PEER_UNKNOWN");
    expectError(await grapevine(here("practise", "chess")), 1, "ENVIRONMENT_INVALID");
    expectError(await grapevine(here("practise", "questions:/nowhere/at/all.jsonl")), 1, "QUESTIONS_UNREADABLE");
  });

  it("names file and line of a question set that is broken at line 7", async () => {
    const lines = Array.from({ length: 9 }, (_, index) =>
      JSON.stringify({ question: `What is ${index}?`, choices: ["a", "b"], answer: 0 }),
    );
    lines[6] = '{"question": "cut", "choices": ["a"';
    const file = join(nodes.home, "questions.jsonl");
    await writeFile(file, lines.join("\n"));
    const refused = await grapevine(here("practise", `questions:${file}`));
    expectError(refused, 1, "QUESTIONS_MALFORMED");
    expect(refused.stderr).toMatch(/questions\.jsonl.*(line 7\b|:7\b)/);
  });
});
