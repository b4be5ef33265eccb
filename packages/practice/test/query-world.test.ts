import type { ActionResult, Environment, Task } from "@grapevine/core";
import { environmentContract } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { openEnvironment } from "../src/index.ts";
import { randomFrom } from "../src/random.ts";
import { kinds } from "../src/tables/kinds.ts";
import { type Language, makeLanguage, type Parts, writeQuery } from "../src/tables/language.ts";
import { fillTable, type Rows } from "../src/tables/rows.ts";
import { schemas } from "../src/tables/schema.ts";

const seeds: readonly number[] = [1, 2, 7, 4_294_967_295];

interface Solution {
  readonly language: Language;
  readonly verb: string;
  readonly parts: Parts;
  readonly query: string;
}

/** The reference solution, from the generator itself; nothing but this test may know it. */
function solution(seed: number, task: Task): Solution {
  const language = makeLanguage(randomFrom(seed));
  const [kindName, table = "", columnIndex, valueIndex] = task.id.split("-");
  const kind = kinds.find(({ name }) => name === kindName);
  const schema = schemas.find(({ name }) => name === table);
  if (kind === undefined || schema === undefined) throw new Error(`no solution for ${task.id}`);
  const column = kind.columns(schema)[Number(columnIndex)] ?? "";
  const parts = { table, column, value: kind.values(schema, column)[Number(valueIndex)] ?? "" };
  return { language, verb: language.verbs.get(kind.name) ?? "", parts, query: writeQuery(language, kind, parts) };
}

const seedOf = (environment: Environment): number => Number(environment.id.split(":")[1]);

for (const seed of seeds) {
  environmentContract(`tables:${seed}`, {
    open: () => openEnvironment(`tables:${seed}`),
    solve: async (environment, task) => [solution(seedOf(environment), task).query],
    taskCount: 36,
    simulated: true,
  });
}

async function firstTasks(seed: number, count: number): Promise<{ environment: Environment; tasks: Task[] }> {
  const environment = await openEnvironment(`tables:${seed}`);
  return { environment, tasks: await environment.tasks({ count, seed: 5 }) };
}

async function once(environment: Environment, task: Task, action: string): Promise<ActionResult> {
  return await (await environment.start(task)).act(action);
}

