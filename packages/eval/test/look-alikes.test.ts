import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { judgedLookAlikes, readLookAlikes } from "../src/look-alikes.ts";
import { run } from "../src/run.ts";
import { lookAlikes } from "../src/scenarios/look-alikes.ts";

it("takes no look-alike for the question, and most rewordings", async () => {
  const lines = await readLookAlikes();
  for (const part of ["development", "held-out"]) {
    const figures = judgedLookAlikes(lines.filter((line) => line.part === part));
    expect(figures.wrong).toEqual([]);
    expect(figures.lookAlikes).toEqual({ reused: 0, of: 180 });
    expect(figures.dependent).toEqual({ reused: 0, of: 32 });
    expect(figures.reworded.of).toBe(90);
    expect(figures.reworded.reused).toBeGreaterThanOrEqual(65);
    expect(figures.repeated.reused).toBeGreaterThanOrEqual(28);
  }
});

it("counts what is wrong, and what nearness alone would make of it", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-look-alikes-"));
  const dataset = join(folder, "set.jsonl");
  const family = {
    part: "p",
    question: "How do I open a door?",
    same: ["How can I open a door?"],
    // The last one is no look-alike: it has to be counted as wrong.
    other: ["How do I close a door?", "How do you open a door?"].map((question) => ({ changed: "x", question })),
  };
  await writeFile(
    dataset,
    [family, { part: "p", question: "Why is the sky blue?", dependsOn: "time" }].map((line) => JSON.stringify(line)).join("\n"),
  );
  let out = "";
  const ran = {
    scenarios: [lookAlikes],
    writeOut: (text: string): void => {
      out += text;
    },
    writeError: () => undefined,
  };
  expect(await run(["look-alikes", "--dataset", dataset, "--json"], ran)).toBe(0);
  await rm(folder, { recursive: true });
  expect(JSON.parse(out)).toMatchObject({
    repeated: { reused: 1, of: 1 },
    reworded: { reused: 1, of: 1 },
    lookAlikes: { reused: 1, of: 2 },
    dependent: { reused: 1, of: 1 },
    parts: { p: { lookAlikes: { reused: 1, of: 2 } } },
    bars: [{ value: 1, bar: 0, holds: false }],
  });
});
