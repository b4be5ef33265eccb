import type { Environment, Task } from "@grapevine/core";
import { environmentContract } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { openEnvironment } from "../src/index.ts";
import { makeTool } from "../src/tools/families.ts";
import { kinds } from "../src/tools/kinds.ts";
import { type Syntax, writeCommand } from "../src/tools/syntax.ts";

const seeds: readonly number[] = [1, 2, 3, 7, 4_294_967_295];

/** The reference solution, from the generator itself; nothing but this test may know it. */
function solution(seed: number, task: Task): { syntax: Syntax; subject: string; value: string; command: string } {
  const family = makeTool(seed).families.find(({ kind }) => kind.name === task.family);
  if (family === undefined) throw new Error(`no family ${task.family}`);
  const [subject, value] = task.id.split("-").slice(1, 3).map(Number);
  const subjectWord = family.kind.subjects[subject ?? -1] ?? "";
  const valueWord = family.kind.values[value ?? -1] ?? "";
  return {
    syntax: family.syntax,
    subject: subjectWord,
    value: valueWord,
    command: writeCommand(family.syntax, subjectWord, valueWord),
  };
}

const seedOf = (environment: Environment): number => Number(environment.id.split(":")[1]);

for (const seed of seeds) {
  environmentContract(`tools:${seed}`, {
    open: () => openEnvironment(`tools:${seed}`),
    solve: async (environment, task) => [solution(seedOf(environment), task).command],
    taskCount: 24,
    simulated: true,
  });
}

async function firstTasks(seed: number, count: number): Promise<{ environment: Environment; tasks: Task[] }> {
  const environment = await openEnvironment(`tools:${seed}`);
  return { environment, tasks: await environment.tasks({ count, seed: 5 }) };
}

