import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultStrategy } from "@grapevine/agent";
import { type GenerationRequest, GrapevineError, systemClock } from "@grapevine/core";
import { ScriptedModel } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { calibrate } from "../src/calibrating.ts";
import { calibrationTasks, calibrationTool } from "../src/calibration-tasks.ts";
import { type KnownStrategy, keepStrategy, readStrategies } from "../src/strategy-file.ts";

function textOf({ prompt }: GenerationRequest): string {
  return typeof prompt === "string" ? prompt : prompt.map(({ content }) => content).join("\n\n");
}

/** Does what was asked where it understands the prompt. */
function modelThat(understands: (request: GenerationRequest) => boolean): ScriptedModel {
  const actions = new Map([
    ["barrel", "stow barrel rack 7"],
    ["Oscar", "ring Oscar : 3"],
    ["Vienna", 'hand note --via "VIENNA"'],
  ]);
  return new ScriptedModel({
    replies: (request) => {
      const task = textOf(request).split("Task: ").at(-1) ?? "";
      const known = [...actions].find(([word]) => task.includes(word));
      return known !== undefined && understands(request) ? known[1] : "help";
    },
  });
}

describe("a calibration", () => {
  it("takes the strategy with which most tasks are done, and says how many each did", async () => {
    const { strategy, results, tasks } = await calibrate(
      modelThat(({ prompt }) => typeof prompt !== "string"),
      { clock: systemClock },
    );
    expect(strategy).toEqual({ ...defaultStrategy, act: "chat" });
    expect(tasks).toBe(12);
    expect(results.map(({ right }) => right)).toEqual([0, 3, 0, 0]);
  });

  it("takes the default where another is only as good", async () => {
    const { strategy, results } = await calibrate(
      modelThat(() => true),
      { clock: systemClock },
    );
    expect(results.map(({ right }) => right)).toEqual([3, 3, 3, 3]);
    expect(strategy).toEqual(defaultStrategy);
  });

  it("puts as many lessons into a prompt as the strategy says, and where it says", async () => {
    const model = modelThat(() => false);
    let told = 0;
    await calibrate(model, { clock: systemClock, onProgress: () => (told += 1) });
    expect(told).toBe(model.requests.length);
    const [byDefault, chat, two, before] = [0, 12, 24, 36].map((at) => textOf(model.requests[at] ?? expect.fail("no request")));
    const examples = (text = ""): number => text.split("Task: ").length - 2;
    expect([byDefault, chat, two, before].map(examples)).toEqual([1, 1, 2, 1]);
    expect(byDefault?.indexOf("A warehouse")).toBe(0);
    expect(before?.indexOf("A warehouse")).toBeGreaterThan(before?.indexOf("Write") ?? 0);
    // The most relevant one is next to the task.
    expect(two?.indexOf("Usage: stow")).toBeGreaterThan(two?.indexOf("Usage: ring") ?? 0);
  });

  it("ends when it is told to", async () => {
    const signal = AbortSignal.abort(new GrapevineError("MODEL_ABORTED", "enough", ""));
    await expect(
      calibrate(
        modelThat(() => true),
        { clock: systemClock, signal },
      ),
    ).rejects.toThrow("enough");
  });

  it("has tasks that the right lesson shows, and that no lesson gives away", async () => {
    for (const { task, lessons } of calibrationTasks()) {
      const episode = await calibrationTool.start(task);
      for (const { lesson } of lessons) {
        expect((await episode.act(lesson.record.body.example?.steps[0] ?? "")).solved).toBe(false);
      }
    }
    const first = calibrationTasks()[0] ?? expect.fail("no task");
    expect((await (await calibrationTool.start(first.task)).act("STOW 'barrel' rack 7")).solved).toBe(true);
  });
});

describe("the strategies of a home", () => {
  const found: KnownStrategy = {
    act: "chat",
    lessons: 2,
    place: "before",
    model: "m",
    right: 9,
    tasks: 12,
    rightByDefault: 7,
    at: 5,
  };

  it("are kept by weights, for the user alone", async () => {
    const home = await mkdtemp(join(tmpdir(), "grapevine-strategies-"));
    try {
      expect(await readStrategies(home)).toEqual({});
      await keepStrategy(home, "one", found);
      await keepStrategy(home, "two", { ...found, act: "completion" });
      expect(await readStrategies(home)).toEqual({ one: found, two: { ...found, act: "completion" } });
      expect((await stat(join(home, "strategies.json"))).mode & 0o077).toBe(0);
      for (const text of ["{", '{"version":0,"byWeights":{}}']) {
        await writeFile(join(home, "strategies.json"), text);
        expect(await readStrategies(home)).toEqual({});
      }
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});
