import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryExperienceStore, MemoryLessonStore } from "@grapevine/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { maxGrowthPeriods, reportGrowth } from "../src/reporting-growth.ts";
import { maxLogLines, reportHealth } from "../src/reporting-health.ts";
import { embedded, joined, start } from "./bench.ts";

describe("the report of growth", () => {
  const minuteMs = 60_000;

  it("is empty where nothing was lived through", async () => {
    const { dashboard } = await start();
    expect(await dashboard.growth()).toMatchObject({ periods: [], experiences: 0, unused: [] });
  });

  it("counts what ended with lessons and without, and what was made and received", async () => {
    const { learner, teacher } = await joined();
    await teacher.service.teach({ situation: "A door squeaks", guidance: "Oil its hinges" });
    await expect.poll(async () => (await learner.service.status()).lessons.admitted).toBe(1);
    await embedded(learner);
    const used = await learner.service.ask({ question: "A door squeaks" });
    const plain = await learner.service.ask({ question: "Quite another matter", lessons: false });
    await learner.service.ask({ question: "Nobody says how it went", lessons: false });
    await learner.service.feedback({ experience: used.experienceId, verdict: "worked" });
    await learner.service.feedback({ experience: plain.experienceId, verdict: "failed" });
    const report = await learner.dashboard.growth();
    expect(report.periodMs).toBe(minuteMs);
    const sum = (count: (period: (typeof report.periods)[number]) => number): number =>
      report.periods.reduce((all, period) => all + count(period), 0);
    expect(sum(({ withLessons }) => withLessons.worked)).toBe(1);
    expect(sum(({ withoutLessons }) => withoutLessons.failed)).toBe(1);
    expect([sum(({ made }) => made), sum(({ received }) => received)]).toEqual([0, 1]);
    expect(report).toMatchObject({ experiences: 3, time: { withLessonsMs: expect.any(Number) }, reused: { answers: 0 } });

    const [lesson] = await learner.service.lessons();
    expect(await learner.dashboard.experiencesOfLesson(lesson?.id ?? "")).toMatchObject({
      source: [],
      used: [{ id: used.experienceId, verdict: "worked" }],
    });
  });

  it("says what giving answers again saved: of those whose first giving is known, and never less than nothing", async () => {
    const experiences = new MemoryExperienceStore();
    const common = {
      createdAt: 1,
      prompt: "p",
      answer: "a",
      steps: [],
      lessons: [],
      model: "m",
      distillation: "waiting",
    } as const;
    await experiences.append({ id: "counted", ...common, ms: 900, tokens: { prompt: 100, generated: 20 } });
    await experiences.append({ id: "uncounted", ...common, ms: 50 });
    for (const [id, reusedFrom, ms] of [
      ["1", "counted", 1],
      ["2", "counted", 2],
      ["3", "uncounted", 60],
      ["4", "forgotten", 1],
    ] as const) {
      await experiences.append({ id, ...common, ms, reusedFrom });
    }
    const report = await reportGrowth({ experiences, store: new MemoryLessonStore(), self: "me", clock: { now: () => 2 } });
    expect(report.reused).toEqual({ answers: 4, savedMs: 899 + 898, savedTokens: 240 });
  });

  it("has periods as long as it takes for them to be few", async () => {
    const day = 86_400_000;
    for (const days of [0.5, 40, 400]) {
      const now = 2_000 * day;
      const experiences = new MemoryExperienceStore();
      const common = { prompt: "p", answer: "a", steps: [], lessons: [], model: "m", ms: 1, distillation: "waiting" } as const;
      await experiences.append({ id: "1", createdAt: now - days * day, ...common });
      await experiences.append({ id: "2", createdAt: now, ...common });
      const store = new MemoryLessonStore();
      const { periods, periodMs } = await reportGrowth({ experiences, store, self: "me", clock: { now: () => now } });
      expect(periods.length).toBeLessThanOrEqual(maxGrowthPeriods);
      expect(periods[0]?.from).toBeLessThanOrEqual(now - days * day);
      expect((periods.at(-1)?.from ?? 0) + periodMs).toBeGreaterThan(now);
    }
  });
});

describe("the report of health", () => {
  it("says what the node takes, and gives the end of its log in words", async () => {
    const folder = await mkdtemp(join(tmpdir(), "grapevine-health-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    expect(await reportHealth(folder)).toMatchObject({ disk: { usedBytes: 0, freeBytes: expect.any(Number) }, log: [] });
    const line = (index: number): string =>
      JSON.stringify({ level: 40, time: index, node: "n", msg: `line ${index}`, err: { message: "lost" }, queue: 3 });
    const lines = Array.from({ length: maxLogLines + 1 }, (_, index) => line(index));
    await writeFile(join(folder, "node.log"), `${lines.join("\n")}\n{"half a li`);
    const { log, disk } = await reportHealth(folder);
    expect(log).toHaveLength(maxLogLines);
    expect(log.at(-1)).toEqual({ at: maxLogLines, level: "warn", text: `line ${maxLogLines}; lost; queue 3` });
    expect(disk.usedBytes).toBeGreaterThan(1_000);
  });
});
