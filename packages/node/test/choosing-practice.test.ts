import type { Task } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { knownAfter, maxFailures, type PastTry, taskToPractise } from "../src/choosing-practice.ts";

const task = (family: string, number: number): Task => ({ id: `${family}-${number}`, family, prompt: `${family} ${number}` });
const tasks = [1, 2, 3, 4, 5].flatMap((number) => [task("place", number), task("heat", number)]);

function tried({ id, family }: Task, verdict: "worked" | "failed", refused = 0): PastTry {
  const step = (accepted: boolean): PastTry["steps"][number] => ({ action: "a", observation: "o", accepted });
  const steps = [...Array.from({ length: refused }, () => step(false)), step(verdict === "worked")];
  return { task: { environment: "tools:7", id, family }, outcome: { verdict, verifiedBy: "environment", at: 1 }, steps };
}

const atOnce = (family: string, count: number): PastTry[] =>
  Array.from({ length: count }, (_, position) => tried(task(family, position + 1), "worked"));

describe("the task that is practised next", () => {
  it("is of a kind that was never met", () => {
    expect(taskToPractise(tasks, [])).toEqual(task("place", 1));
    expect(taskToPractise(tasks, [tried(task("place", 1), "failed")])).toEqual(task("heat", 1));
  });

  it("is one that failed, once another of its kind was tried", () => {
    const past = [tried(task("place", 2), "worked", 1), tried(task("place", 1), "failed"), ...atOnce("heat", knownAfter)];
    expect(taskToPractise(tasks, past)).toEqual(task("place", 1));
    expect(taskToPractise(tasks, past.slice(1))).toEqual(task("place", 2));
  });

  it.each([
    [maxFailures - 1, "place-1"],
    [maxFailures, "place-3"],
  ])("is not one that failed again and again: %i times", (failures, expected) => {
    const failed = Array.from({ length: failures }, () => tried(task("place", 1), "failed"));
    const past = [tried(task("place", 2), "worked", 1), ...failed, ...atOnce("heat", knownAfter)];
    expect(taskToPractise(tasks, past)?.id).toBe(expected);
  });

  it("is of a kind that did not go well at once, and none when all did", () => {
    const near = [tried(task("place", 1), "worked", 1), ...atOnce("heat", knownAfter)];
    expect(taskToPractise(tasks, near)?.family).toBe("place");
    expect(taskToPractise(tasks, [...atOnce("place", knownAfter), ...atOnce("heat", knownAfter)])).toBeUndefined();
    expect(taskToPractise(tasks, [...atOnce("place", knownAfter - 1), ...atOnce("heat", knownAfter)])?.family).toBe("place");
  });
});
