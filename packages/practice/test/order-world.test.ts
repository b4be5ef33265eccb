import type { ActionResult, Environment, Task } from "@grapevine/core";
import { environmentContract } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { openEnvironment } from "../src/index.ts";
import { groups } from "../src/order/crafts.ts";
import { makeProcedures, type Procedure, writeLine } from "../src/order/procedure.ts";
import { randomFrom } from "../src/random.ts";

const seeds: readonly number[] = [1, 2, 7, 4_294_967_295];

interface Solution {
  readonly procedure: Procedure;
  readonly subject: string;
  readonly value: string;
  /** Each command by itself. */
  readonly commands: readonly string[];
  readonly line: string;
}

/** The reference solution, from the generator itself; nothing but this test may know it. */
function solution(seed: number, task: Task): Solution {
  const [craftName, groupName, subjectIndex, valueIndex] = task.id.split("-");
  const procedure = makeProcedures(randomFrom(seed)).find(({ craft }) => craft.name === craftName);
  const group = groups.find(({ name }) => name === groupName);
  if (procedure === undefined || group === undefined) throw new Error(`no solution for ${task.id}`);
  const subject = group.subjects[Number(subjectIndex)] ?? "";
  const value = procedure.craft.values[Number(valueIndex)] ?? "";
  const commands = procedure.commands.map((command) => writeLine([command], subject, value));
  return { procedure, subject, value, commands, line: writeLine(procedure.commands, subject, value) };
}

const seedOf = (environment: Environment): number => Number(environment.id.split(":")[1]);

for (const seed of seeds) {
  environmentContract(`order:${seed}`, {
    open: () => openEnvironment(`order:${seed}`),
    solve: async (environment, task) => solution(seedOf(environment), task).commands,
    taskCount: 36,
    simulated: true,
  });
}

async function firstTask(seed: number): Promise<{ environment: Environment; task: Task } & Solution> {
  const environment = await openEnvironment(`order:${seed}`);
  const [task] = await environment.tasks({ count: 1, seed: 5 });
  if (task === undefined) throw new Error("no task");
  return { environment, task, ...solution(seed, task) };
}

async function once(environment: Environment, task: Task, action: string): Promise<ActionResult> {
  return await (await environment.start(task)).act(action);
}

