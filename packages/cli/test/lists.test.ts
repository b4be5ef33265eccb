import type { CalibrateInit, Calibration } from "@grapevine/node";
import { beforeEach, describe, expect, it } from "vitest";
import { grapevine, lines, makeHome, now, refuse, startStandIn } from "./harness.ts";
import { answer, experience, lesson, lessonDetails, lessonId, peer, status, used } from "./samples.ts";

const long = "a title that goes on and on, ".repeat(4).slice(0, 120);
const wide = "箱を大きさの順に並べる".repeat(10);

describe("lists", () => {
  const rows = [lesson, { ...lesson, title: long, authorName: undefined }, { ...lesson, title: wide, state: "own" }];

  it.each([[undefined], [40], [60], [80], [200]])("fit a terminal of %s columns", async (columns) => {
    const { where } = await startStandIn({
      "GET /api/lessons": () => rows,
      "GET /api/lessons/search": () => rows.map((row) => ({ ...row, similarity: 0.5 })),
      "GET /api/experiences": () => [experience, { ...experience, prompt: long, answer: `${wide}\n\n${long}` }],
      "GET /api/peers": () => [peer, { ...peer, name: long.slice(0, 64), roundTripMs: undefined }],
    });
    const options = columns === undefined ? {} : { columns };
    for (const words of [
      ["lessons", "list"],
      ["lessons", "search", "x"],
      ["experiences", "list"],
      ["peers", "list"],
    ]) {
      const { exitCode, stdout } = await grapevine([...words, ...where], options);
      expect(exitCode).toBe(0);
      const shown = stdout.trimEnd().split("\n");
      expect(shown).toHaveLength(words[0] === "lessons" ? 4 : 3);
      for (const line of shown) expect(displayWidth(line)).toBeLessThanOrEqual(columns ?? 80);
    }
  });

  it("show what tells lessons apart", async () => {
    const { where } = await startStandIn({ "GET /api/lessons": () => [lesson] });
    const [head, row] = (await grapevine(["lessons", "list", ...where], { columns: 120 })).stdout.split("\n");
    expect(head?.split(/\s+/)).toEqual(["ID", "STATE", "TITLE", "AUTHOR", "TRUST", "UTILITY", "AGE", "KIND"]);
    expect(row).toMatch(/^gh2akisc {2}held {3}List a box in order {2}ada +0\.25 +0\.75 {2}5 min {2}procedure$/);
  });

  it("are documents with --json, empty ones too", async () => {
    const { where } = await startStandIn({ "GET /api/lessons": () => [lesson], "GET /api/peers": () => [] });
    expect(JSON.parse((await grapevine(["lessons", "list", "--json", ...where])).stdout)).toEqual([lesson]);
    expect((await grapevine(["peers", "list", "--json", ...where])).stdout).toBe("[]\n");
  });

  it.each([
    [["lessons", "list"], "GET /api/lessons", "grapevine teach"],
    [["lessons", "search", "x"], "GET /api/lessons/search", "grapevine lessons list"],
    [["experiences", "list"], "GET /api/experiences", "grapevine ask"],
    [["peers", "list"], "GET /api/peers", "grapevine invite"],
  ])("%j: when empty, says what to do next", async (words, route, next) => {
    const { where } = await startStandIn({ [route]: () => [] });
    const { exitCode, stdout } = await grapevine([...words, ...where]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(next);
  });
});

describe("one thing in full", () => {
  it("a lesson, without what a terminal would obey", async () => {
    const guidance = "Use\u001b[2J peek";
    const { where } = await startStandIn({ "GET /api/lessons/h2aki": () => ({ ...lessonDetails, guidance }) });
    const { stdout } = await grapevine(["lessons", "show", "h2aki", ...where]);
    expect(stdout).toContain("List a box in order\n");
    expect(stdout).toMatch(/do +Use\[2J peek\n/);
    expect(stdout).toMatch(/example +List box tin in order of size\n +stash peek tin --by size\n/);
    expect(stdout).toContain("held: its author is not known here");
    expect(stdout).not.toContain("supersedes");
  });

  it("an experience, step by step", async () => {
    const details = {
      ...experience,
      steps: [{ action: "stash peek", observation: "usage: …", accepted: false }],
      usedLessons: [used],
      model: "embedded",
      ms: 900,
    };
    const { where } = await startStandIn({ "GET /api/experiences/8M3K0Q7Z": () => details });
    const { stdout } = await grapevine(["experiences", "show", "8M3K0Q7Z", ...where]);
    expect(stdout).toMatch(/> stash peek\n +refused: usage: …\n/);
    expect(stdout).toContain("“List a box in order” by ada");
  });

  it("a node", async () => {
    const { where } = await startStandIn({ "GET /api/status": () => status });
    const { stdout } = await grapevine(["status", ...where]);
    expect(stdout).toContain("bo is up in swarm grapevine\n");
    expect(stdout).toContain("1 own, 2 admitted, 3 held, 0 archived");
    expect(stdout).toMatch(/waiting +2 for distillation\n/);
    // Without the node's own id, which makes an address longer than a line.
    expect(stdout).toMatch(/addresses +\/ip4\/127\.0\.0\.1\/tcp\/4001\n +\/ip4\/127\.0\.0\.1\/tcp\/4002\n/);
    expect(stdout).toMatch(/answers +questions of peers that you trust\n/);
    expect(stdout).toMatch(/reached +not known.*--nat/);
    expect(stdout.replace(/\s+/gu, " ")).toContain("a text to go on with, one lesson after what the place says (calibrated)");
    expect(stdout.replace(/\s+/gu, " ")).toContain("6 of 9 tasks of tools:7 solved, 1 broken off; 21 % of the time");
    expect(stdout.replace(/\s+/gu, " ")).toContain(
      "awaits ada, who could not be reached (PEER_UNREACHABLE, tried 3 times), again in 16 s; the invite holds until ",
    );
    expect(stdout).toMatch(/besides +calls into the local network, relays and hole punching\n/);
    expect(JSON.parse((await grapevine(["status", "--json", ...where])).stdout)).toEqual(status);
  });
});

describe("practise", () => {
  const task = {
    type: "task",
    index: 0,
    total: 2,
    taskId: "t1",
    family: "list",
    prompt: "List box tin",
    solved: true,
    actions: ["stash peek tin"],
    experienceId: answer.experienceId,
    lessons: [used],
    ms: 2100,
  };
  const summary = { type: "summary", environment: "tools:7", right: 1, total: 2, ms: 4000 };
  const events = [task, { ...task, index: 1, solved: false, lessons: [] }, summary];

  it("gives a line a task, and the score", async () => {
    const { where } = await startStandIn({ "POST /api/practise": lines(...events) });
    const { stdout } = await grapevine(["practise", "tools:7", ...where]);
    expect(stdout).toContain("1/2  solved    2.1 s  List box tin  lessons by ada\n");
    expect(stdout).toContain("2/2  failed");
    expect(stdout).toContain("1 of 2 solved (50 %) in 4.0 s\n");
  });

  it("gives the same as JSON lines", async () => {
    const { where } = await startStandIn({ "POST /api/practise": lines(...events) });
    const { stdout } = await grapevine(["practise", "tools:7", "--json", ...where]);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
  });
});

describe("which node is meant", () => {
  it("none runs: exit code 3", async () => {
    const home = await makeHome();
    const { exitCode, stdout } = await grapevine(["status", "--json", "--home", home]);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout).error.code).toBe("NODE_NOT_RUNNING");
    expect((await grapevine(["status"], { environment: { GRAPEVINE_HOME: home } })).stderr).toContain(home);
  });

  it("several run: exit code 2 until one is named", async () => {
    const { home, where } = await startStandIn({ "GET /api/status": () => status });
    await startStandIn({ "GET /api/status": () => ({ ...status, name: "cy" }) }, { home, name: "cy" });
    const { exitCode, stderr } = await grapevine(["status", ...where]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error NODE_AMBIGUOUS: ");
    expect((await grapevine(["--node", "cy", "status", ...where])).stdout).toContain("cy is up");
  });

  it("one that refuses: its error, exit code 1", async () => {
    const { where } = await startStandIn({
      "GET /api/lessons/x": (_, response) => refuse(response, "LESSON_UNKNOWN", "no lesson is x"),
    });
    const { exitCode, stderr } = await grapevine(["lessons", "show", "x", ...where]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "error LESSON_UNKNOWN: no lesson is x\nhint: Do better.\n" });
  });
});

