/** What every `Environment` promises, as tests. A room's test calls it with a factory and a solution that only the test knows. */
import type { Environment, Task } from "@grapevine/core";
import { beforeAll, describe, expect, it } from "vitest";

export interface EnvironmentFactory {
  /** The suite opens it twice; both must be the same place. */
  open(): Promise<Environment>;
  /** The actions that solve a task, in order. */
  solve(environment: Environment, task: Task): Promise<readonly string[]>;
  /** How many tasks the suite may draw. */
  readonly taskCount: number;
  /** Does nothing that is done there touch the world outside? */
  readonly simulated: boolean;
}

export function environmentContract(name: string, factory: EnvironmentFactory): void {
  describe(`${name} keeps the contract of Environment`, () => {
    let environment: Environment;
    let tasks: Task[];
    beforeAll(async () => {
      environment = await factory.open();
      tasks = await environment.tasks({ count: factory.taskCount, seed: 1 });
    });

    it("draws as many distinct tasks as were asked for, each with words and a family", () => {
      expect(tasks.length).toBe(factory.taskCount);
      expect(new Set(tasks.map((task) => task.id)).size).toBe(tasks.length);
      for (const task of tasks) {
        expect(task.prompt).not.toBe("");
        expect(task.family).not.toBe("");
      }
    });

    it("is the same place with the same tasks when it is opened again", async () => {
      const again = await factory.open();
      expect(again.id).toBe(environment.id);
      expect(again.simulated).toBe(environment.simulated);
      expect(await again.tasks({ count: factory.taskCount, seed: 1 })).toEqual(tasks);
    });

    it("says whether a node may try things out there by itself", () => {
      expect(environment.simulated).toBe(factory.simulated);
    });

    it("draws in another order, or others, for another seed", async () => {
      expect(await environment.tasks({ count: factory.taskCount, seed: 2 })).not.toEqual(tasks);
    });

    it("never tests on a task that can be practised", async () => {
      const count = Math.floor(factory.taskCount / 2);
      const practised = await environment.tasks({ count, seed: 1, split: "practice" });
      const tested = await environment.tasks({ count, seed: 2, split: "test" });
      expect(practised).toHaveLength(count);
      expect(tested).toHaveLength(count);
      const ids = new Set(practised.map(({ id }) => id));
      expect(tested.filter(({ id }) => ids.has(id))).toEqual([]);
    });

    it("begins a shorter list as a longer one of the same seed", async () => {
      expect(await environment.tasks({ count: 1, seed: 1 })).toEqual(tasks.slice(0, 1));
      expect(await environment.tasks({ count: 0, seed: 1 })).toEqual([]);
    });

    it("solves no task by doing nothing, and does not throw at odd actions", async () => {
      for (const task of tasks) {
        const episode = await environment.start(task);
        for (const action of ["", " ", "\n", "help", "größer ✓ 箱", "x".repeat(5000)]) {
          const result = await episode.act(action);
          expect(result).toMatchObject({ solved: false, accepted: false });
          expect(result.observation).not.toBe("");
        }
      }
    });

    it("has a solution for each task, which ends the episode", async () => {
      for (const task of tasks) {
        const episode = await environment.start(task);
        const results = [];
        for (const action of await factory.solve(environment, task)) results.push(await episode.act(action));
        expect(results.at(-1)).toMatchObject({ solved: true, done: true, accepted: true });
      }
    });

    it("keeps episodes of one task apart", async () => {
      const [task] = tasks;
      if (task === undefined) throw new Error("the factory's taskCount is 0");
      const first = await environment.start(task);
      for (const action of await factory.solve(environment, task)) await first.act(action);
      const second = await environment.start(task);
      expect((await second.act("")).solved).toBe(false);
    });

    it("does not show the solution before an action", async () => {
      for (const task of tasks) {
        const { observation, choices } = await environment.start(task);
        if (choices !== undefined) continue;
        for (const action of await factory.solve(environment, task)) expect(`${observation}${task.prompt}`).not.toContain(action);
      }
    });

    it("refuses a task that is not its own, and a count it cannot give", async () => {
      await expect(environment.start({ id: "nobody's", family: "none", prompt: "?" })).rejects.toMatchObject({
        code: "TASK_UNKNOWN",
      });
      for (const count of [-1, 1.5, Number.NaN, 1_000_000]) {
        await expect(environment.tasks({ count, seed: 1 })).rejects.toMatchObject({ code: "TASKS_EXHAUSTED" });
      }
    });
  });
}