describe("an order world", () => {
  it("has 18 families of 6 crafts that take turns, and 54 ways to ask", async () => {
    const environment = await openEnvironment("order:1");
    const tasks = await environment.tasks({ count: 18, seed: 5 });
    expect(new Set(tasks.map(({ family }) => family)).size).toBe(18);
    for (const at of [0, 6, 12]) expect(new Set(tasks.slice(at, at + 6).map(({ family }) => family.split("-")[0])).size).toBe(6);
    const many = await environment.tasks({ count: 270, seed: 3 });
    expect(new Set(many.map(({ id, family }) => `${family} ${id.at(-1)}`)).size).toBe(54);
  });

  it("offers all orders of a craft's commands, of which one reaches the goal and the others spoil it", async () => {
    for (const seed of seeds) {
      const environment = await openEnvironment(`order:${seed}`);
      for (const task of await environment.tasks({ count: 36, seed: 5 })) {
        const { suggestions = [] } = await environment.start(task);
        const results = await Promise.all(suggestions.map((line) => once(environment, task, line)));
        expect(new Set(suggestions).size).toBe(6);
        expect(results.filter(({ solved }) => solved)).toHaveLength(1);
        expect(results.every(({ done, accepted }) => done && accepted)).toBe(true);
      }
    }
  });

  it("has other commands and other orders for other seeds", () => {
    const of = (read: (procedure: Procedure) => string): Set<string> =>
      new Set(Array.from({ length: 50 }, (_, seed) => makeProcedures(randomFrom(seed)).map(read).join(" ")));
    expect(of(({ commands }) => commands.map(({ syntax }) => syntax.verb).join(" ")).size).toBe(50);
    expect(of(({ commands }) => commands.map(({ work }) => work.done).join(" ")).size).toBe(50);
  });

  it("says nothing of commands or of their order in its tasks", async () => {
    for (const seed of seeds) {
      const environment = await openEnvironment(`order:${seed}`);
      const words = new Set(
        (await environment.tasks({ count: 270, seed: 5 })).flatMap(({ prompt }) => prompt.toLowerCase().match(/[a-z]+/g) ?? []),
      );
      for (const { commands } of makeProcedures(randomFrom(seed))) {
        for (const { syntax, work } of commands) expect([syntax.verb, work.done].filter((word) => words.has(word))).toEqual([]);
      }
    }
  });

  it("takes what a tolerant tool takes: one command after the other, several on a line, any case, known work again", async () => {
    for (const seed of seeds) {
      const { environment, task, commands, line } = await firstTask(seed);
      for (const variant of [
        line.toUpperCase(),
        commands.join(" && "),
        commands.join(" then "),
        `$ ${commands.join(", and ")}.`,
        `workshop ${line}`,
        line.replace("; ", "; the "),
      ])
        expect({ variant, ...(await once(environment, task, variant)) }).toMatchObject({ variant, solved: true, done: true });
      const episode = await environment.start(task);
      expect(await episode.act(commands[0] ?? "")).toMatchObject({ accepted: true, solved: false, done: false });
      expect(await episode.act(`${commands[0]} ; ${commands[1]}`)).toMatchObject({ accepted: true, solved: false, done: false });
      expect(await episode.act(line)).toMatchObject({ solved: true, done: true });
    }
  });

  it("lets nothing be undone: a work too early, another value or another thing ends it, with the page for the next time", async () => {
    for (const seed of seeds) {
      const { environment, task, procedure, subject, value, commands, line } = await firstTask(seed);
      const otherSubject = groups.flatMap(({ subjects }) => subjects).find((name) => name !== subject) ?? "";
      const otherValue = procedure.craft.values.find((name) => name !== value) ?? "";
      const wrong = [
        commands[1] ?? "",
        `${commands[0]} ; ${commands[2]}`,
        writeLine(procedure.commands, otherSubject, value),
        writeLine(procedure.commands, subject, otherValue),
        `${line.replaceAll(subject, otherSubject)} ; ${line}`,
      ];
      for (const action of wrong) {
        const episode = await environment.start(task);
        const result = await episode.act(action);
        expect({ action, ...result }).toMatchObject({ action, accepted: true, solved: false, done: true });
        expect(result.observation).toContain("cannot be undone");
        expect(result.observation).toContain("Usage: ");
        expect(result.observation).not.toContain(line);
        expect(await episode.act(line)).toMatchObject({ accepted: false, solved: false, done: true });
      }
    }
  });

  it("carries out nothing of a line that it cannot read to the end", async () => {
    const { environment, task, commands, line } = await firstTask(1);
    const episode = await environment.start(task);
    const { accepted, done, observation } = await episode.act(`${commands[1]} ; zzz`);
    expect({ accepted, done }).toEqual({ accepted: false, done: false });
    expect(observation).not.toContain("zzz");
    expect(await episode.act(line)).toMatchObject({ solved: true });
  });

  it("refuses with the page of the manual that is nearest, and never with the solution", async () => {
    for (const seed of seeds) {
      const environment = await openEnvironment(`order:${seed}`);
      for (const task of await environment.tasks({ count: 36, seed: 5 })) {
        const { procedure, subject, value, line } = solution(seed, task);
        const { observation } = await once(environment, task, `zzz ${subject} ${value}`);
        expect(observation.match(/^Usage: .*/gm)).toEqual([
          expect.stringContaining(writeLine(procedure.commands, "THING", procedure.craft.valueName)),
        ]);
        expect(observation).not.toContain(line);
      }
    }
  });

  it("says what is wrong with a command", async () => {
    const { environment, task, procedure, subject, value } = await firstTask(1);
    const said = async (line: string): Promise<string> => (await once(environment, task, line)).observation;
    expect(await said(writeLine(procedure.commands, "car", value))).toContain("Error: There is no such THING.");
    expect(await said(writeLine(procedure.commands, subject, "none"))).toContain(`no such ${procedure.craft.valueName}.`);
    expect(await said(procedure.commands[0]?.syntax.verb ?? "")).toContain("Error: The arguments do not fit the command.");
    expect(await said(" ; ")).toContain("Error: There is no command.");
  });
});