describe("peers", () => {
  it("are listed with how they are reached, how they behave, what is kept of them, and how far they are", async () => {
    const away = { ...peer, name: "cy", connected: false, path: undefined, conduct: undefined, roundTripMs: undefined };
    const { where } = await startStandIn({ "GET /api/peers": () => [peer, away] });
    const { stdout } = await grapevine(["peers", "list", ...where], { columns: 80 });
    const [title, here, gone] = stdout.split("\n");
    expect(title).toMatch(/NAME +PEER +REACHED +SCORE +LESSONS +ROUND TRIP +STANDING/);
    expect(here).toMatch(/ada +…QXHHRoyX +relayed +good +3 +4 ms +stranger/i);
    expect(gone).toMatch(/cy +\S+ +no +- +3 +- +stranger/);
  });
});

describe("peers, invites and lessons that are given and taken", () => {
  it("say what is so now", async () => {
    const { where } = await startStandIn({
      "POST /api/peers/ada/trust": () => ({ ...peer, standing: "trusted" }),
      "POST /api/invites": () => ({
        invite: "grapevine2xyz",
        swarm: "grapevine",
        addresses: [],
        id: "k3xq7a2mk3xq7a2m",
        expiresAt: now,
      }),
      "POST /api/join": () => ({ swarm: "grapevine", peerId: peer.peerId, name: "ada", trusted: false }),
      "POST /api/teach": () => ({ id: lessonId, title: "List", state: "own" }),
    });
    expect((await grapevine(["peers", "trust", "ada", ...where])).stdout).toBe("ada is trusted now.\n");
    expect((await grapevine(["invite", ...where])).stdout).toBe("grapevine2xyz\n");
    expect((await grapevine(["join", "grapevine1xyz", ...where])).stdout).toBe("Joined swarm grapevine through ada.\n");
    const { stdout } = await grapevine(["teach", "--situation", "s", "--guidance", "g", ...where]);
    expect(stdout).toBe("Lesson gh2akisc “List” is own.\n");
  });
});

