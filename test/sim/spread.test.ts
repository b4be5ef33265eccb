/** Lessons reach a whole swarm, and what is counted of it adds up. Big swarms: `npx pnpm sim --spread`. */
import { expect, it } from "vitest";
import { spread } from "./spread.ts";
import { spreadPlot } from "./spread-plot.ts";

it("a lesson reaches every peer of a whole swarm, and costs each at least its own bytes", async () => {
  const result = await spread({ seed: 1, peers: 12, loss: 0.05, lessons: 3 });
  expect(result.delivered).toBe(1);
  expect(result.delaysMs).toHaveLength(3 * 11);
  expect(result.reachedMs.all).toBeGreaterThanOrEqual(result.reachedMs.half ?? Number.POSITIVE_INFINITY);
  expect(result.bytes.perLesson).toBeGreaterThan(result.bytes.lessonFrame);
  expect(spreadPlot([result])).toContain("12 peers");
});
