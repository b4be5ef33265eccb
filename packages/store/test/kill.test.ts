import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "@grapevine/core";
import { expect, it } from "vitest";
import { openStore } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const rounds = 5;

function startAppending(path: string, round: number): ChildProcess {
  const script = join(import.meta.dirname, "appending-process.ts");
  return spawn(process.execPath, ["--conditions=grapevine-source", script, path, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Lets it acknowledge so many lines, then kills it; gives every line that it got out. */
async function linesUntilKilled(child: ChildProcess, lineCount: number): Promise<string[]> {
  if (child.stdout === null) throw new Error("the process has no stdout");
  const lines: string[] = [];
  const closed = once(child, "close");
  for await (const line of createInterface(child.stdout)) {
    if (lines.push(line) === lineCount) child.kill("SIGKILL");
  }
  await closed;
  return lines;
}

it("promise 1: keeps everything that was acknowledged, over kills at any moment", { timeout: 120_000 }, async () => {
  const path = join(temporaryFolder(), "store");
  const experiences = new Set<string>();
  const judged = new Set<string>();
  const lessons = new Set<string>();
  const labels = new Set<string>();
  let lastSequence = 0;
  for (let round = 0; round < rounds; round++) {
    for (const line of await linesUntilKilled(startAppending(path, round), 40 + round * 83)) {
      const [kind, value = ""] = line.split(" ");
      if (kind === "experience") experiences.add(value);
      if (kind === "judged") judged.add(value);
      if (kind === "lesson") lessons.add(value);
      if (kind === "label") {
        expect(labels).not.toContain(value);
        labels.add(value);
      }
      if (kind === "sequence") {
        expect(Number(value)).toBeGreaterThan(lastSequence);
        lastSequence = Number(value);
      }
    }
    const store = await openStore({ path, clock: systemClock, createIfMissing: false });
    for (const id of experiences) {
      const experience = await store.experiences.get(id);
      expect(experience?.id).toBe(id);
      if (judged.has(id)) expect(experience?.outcome).toBeDefined();
    }
    expect((await store.lessons.getMany([...lessons])).every((lesson) => lesson !== undefined)).toBe(true);
    expect(store.report.lessons).toBeGreaterThanOrEqual(lessons.size);
    expect(store.experiences.count()).toBeGreaterThanOrEqual(experiences.size);
    await store.close();
  }
  expect(experiences.size).toBeGreaterThan(100);
  expect(lessons.size).toBeGreaterThan(60);
});