describe("invites", () => {
  const made = { id: "k3xq7a2mk3xq7a2m", createdAt: now - 60_000, expiresAt: now + 86_400_000 };

  it("are shown as a code for cameras, which fits the terminal, in the characters that such codes hold best", async () => {
    const line = `grapevine2${"a2".repeat(160)}`;
    const { where, asked } = await startStandIn({
      "POST /api/invites": () => ({ invite: line, swarm: "grapevine", addresses: [], ...made, uses: 2 }),
    });
    const { stdout, stderr } = await grapevine(["invite", "--qr", "--expires", "12h", "--uses", "2", ...where]);
    expect(asked[0]?.body).toEqual({ expiresInMs: 43_200_000, uses: 2 });
    const [first, ...code] = stdout.trimEnd().split("\n");
    expect(first).toBe(line);
    // Version 9 is 53 dots wide, and holds 335 characters of the upper case alphabet, or 230 of any: fewer than these.
    expect(code.map((row) => row.length)).toEqual(Array.from({ length: 29 }, () => 57));
    expect(stderr).toContain("grapevine invite revoke k3xq7a2m");
  });

  it("are listed with who joined by them, and revoked by the beginning of their ids", async () => {
    const bo = { peerId: peer.peerId, name: "bo" };
    const { where, asked } = await startStandIn({
      "GET /api/invites": () => [{ ...made, state: "open", uses: 3, usedBy: [bo] }],
      "POST /api/invites/k3xq/revoke": () => ({ ...made, state: "revoked", usedBy: [bo] }),
    });
    expect((await grapevine(["invite", "list", ...where])).stdout).toMatch(/k3xq7a2m +open .* 1 of 3 +bo/);
    const { stdout, stderr } = await grapevine(["invite", "revoke", "k3xq", ...where]);
    expect(stdout).toContain("Invite k3xq7a2m is revoked");
    expect(stderr).toContain("grapevine peers block bo");
    expect(asked.map(({ url }) => url)).toEqual(["/api/invites", "/api/invites/k3xq/revoke"]);
  });

  it.each([
    ["--expires", "59s"],
    ["--expires", "366d"],
    ["--expires", "0m"],
    ["--uses", "0"],
    ["--uses", "1001"],
  ])("refuse %s %s", async (option, value) => {
    expect((await grapevine(["invite", option, value])).exitCode).toBe(2);
  });
});

