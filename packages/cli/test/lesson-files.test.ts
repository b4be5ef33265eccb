import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExportedLesson } from "@grapevine/node";
import { describe, expect, it } from "vitest";
import { grapevine, lines, makeHome, startStandIn } from "./harness.ts";
import { lesson } from "./samples.ts";

const exported: ExportedLesson = {
  id: lesson.id,
  state: "own",
  author: lesson.author,
  kind: "procedure",
  title: "List a box <b>in order</b>",
  situation: "You want a box [in order](https://bad.example)",
  guidance: "# Say how\nto sort it",
  example: { task: "list tin by size", steps: ["stash peek tin --by size"] },
  tags: ["stash", "<lists>"],
  record: "AAEC",
};
const routes = { "GET /api/lessons/export": lines({ ...exported, type: "lesson" }, { type: "summary", lessons: 1 }) };

describe("lessons export", () => {
  it("prints a record a line, which lessons import takes again", async () => {
    const { where, asked } = await startStandIn({
      ...routes,
      "POST /api/lessons/import": () => [{ id: exported.id, state: "held" }],
    });
    const printed = await grapevine(["lessons", "export", "--state", "own", ...where], { columns: 40 });
    expect(asked.at(-1)?.url).toBe("/api/lessons/export?state=own");
    expect(printed.stdout).toBe(`${JSON.stringify(exported)}\n`);

    const file = join(await makeHome(), "lessons.jsonl");
    const written = await grapevine(["lessons", "export", "--out", file, "--json", ...where]);
    expect(JSON.parse(written.stdout)).toEqual({ lessons: 1, out: file });
    expect(await readFile(file, "utf8")).toBe(printed.stdout);
    const taken = await grapevine(["lessons", "import", file, ...where]);
    expect(asked.at(-1)?.body).toEqual({ records: ["AAEC"] });
    expect([taken.exitCode, taken.stdout]).toEqual([0, "1 of 1 lessons are here.\n  held: 1\n"]);
  });

  it("makes a folder that coding agents read, in which no lesson's text is markup", async () => {
    const { where } = await startStandIn(routes);
    const folder = join(await makeHome(), "skills", "box-lessons");
    const { exitCode } = await grapevine(["lessons", "export", "--format", "skill", "--out", folder, ...where]);
    expect(exitCode).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(["SKILL.md", "procedures.md"]);
    const skill = await readFile(join(folder, "SKILL.md"), "utf8");
    const [, front = ""] = skill.split("---\n");
    expect(front).toMatch(/^name: box-lessons\ndescription: "Lessons .* about stash, lists\."\n$/);
    expect(skill).toContain("- List a box \\<b\\>in order\\</b\\>: You want a box \\[in order\\](https://bad.example)");
    expect(await readFile(join(folder, "procedures.md"), "utf8")).toContain("- Do: \\# Say how to sort it");
    const wrong = await grapevine(["lessons", "export", "--format", "skill", "--out", `${folder}/No Name`, ...where]);
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("cannot be the name of a skill")]);
  });

  it("says what cannot be written", async () => {
    const { where, home } = await startStandIn(routes);
    const { exitCode, stderr } = await grapevine(["lessons", "export", "--out", home, ...where]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("cannot be written")]);
  });
});

describe("lessons import", () => {
  it("names the line that it cannot read, and fails when not all are taken", async () => {
    const { where, home } = await startStandIn({ "POST /api/lessons/import": () => [{ refused: "RECORD_SIGNATURE" }] });
    const file = join(home, "lessons.jsonl");
    await writeFile(file, '{"record": "AAEC"}\n\n{"text": "no record"}\n');
    const wrong = await grapevine(["lessons", "import", file, ...where]);
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("line 3")]);
    await writeFile(file, '{"record": "AAEC"}\n');
    const refused = await grapevine(["lessons", "import", file, "--json", ...where]);
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toEqual({ lessons: 1, taken: 0, "refused (RECORD_SIGNATURE)": 1 });
  });
});