describe("a query world", () => {
  it("has 18 families of 6 kinds that take turns, and 54 ways to ask", async () => {
    const { environment, tasks } = await firstTasks(1, 18);
    expect(new Set(tasks.map(({ family }) => family)).size).toBe(18);
    for (const at of [0, 6, 12]) expect(new Set(tasks.slice(at, at + 6).map(({ family }) => family.split("-")[0])).size).toBe(6);
    const many = await environment.tasks({ count: 180, seed: 3 });
    expect(new Set(many.map(({ id, family }) => `${family} ${id.at(-1)}`)).size).toBeGreaterThanOrEqual(50);
  });

  it("offers a query of each kind, of which one answers the question", async () => {
    for (const seed of seeds) {
      const { environment, tasks } = await firstTasks(seed, 90);
      for (const task of tasks) {
        const { suggestions = [] } = await environment.start(task);
        const results = await Promise.all(suggestions.map((query) => once(environment, task, query)));
        expect(suggestions).toHaveLength(6);
        expect({ task, solved: results.filter(({ solved }) => solved).length }).toEqual({ task, solved: 1 });
      }
    }
  });

  it("differs in its syntax from seed to seed", () => {
    const languages = Array.from({ length: 50 }, (_, seed) => JSON.stringify([...makeLanguage(randomFrom(seed)).verbs.values()]));
    expect(new Set(languages).size).toBe(50);
  });

  it("says nothing of the syntax in its tasks", async () => {
    for (const seed of seeds) {
      const { tasks } = await firstTasks(seed, 180);
      const words = new Set(tasks.flatMap(({ prompt }) => prompt.toLowerCase().match(/[a-z]+/g) ?? []));
      for (const verb of makeLanguage(randomFrom(seed)).verbs.values()) expect(words.has(verb)).toBe(false);
    }
  });

  it("takes what a tolerant tool takes: any order of the parts, any case, quotes, one row's name for the table", async () => {
    for (const seed of seeds) {
      const { environment, tasks } = await firstTasks(seed, 8);
      for (const task of tasks) {
        const { language, verb, parts, query } = solution(seed, task);
        const { table, column, value } = language.marks;
        const variants = [
          query.toUpperCase(),
          `  > ${query};`,
          `\`${query}\``,
          `${language.name} ${query}`,
          `${verb} ${value} "${parts.value}" ${table} ${parts.table} ${column} '${parts.column}'`,
          `${verb} ${column} ${parts.column} ${value} ${parts.value} ${table} the ${parts.table.slice(0, -1)}`,
          query.replace(/(--\w+) /, "$1="),
          query.replace(/ ([@=:+]) /, "$1"),
          query.replace("colour", "color"),
        ];
        for (const variant of variants)
          expect({ variant, ...(await once(environment, task, variant)) }).toMatchObject({ variant, solved: true });
      }
    }
  });

  it("takes another query that gives the same on all contents, and no query that does so by luck on one", async () => {
    const environment = await openEnvironment("tables:1");
    const language = makeLanguage(randomFrom(1));
    const above = kinds.find(({ name }) => name === "above");
    const task = (await environment.tasks({ count: 90, seed: 1 })).find(({ id }) => id.startsWith("above-ships-0-3-"));
    if (above === undefined || task === undefined) throw new Error("no such task");
    const query = (value: number): string => writeQuery(language, above, { ...solution(1, task).parts, value: String(value) });
    const asked = Number(solution(1, task).parts.value);
    expect(await once(environment, task, query(asked + 1))).toMatchObject({ solved: true });
    // On the contents that are there no row may lie between the two thresholds; on one of the others one does.
    const results = await Promise.all([-30, -20, -10, 10, 20, 30].map((by) => once(environment, task, query(asked + by))));
    expect(results.filter(({ solved }) => solved)).toEqual([]);
  });

  it("refuses with the nearest pages of the manual, and never with the solution or with what was typed", async () => {
    for (const seed of seeds) {
      const { environment, tasks } = await firstTasks(seed, 36);
      for (const task of tasks) {
        const { verb, parts, query } = solution(seed, task);
        const { accepted, observation } = await once(environment, task, `zzz ${parts.column} ${parts.value}`);
        expect(accepted).toBe(false);
        expect(observation).toContain(`Usage: ${verb} `);
        expect(observation.match(/^Usage:/gm)?.length).toBeLessThanOrEqual(3);
        expect(observation).not.toContain(query);
        expect(observation).not.toContain("zzz");
      }
    }
  });

  it("gives an example in its manual that really answers its question", async () => {
    const { environment, tasks } = await firstTasks(7, 18);
    for (const task of tasks) {
      const { observation } = await once(environment, task, solution(7, task).verb);
      const query = /^Query: (.*)$/m.exec(observation)?.[1] ?? "";
      expect((await once(environment, task, query)).observation).toMatch(/^Error: The query gives /);
    }
  });

  it("says what is wrong with a query", async () => {
    const { environment, tasks } = await firstTasks(1, 18);
    const task = tasks.find(({ family }) => family.startsWith("equal"));
    if (task === undefined) throw new Error("no task");
    const { language, parts } = solution(1, task);
    const equal = kinds.find(({ name }) => name === "equal") ?? kinds[0];
    if (equal === undefined) throw new Error("no kind");
    const said = async (changed: Partial<Parts>): Promise<string> =>
      (await once(environment, task, writeQuery(language, equal, { ...parts, ...changed }))).observation;
    expect(await said({ table: "cars" })).toContain("Error: There is no such TABLE.");
    expect(await said({ column: "mood" })).toContain("Error: The TABLE has no such COLUMN");
    expect(await said({ value: "purple" })).toContain("Error: There is no such WORD.");
  });
});

describe("the contents of a table", () => {
  it("hold every word of a column, and no number twice in one", () => {
    for (const schema of schemas) {
      const rows: Rows = fillTable(schema, randomFrom(9));
      for (const { name, values } of schema.words) {
        expect(new Set([...rows.values()].map((row) => row.get(name)))).toEqual(new Set(values));
      }
      for (const column of schema.numbers) expect(new Set([...rows.values()].map((row) => row.get(column))).size).toBe(rows.size);
    }
  });
});
