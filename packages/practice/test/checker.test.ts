import { readdirSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ActionResult, Environment } from "@grapevine/core";
import { environmentContract } from "@grapevine/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { maxOutputBytes, timeoutMs } from "../src/command/limits.ts";
import { openEnvironment } from "../src/index.ts";

let folder: string;
let written = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-checker-"));
});
afterAll(() => rm(folder, { recursive: true }));

const sums = Array.from({ length: 4 }, (_, index) =>
  JSON.stringify({ id: `sum-${index}`, prompt: `${index} + 1?`, sum: `=${index + 1}` }),
);
/** Right when the answer is the field `sum` of the task. */
const sumCheck = 'read -r answer; grep -qF "\\"sum\\":\\"$answer\\"" task.json && echo "It is."';

interface Parts {
  readonly script?: string;
  readonly lines?: readonly string[];
  readonly changes?: Readonly<Record<string, unknown>>;
}

async function describedBy({ script = sumCheck, lines = sums, changes = {} }: Parts): Promise<string> {
  written += 1;
  await writeFile(join(folder, `${written}.sh`), script);
  await writeFile(join(folder, `${written}.jsonl`), lines.join("\n"));
  const path = join(folder, `${written}.json`);
  await writeFile(
    path,
    JSON.stringify({ name: "sums", tasks: `${written}.jsonl`, command: ["sh", `${written}.sh`], ...changes }),
  );
  return `command:${path}`;
}

async function answered(parts: Parts, answer = "1"): Promise<ActionResult> {
  const environment = await openEnvironment(await describedBy({ ...parts, lines: parts.lines ?? sums.slice(0, 1) }));
  return await actOn(environment, answer);
}

async function actOn(environment: Environment, answer: string): Promise<ActionResult> {
  const [task] = await environment.tasks({ count: 1, seed: 1 });
  if (task === undefined) throw new Error("no task");
  return await (await environment.start(task)).act(answer);
}

let contractSpecification: Promise<string> | undefined;
environmentContract("a checker", {
  open: async () => {
    contractSpecification ??= describedBy({});
    return openEnvironment(await contractSpecification);
  },
  solve: async (_environment, task) => [`=${Number.parseInt(task.prompt, 10) + 1}`],
  taskCount: 4,
  simulated: false,
});