describe("model list", () => {
  const models = [{ spec: "embedded", description: "packaged", bytes: 322_591_712, used: false }];
  const nodes = { listModels: async () => models };

  it("needs no node", async () => {
    const { exitCode, stdout } = await grapevine(["model", "list", "--home", await makeHome()], { nodes });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/embedded +323 MB +packaged/);
  });

  it("asks the node where one runs, and does not pass over one that was named and does not", async () => {
    const { where } = await startStandIn({ "GET /api/models": () => [{ ...models[0], used: true }] });
    expect((await grapevine(["model", "list", ...where], { nodes })).stdout).toMatch(/embedded +323 MB +yes/);
    expect((await grapevine(["model", "list", "--node", "cy", ...where], { nodes })).exitCode).toBe(3);
  });
});

describe("model calibrate", () => {
  const byDefault = { act: "completion", lessons: 1, place: "after" } as const;
  const found: Calibration = {
    model: "ollama:small",
    weights: "0123",
    strategy: { ...byDefault, act: "chat" },
    tasks: 12,
    results: [
      { ...byDefault, right: 7 },
      { ...byDefault, act: "chat", right: 9 },
    ],
    seconds: 40,
  };
  const asked: CalibrateInit[] = [];
  const nodes = {
    calibrateModel: async (init: CalibrateInit) => {
      asked.push(init);
      return found;
    },
  };
  beforeEach(() => asked.splice(0));

  it("needs no node, and says what each way did", async () => {
    const home = await makeHome();
    const { exitCode, stdout } = await grapevine(["model", "calibrate", "ollama:small", "--home", home], { nodes });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/a text to go on with, one lesson after what the place says +7 of 12/);
    expect(stdout).toMatch(/a chat, one lesson after what the place says +9 of 12 +yes/);
    expect(asked).toEqual([expect.objectContaining({ home, model: "ollama:small" })]);
  });

  it("takes the model of the running node where none is named", async () => {
    const { where } = await startStandIn({ "GET /api/status": () => status });
    const { stdout } = await grapevine(["model", "calibrate", "--json", ...where], { nodes });
    expect(JSON.parse(stdout)).toEqual(found);
    expect(asked[0]?.model).toBe(status.model);
    expect((await grapevine(["model", "calibrate", "--node", "cy", ...where], { nodes })).exitCode).toBe(3);
  });
});

/** East Asian characters take two columns. */
function displayWidth(line: string): number {
  return Array.from(line).reduce((sum, character) => sum + (/[\u{3000}-\u{9FFF}]/u.test(character) ? 2 : 1), 0);
}