describe("a tool world", () => {
  it("has six families that take turns, with distinct verbs", async () => {
    for (const seed of seeds) {
      const { tasks } = await firstTasks(seed, 18);
      expect(new Set(tasks.slice(0, 6).map((task) => task.family)).size).toBe(6);
      expect(tasks.slice(6, 12).map((task) => task.family)).toEqual(tasks.slice(0, 6).map((task) => task.family));
      expect(new Set(makeTool(seed).families.map(({ syntax }) => syntax.verb)).size).toBe(6);
      expect(new Set(makeTool(seed).families.map(({ syntax }) => syntax.shape)).size).toBe(3);
    }
  });

  it("offers every command as a completion, of which one does the task", async () => {
    for (const seed of seeds) {
      const { environment, tasks } = await firstTasks(seed, 18);
      for (const task of tasks) {
        const { suggestions = [] } = await environment.start(task);
        const solved = await Promise.all(
          suggestions.map(async (action) => (await (await environment.start(task)).act(action)).solved),
        );
        expect(suggestions).toHaveLength(6);
        expect(solved.filter(Boolean)).toHaveLength(1);
      }
    }
  });

  it("differs in its syntax from seed to seed", () => {
    const syntaxes = Array.from({ length: 50 }, (_, seed) => JSON.stringify(makeTool(seed).families.map(({ syntax }) => syntax)));
    expect(new Set(syntaxes).size).toBe(50);
  });

  it("says nothing of the syntax in its tasks", async () => {
    for (const seed of seeds) {
      const { tasks } = await firstTasks(seed, 60);
      const words = new Set(tasks.flatMap((task) => task.prompt.toLowerCase().match(/[a-z]+/g) ?? []));
      for (const { syntax } of makeTool(seed).families) expect(words.has(syntax.verb)).toBe(false);
    }
  });

  it("takes what a tolerant tool takes", async () => {
    for (const seed of seeds) {
      const { environment, tasks } = await firstTasks(seed, 8);
      for (const task of tasks) {
        const { syntax, subject, value, command } = solution(seed, task);
        const mark = syntax.shape === "flag" ? `--${syntax.mark}` : syntax.mark;
        const variants = [
          command.toUpperCase(),
          `  $ ${command}.`,
          `\`${command}\``,
          `${makeTool(seed).name} ${command}`,
          `${syntax.verb} the "${subject}" ${mark} '${value}'`,
        ];
        if (syntax.shape === "symbol") variants.push(`${syntax.verb} ${subject}${mark}${value}`);
        if (syntax.shape === "flag")
          variants.push(`${syntax.verb} ${mark}=${value} ${subject}`, `${syntax.verb} ${mark} ${value} ${subject}`);
        for (const variant of variants)
          expect({ variant, ...(await (await environment.start(task)).act(variant)) }).toMatchObject({ variant, solved: true });
      }
    }
  });

  it("knows both spellings of grey", async () => {
    const grey = kinds.find(({ name }) => name === "colour")?.values.indexOf("grey");
    const seed = seeds.find((candidate) => makeTool(candidate).families.some(({ kind }) => kind.name === "colour")) ?? -1;
    const environment = await openEnvironment(`tools:${seed}`);
    const task: Task = { id: `colour-0-${grey}-0`, family: "colour", prompt: "" };
    const episode = await environment.start(task);
    expect(await episode.act(solution(seed, task).command.replace("grey", "gray"))).toMatchObject({ solved: true });
  });

  it("refuses with the page of the manual that is nearest, and never with the solution or with what was typed", async () => {
    for (const seed of seeds) {
      const { environment, tasks } = await firstTasks(seed, 8);
      for (const task of tasks) {
        const { syntax, subject, value, command } = solution(seed, task);
        const { accepted, observation } = await (await environment.start(task)).act(`zzz ${subject} ${value}`);
        expect(accepted).toBe(false);
        expect(observation).toContain(`Usage: ${syntax.verb} `);
        expect(observation.match(/^Usage:/gm)?.length).toBe(1);
        expect(observation).not.toContain(command);
        expect(observation).not.toContain("zzz");
      }
    }
  });

  it("gives an example in its manual that really does what it says", async () => {
    for (const seed of seeds) {
      const { environment, tasks } = await firstTasks(seed, 4);
      for (const task of tasks) {
        const { observation } = await (await environment.start(task)).act(solution(seed, task).syntax.verb);
        const command = /^Command: (.*)$/m.exec(observation)?.[1] ?? "";
        expect(await (await environment.start(task)).act(command)).toMatchObject({ accepted: true, solved: false });
      }
    }
  });

  it("judges the state: a wrong change has to be put back", async () => {
    const { environment, tasks } = await firstTasks(1, 1);
    const [task] = tasks;
    if (task === undefined) throw new Error("no task");
    const { syntax, subject, value, command } = solution(1, task);
    const kind = kinds.find(({ name }) => name === task.family);
    const other = kind?.subjects.find((candidate) => candidate !== subject) ?? "";
    const episode = await environment.start(task);
    const spoiled = await episode.act(writeCommand(syntax, other, value));
    const earlier = / was (\S+), is /.exec(spoiled.observation)?.[1] ?? "";
    const elsewhere = kind?.values.find((candidate) => candidate !== earlier) ?? "";
    await episode.act(writeCommand(syntax, other, elsewhere));
    expect(await episode.act(command)).toMatchObject({ accepted: true, solved: false, done: false });
    expect(await episode.act(writeCommand(syntax, other, earlier))).toMatchObject({ solved: true, done: true });
  });

  it("is opened by a specification, and refuses what is none", async () => {
    expect((await openEnvironment("tools")).id).toBe("tools:1");
    expect((await openEnvironment("tools:4294967295")).id).toBe("tools:4294967295");
    for (const text of ["", "tool", "tools:", "tools:x", "tools:-1", "tools:4294967296", "questions", "questions:"]) {
      await expect(openEnvironment(text)).rejects.toMatchObject({ code: "ENVIRONMENT_INVALID" });
    }
  });
});
