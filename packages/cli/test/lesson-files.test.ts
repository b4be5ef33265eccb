import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { identityFromSeed, type LessonBody, limits, recordIdOf, signatureBytes, signRecord } from "@grapevine/core";
import type { ExportedLesson } from "@grapevine/node";
import { CarIndexer } from "@ipld/car/indexer";
import { CarReader } from "@ipld/car/reader";
import { CarWriter } from "@ipld/car/writer";
import { encode } from "@ipld/dag-cbor";
import { CID } from "multiformats/cid";
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

  it("makes an archive in which each block is what it is named, and which lessons import takes again", async () => {
    const lessons = Array.from({ length: 1001 }, (_, number) => signedLesson(number)); // one more than a page holds
    const { where, asked } = await startStandIn({
      "GET /api/lessons/export": lines(...lessons.map((each) => ({ ...each, type: "lesson" })), {
        type: "summary",
        lessons: lessons.length,
      }),
      "POST /api/lessons/import": ({ body }) => recordsIn(body).map(() => ({ state: "held" })),
    });
    const folder = await makeHome();
    const [first, second] = [join(folder, "lessons.car"), join(folder, "again.car")];
    for (const out of [first, second]) {
      const { exitCode, stdout } = await grapevine(["lessons", "export", "--format", "car", "--out", out, ...where]);
      expect([exitCode, stdout]).toEqual([0, `1001 lessons are in ${out}.\n`]);
    }
    const bytes = await readFile(first);
    expect(bytes.equals(await readFile(second))).toBe(true);
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);

    const reader = await CarReader.fromBytes(bytes);
    let blocks = 0;
    for await (const block of reader.blocks()) {
      expect(recordIdOf(block.bytes)).toBe(block.cid.toString());
      blocks += 1;
    }
    expect(blocks).toBe(lessons.length + 2 + 1);
    for (const root of await reader.getRoots()) expect(await reader.has(root)).toBe(true);

    const { exitCode } = await grapevine(["lessons", "import", first, ...where]);
    expect(exitCode).toBe(0);
    const sent = asked.filter(({ url }) => url === "/api/lessons/import").flatMap(({ body }) => recordsIn(body));
    expect(sent).toEqual(lessons.map(({ record }) => record));
  });

  it("does not print an archive", async () => {
    const { where } = await startStandIn(routes);
    const { exitCode, stdout, stderr } = await grapevine(["lessons", "export", "--format", "car", ...where]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("--out lessons.car");
  });

  it("leaves nothing of what was broken off", async () => {
    const { where } = await startStandIn({ "GET /api/lessons/export": lines({ ...exported, type: "lesson" }) });
    for (const format of ["jsonl", "car"]) {
      const folder = await makeHome();
      const { exitCode } = await grapevine(["lessons", "export", "--format", format, "--out", join(folder, "lessons"), ...where]);
      expect(exitCode).toBe(1);
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("says what cannot be written", async () => {
    const { where, home } = await startStandIn(routes);
    for (const out of [home, join(home, "bo", "token", "lessons.jsonl")]) {
      const { exitCode, stderr } = await grapevine(["lessons", "export", "--out", out, ...where]);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining("error CLI_FILE_UNWRITABLE")]);
    }
  });
});

/** What the last block takes in the archive, with its length and name, and without. */
async function lastBlockOf(archive: Uint8Array): Promise<{ readonly length: number; readonly blockLength: number }> {
  let last = { length: 0, blockLength: 0 };
  for await (const block of await CarIndexer.fromBytes(archive)) last = block;
  return last;
}

function recordsIn(body: unknown): string[] {
  return (body as { records: string[] }).records;
}

/** An archive of lessons that lists each of the bodies so often. */
async function archiveListing(bodies: readonly Uint8Array[], times: number = 1): Promise<Uint8Array> {
  const listed = Array.from({ length: times }, () => bodies).flat();
  const page = encode(listed.map((body) => ({ record: linkTo(body), signature: new Uint8Array(signatureBytes) })));
  return archiveOf(encode({ format: "grapevine-lessons", version: 1, pages: [linkTo(page)] }), page, ...bodies);
}

async function archiveOf(root: Uint8Array, ...others: readonly Uint8Array[]): Promise<Uint8Array> {
  const { writer, out } = CarWriter.create([linkTo(root)]);
  const write = async (): Promise<void> => {
    for (const bytes of [root, ...others]) await writer.put({ cid: linkTo(bytes), bytes });
    await writer.close();
  };
  const [bytes] = await Promise.all([buffer(out), write()]);
  return bytes;
}

function linkTo(bytes: Uint8Array): CID {
  return CID.parse(recordIdOf(bytes));
}

function signedLesson(number: number): ExportedLesson {
  const content = { kind: "fact", title: `Fact ${number}`, situation: "You ask", guidance: "Know it" } as const;
  const { id, body, frame } = signRecord<LessonBody>(identityFromSeed(new Uint8Array(32).fill(1)), {
    type: "lesson",
    seq: number + 1,
    createdAt: 1_700_000_000_000,
    ...content,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
  });
  return { id, state: "own", author: body.author, ...content, tags: [], record: Buffer.from(frame).toString("base64") };
}

describe("lessons import", () => {
  it("says that an archive is cut, or holds something else, and takes nothing", async () => {
    const { where, home, asked } = await startStandIn({
      ...routes,
      "GET /api/lessons/export": lines({ ...signedLesson(0), type: "lesson" }, { type: "summary", lessons: 1 }),
    });
    const file = join(home, "lessons.car");
    await grapevine(["lessons", "export", "--format", "car", "--out", file, ...where]);
    const whole = await readFile(file);
    const { blockLength, length } = await lastBlockOf(whole);
    expect(length).toBeGreaterThan(blockLength);
    const large = new Uint8Array(limits.maxRecordBytes - signatureBytes + 1);
    for (const [bytes, why] of [
      [whole.subarray(0, whole.length - 1), "Unexpected end of data"],
      [whole.subarray(0, whole.length - length), "is missing"],
      [await archiveOf(encode({ hello: "world" })), "no archive of lessons"],
      [await archiveListing([encode({})], 2), "listed twice"],
      [await archiveListing([large]), `more than ${limits.maxRecordBytes} bytes`],
    ] as const) {
      await writeFile(file, bytes);
      const { exitCode, stderr } = await grapevine(["lessons", "import", file, ...where]);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining("CLI_ARCHIVE_MALFORMED")]);
      expect(stderr.replaceAll(/\s+/g, " ")).toContain(why);
    }
    expect(asked.filter(({ url }) => url === "/api/lessons/import")).toEqual([]);
  });

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
