import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentContract } from "@grapevine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEnvironment } from "../src/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-questions-"));
});
afterAll(() => rm(folder, { recursive: true }));

const lines: readonly string[] = Array.from({ length: 8 }, (_, index) =>
  JSON.stringify({
    id: `sum-${index}`,
    subject: "sums",
    question: `${index} + 1?`,
    choices: ["none", `${index + 1} of them`],
    answer: index % 2 === 0 ? 1 : `${index + 1} Of Them`,
  }),
);

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return `questions:${file}`;
}

environmentContract("a question set", {
  open: async () => openEnvironment(await written("sums.jsonl", `${lines.join("\n")}\n`)),
  solve: async (_environment, task) => [`${Number.parseInt(task.prompt, 10) + 1} of them`],
  taskCount: 8,
  simulated: true,
});

describe("a question set", () => {
  it("checks an answer by the option's text, once", async () => {
    const environment = await openEnvironment(await written("one.jsonl", lines[0] ?? ""));
    const [task] = await environment.tasks({ count: 1, seed: 1 });
    if (task === undefined) throw new Error("no task");
    const episode = await environment.start(task);
    expect(episode.choices).toEqual(["none", "1 of them"]);
    expect(await episode.act("B")).toMatchObject({ accepted: false, done: false });
    expect(await episode.act("none")).toMatchObject({
      accepted: true,
      done: true,
      solved: false,
      observation: "Wrong. The answer is: 1 of them",
    });
    expect(await episode.act("1 of them")).toMatchObject({ accepted: false, solved: false });
    expect(await (await environment.start(task)).act(' "1 OF them". ')).toMatchObject({ solved: true });
  });

  it("names file and line of the first broken line", async () => {
    const broken: Readonly<Record<string, string>> = {
      json: '{"question": ',
      answer: '{"question": "q", "choices": ["a", "b"], "answer": 2}',
      text: '{"question": "q", "choices": ["a", "b"], "answer": "c"}',
      choices: '{"question": "q", "choices": ["a"], "answer": 0}',
      question: '{"choices": ["a", "b"], "answer": 0}',
      array: "[1]",
      twice: lines[0] ?? "",
    };
    for (const [name, line] of Object.entries(broken)) {
      const specification = await written(`${name}.jsonl`, [...lines.slice(0, 6), line, "also broken"].join("\n"));
      const error = await openEnvironment(specification).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "QUESTIONS_MALFORMED",
        message: expect.stringMatching(new RegExp(`${name}\\.jsonl, line 7: `)),
      });
    }
  });

  it("has one error for no file, for no questions, for no UTF-8", async () => {
    await expect(openEnvironment(`questions:${join(folder, "none.jsonl")}`)).rejects.toMatchObject({
      code: "QUESTIONS_UNREADABLE",
    });
    await expect(openEnvironment(await written("empty.jsonl", "\n\n"))).rejects.toMatchObject({ code: "QUESTIONS_MALFORMED" });
    const notText = await written("latin.jsonl", Uint8Array.of(0x22, 0xe9, 0x22));
    await expect(openEnvironment(notText)).rejects.toMatchObject({ code: "QUESTIONS_MALFORMED" });
  });
});
