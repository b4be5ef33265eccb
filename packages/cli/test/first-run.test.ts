import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { ModelSummary } from "@grapevine/node";
import { expect, it } from "vitest";
import { announce, grapevine, makeHome, type Ran } from "./harness.ts";

const models: ModelSummary[] = [
  { spec: "ollama:big", description: "7B weights, on Ollama", bytes: 4_000_000_000, used: false },
  { spec: "embedded", description: "packaged", used: false },
];

/** Somebody at a terminal who presses these keys once the question stands there. */
async function atTerminal(
  home: string,
  keys: readonly string[],
  words: readonly string[] = [],
): Promise<Ran & { asked: number }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  let asked = 0;
  const ran = await grapevine(["up", "--home", home, ...words], {
    stdin,
    isWatched: true,
    onAsked: (text) => {
      if (!text.includes("With which model") || asked++ > 0) return;
      // A person presses keys after what asks them was written, not while.
      setImmediate(() => {
        for (const key of keys) stdin.write(key);
      });
    },
    nodes: {
      listModels: async () => models,
      start: async () => {
        throw new Error("enough");
      },
    },
  });
  return { ...ran, asked };
}

const [down, enter, interrupt] = ["\u001b[B", "\r", "\u0003"];

async function keptIn(home: string): Promise<unknown> {
  return JSON.parse(await readFile(join(home, "node", "settings.json"), "utf8"));
}

it("asks once, offers what is there, and keeps the answer", async () => {
  const home = await makeHome();
  const { stderr, asked } = await atTerminal(home, [down, enter]);
  expect(asked).toBeGreaterThan(0);
  for (const offered of ["the best there is", "ollama:big", "embedded"]) expect(stderr).toContain(offered);
  expect(await keptIn(home)).toEqual({ model: "ollama:big" });
  expect((await atTerminal(home, [enter])).asked).toBe(0);
});

it("goes on with the best there is at a mere Enter, and ends at Ctrl-C with nothing kept", async () => {
  const [home, other] = [await makeHome(), await makeHome()];
  await atTerminal(home, [enter]);
  expect(await keptIn(home)).toEqual({ model: "auto" });
  const { exitCode, stderr } = await atTerminal(other, [interrupt]);
  expect([exitCode, stderr]).toEqual([130, expect.stringContaining("error CLI_INTERRUPTED")]);
  await expect(keptIn(other)).rejects.toThrow("ENOENT");
});

it("asks nothing where it is said, where nobody watches, and of a node that was started before", async () => {
  const home = await makeHome();
  for (const words of [["--yes"], ["--json"], ["--model", "embedded"]]) {
    expect((await atTerminal(home, [enter], words)).asked).toBe(0);
  }
  await announce(home, "bo", { pid: process.pid, api: "http://127.0.0.1:1" });
  expect((await atTerminal(home, [enter])).asked).toBe(0);
  const piped = await grapevine(["up", "--home", await makeHome()], {
    nodes: {
      start: async () => {
        throw new Error("enough");
      },
    },
  });
  expect(piped.stderr).not.toContain("With which model");
});