describe("a checker", () => {
  it("gives the answer on stdin, the task in a file and by name, and shows what the command wrote", async () => {
    const script = 'cat; echo; cat task.json; echo "$GRAPEVINE_TASK of $GRAPEVINE_FAMILY"; exit 1';
    const lines = ['{"id": "t1", "family": "letters", "prompt": "p", "wanted": ["ä", "b"]}'];
    const { solved, accepted, done, observation } = await answered({ script, lines }, "größer; $(touch x) \n`y`");
    expect({ solved, accepted, done }).toEqual({ solved: false, accepted: false, done: false });
    const [first, second, json, last] = observation.split("\n");
    expect([first, second, last]).toEqual(["größer; $(touch x) ", "`y`", "t1 of letters"]);
    expect(JSON.parse(json ?? "")).toEqual({ id: "t1", family: "letters", prompt: "p", wanted: ["ä", "b"] });
  });

  it("takes exit code 0 for right and every other for wrong", async () => {
    expect(await answered({ script: "exit 0" })).toEqual({ accepted: true, solved: true, done: true, observation: "Right." });
    for (const script of ["exit 1", "exit 77", "kill -9 $$"]) {
      expect(await answered({ script })).toEqual({ accepted: false, solved: false, done: false, observation: "Wrong." });
    }
    expect(await answered({ script: "exec 0<&-; exit 0" }, "x".repeat(300_000))).toMatchObject({ solved: true });
  });

  it("runs in an empty folder of its own that is gone afterwards, with next to nothing of the node's variables", async () => {
    vi.stubEnv("SECRET_OF_THE_NODE", "s3cret");
    vi.stubEnv("WANTED_BY_THE_CHECK", "yes");
    const script = 'pwd; ls -A; test "$HOME" = "$PWD" && echo home; env; exit 1';
    const { observation } = await answered({ script, changes: { variables: ["WANTED_BY_THE_CHECK", "NOT_SET_ANYWHERE"] } });
    vi.unstubAllEnvs();
    const [place = "", ...rest] = observation.split("\n");
    expect(rest.slice(0, 2)).toEqual(["task.json", "home"]);
    expect(rest).toContain("WANTED_BY_THE_CHECK=yes");
    expect(observation).not.toContain("s3cret");
    expect(observation).not.toContain("NOT_SET_ANYWHERE");
    await expect(readFile(join(place, "task.json"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("ends a command that takes too long, with all that it started, and calls the answer wrong", async () => {
    const script = `sleep 60 & echo $! > ${join(folder, "left")}; sleep 60; exit 0`;
    const { solved, observation } = await answered({ script, changes: { timeoutMs: 300 } });
    expect({ solved, observation }).toEqual({ solved: false, observation: "Wrong: there was no verdict within 300 ms." });
    await expectEnded(Number(await readFile(join(folder, "left"), "utf8")));
  });

  it("ends what a command left running in the background", async () => {
    const script = `sleep 60 & echo $! > ${join(folder, "background")}; exit 0`;
    expect(await answered({ script })).toMatchObject({ solved: true });
    await expectEnded(Number(await readFile(join(folder, "background"), "utf8")));
  });

  it("ends a command that writes more than it may, and none that writes just as much", async () => {
    const script = "printf 12345; printf 67890 >&2; exit 0";
    expect(await answered({ script, changes: { maxOutputBytes: 10 } })).toMatchObject({ solved: true, observation: "12345" });
    expect(await answered({ script, changes: { maxOutputBytes: 9 } })).toMatchObject({
      solved: false,
      observation: "Wrong: the check wrote more than 9 bytes.",
    });
    expect(await answered({ script: "yes", changes: { timeoutMs: 60_000 } })).toMatchObject({ solved: false });
  });

  it("shows the agent 2000 characters at most", async () => {
    const shown = async (characters: number): Promise<number> =>
      (await answered({ script: `head -c ${characters} /dev/zero | tr '\\0' x; exit 1` })).observation.length;
    expect(await shown(2_000)).toBe(2_000);
    expect(await shown(2_001)).toBe(2_000);
  });

  it("has one error for a command that cannot be started", async () => {
    const plain = join(folder, "plain");
    await writeFile(plain, "no program");
    await chmod(plain, 0o600);
    for (const command of [["no-such-program-anywhere"], ["plain"]]) {
      await expect(answered({ changes: { command } })).rejects.toMatchObject({ code: "CHECKER_FAILED" });
    }
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith("grapevine-check-"));
    for (const name of folders) expect(readdirSync(join(tmpdir(), name))).not.toContain("plain");
  });

  it("says whether nodes may try things out there only when the description does", async () => {
    expect((await openEnvironment(await describedBy({ changes: { simulated: true } }))).simulated).toBe(true);
    expect((await openEnvironment(await describedBy({}))).simulated).toBe(false);
  });

  it("gives a task its own observation and choices", async () => {
    const lines = ['{"prompt": "p", "observation": "Look.", "choices": ["a", "b"]}', '{"prompt": "q"}'];
    const environment = await openEnvironment(
      await describedBy({ lines, changes: { observation: "In general.", actionName: "Word" } }),
    );
    const tasks = await environment.tasks({ count: 2, seed: 1 });
    const episodes = await Promise.all(tasks.map((task) => environment.start(task)));
    const seen = Object.fromEntries(
      episodes.map(({ task, observation, choices }) => [task.id, [task.family, observation, choices]]),
    );
    expect(seen).toEqual({ "line-1": ["sums", "Look.", ["a", "b"]], "line-2": ["sums", "In general.", undefined] });
    expect(environment.actionName).toBe("Word");
  });
});

describe("the description of a checker", () => {
  it("is refused with one error that names the file and the field", async () => {
    const broken: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [{ name: "" }, "name"],
      [{ command: [] }, "command"],
      [{ command: "python3 check.py" }, "command"],
      [{ command: ["a\u0000b"] }, "command.0"],
      [{ command: Array.from({ length: 65 }, () => "w") }, "command"],
      [{ timeoutMs: timeoutMs.lowest - 1 }, "timeoutMs"],
      [{ timeoutMs: timeoutMs.highest + 1 }, "timeoutMs"],
      [{ maxOutputBytes: maxOutputBytes.lowest - 1 }, "maxOutputBytes"],
      [{ maxOutputBytes: maxOutputBytes.highest + 1 }, "maxOutputBytes"],
      [{ variables: ["A=B"] }, "variables.0"],
      [{ shell: true }, "shell"],
    ];
    for (const [changes, field] of broken) {
      const error = await openEnvironment(await describedBy({ changes })).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "CHECKER_MALFORMED", message: expect.stringContaining(`${written}.json: `) });
      expect(error).toMatchObject({ message: expect.stringContaining(field) });
    }
    const ends = { timeoutMs: timeoutMs.highest, maxOutputBytes: maxOutputBytes.highest };
    const starts = { timeoutMs: timeoutMs.lowest, maxOutputBytes: maxOutputBytes.lowest };
    const words = { command: Array.from({ length: 64 }, () => "w") };
    for (const changes of [ends, starts, words]) await openEnvironment(await describedBy({ changes }));
  });

  it("is refused at the first broken line of its tasks", async () => {
    const broken = [
      '{"prompt": ',
      '{"id": "x"}',
      '{"prompt": ""}',
      "[1]",
      sums[0] ?? "",
      '{"prompt": "p", "choices": ["one"]}',
      '{"prompt": "p", "id": "a\\u0000b"}',
    ];
    for (const line of broken) {
      const lines = [...sums.slice(0, 3), "", line, "also broken"];
      await expect(openEnvironment(await describedBy({ lines }))).rejects.toMatchObject({
        code: "CHECKER_MALFORMED",
        message: expect.stringMatching(/\.jsonl, line 5: /),
      });
    }
  });

  it("has one error for a file that is not there, is not JSON or not UTF-8, and for no tasks", async () => {
    await expect(openEnvironment(`command:${join(folder, "none.json")}`)).rejects.toMatchObject({ code: "CHECKER_UNREADABLE" });
    const missing = await describedBy({ changes: { tasks: "none.jsonl" } });
    await expect(openEnvironment(missing)).rejects.toMatchObject({ code: "CHECKER_UNREADABLE" });
    await writeFile(join(folder, "text.json"), "name: sums");
    await expect(openEnvironment(`command:${join(folder, "text.json")}`)).rejects.toMatchObject({ code: "CHECKER_MALFORMED" });
    await writeFile(join(folder, "latin.json"), Uint8Array.of(0x22, 0xe9, 0x22));
    await expect(openEnvironment(`command:${join(folder, "latin.json")}`)).rejects.toMatchObject({ code: "CHECKER_MALFORMED" });
    await expect(openEnvironment(await describedBy({ lines: ["", ""] }))).rejects.toMatchObject({ code: "CHECKER_MALFORMED" });
  });
});

/** Killed processes take a moment to go. */
async function expectEnded(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(0);
  await vi.waitFor(async () => {
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "gone");
    expect(state === "gone" || / [ZX] /.test(state)).toBe(true);
  }, 5_000);
}
