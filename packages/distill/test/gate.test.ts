import type { LessonDraft } from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGate } from "../src/index.ts";
import { benign, createDraw, type Draw, machineTraces, personalData, secrets } from "./samples.ts";

const gate = createGate({ hostNames: ["quiet-otter-7", "pc", "localhost"], homeFolders: ["/srv/people/otter/"] });

const kinds = [
  ["secret", secrets],
  ["personal", personalData],
  ["machine", machineTraces],
] as const;
const makers: [kind: string, name: string, make: (draw: Draw) => string][] = kinds.flatMap(([kind, group]) =>
  Object.entries(group).map(([name, make]): [string, string, (draw: Draw) => string] => [kind, name, make]),
);

async function rulesIn(text: string): Promise<string[]> {
  return (await gate.check(text)).findings.map(({ rule }) => rule);
}

describe("the gate refuses", () => {
  it.each(makers)("%s: %s, and says where", async (kind, _, make) => {
    const draw = createDraw(11);
    for (let round = 0; round < 8; round += 1) {
      const sample = make(draw);
      const text = `To do it, note this: ${sample} and go on.`;
      const { passes, findings } = await gate.check(text);
      expect(passes, text).toBe(false);
      const found = findings.filter((finding) => finding.start < 21 + sample.length && finding.end > 21);
      expect(
        found.map((finding) => finding.kind),
        text,
      ).toContain(kind);
    }
  });

  const encodings: [name: string, encode: (text: string) => string][] = [
    ["base64", (text) => Buffer.from(text).toString("base64")],
    ["base64url", (text) => Buffer.from(text).toString("base64url")],
    ["hexadecimal", (text) => Buffer.from(text).toString("hex")],
    ["URL encoding", (text) => text.replace(/./gsu, (c) => `%${Buffer.from(c).toString("hex").match(/../g)?.join("%")}`)],
    ["full-width characters", (text) => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))],
    ["zero-width characters between", (text) => Array.from(text).join("\u200b")],
  ];
  it.each(encodings)("what is hidden in %s", async (_, encode) => {
    const missed: string[] = [];
    const draw = createDraw(12);
    for (const [, name, make] of makers) {
      const hidden = encode(make(draw));
      const text = `before ${hidden} after`;
      const { findings } = await gate.check(text);
      if (!findings.some(({ start, end }) => start < 7 + hidden.length && end > 7)) missed.push(name);
    }
    expect(missed).toEqual([]);
  });

  it("a random token that happens to have no digit, but not names run together", async () => {
    const letters = ["JRodScnYFRqLGUtqJMcN", "xCKjUZQRAtTVtyyZWirA"].join("");
    expect((await gate.check(`use ${letters} here`)).passes).toBe(false);
    for (const name of [
      "getElementsByTagNameInDocumentOrder",
      "XMLHttpRequestEventTargetListener",
      "a_very_long_name_in_snake_case_indeed",
    ]) {
      expect((await gate.check(`call ${name} first`)).passes).toBe(true);
    }
  });

  it("promise 5: a planted secret or identifier in any text", async () => {
    const anyText = fc.oneof(fc.lorem(), fc.string({ unit: "grapheme", maxLength: 80 }));
    await fc.assert(
      fc.asyncProperty(anyText, fc.constantFrom(...makers), fc.integer(), anyText, async (before, [, , make], seed, after) => {
        expect((await gate.check(`${before} ${make(createDraw(seed))} ${after}`)).passes).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("names of this machine, but not names that every machine has", async () => {
    expect(await rulesIn("ssh to Quiet-Otter-7 first")).toEqual(["own-host-name"]);
    expect(await rulesIn("see /srv/people/otter/notes")).toEqual(["own-home-folder"]);
    expect(await rulesIn("a pc at localhost, quiet-otter-70, /srv/people/others")).toEqual([]);
  });

  it("a text that tells secretlint to look away", async () => {
    const key = secrets["github token"]?.(createDraw(3));
    expect((await gate.check(`/* secretlint-disable */ ${key}`)).passes).toBe(false);
  });

  it("and gives ranges of the text as it was given, in order", async () => {
    const mail = personalData["e-mail"]?.(createDraw(4)) ?? "";
    const folder = machineTraces["home folder"]?.(createDraw(4)) ?? "";
    const text = `\u{1F600} ${mail}, ${folder}`;
    const { findings } = await gate.check(text);
    const seen = findings.map(({ start, end }) => text.slice(start, end));
    expect(seen[0]).toBe(mail);
    expect(folder.startsWith(seen.at(-1) ?? "none")).toBe(true);
  });
});

describe("the gate passes", () => {
  it.each(benign.map((text) => [text]))("%s", async (text) => {
    expect((await gate.check(text)).findings.map(({ rule, start, end }) => `${rule}: ${text.slice(start, end)}`)).toEqual([]);
  });

  it("the empty text", async () => {
    expect(await gate.check("")).toEqual({ passes: true, findings: [] });
  });
});

describe("a draft", () => {
  const draft: LessonDraft = {
    kind: "procedure",
    title: "List a box in order",
    situation: "A box is to be listed in order",
    guidance: "Use peek with the field after --by",
    example: { task: "List tin in order of size", steps: ["stash peek tin --by size"] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: ["stash"],
    environment: { tool: "stash 2" },
    model: "scripted",
    derivedFrom: [],
  };
  const mail = personalData["e-mail"]?.(createDraw(5)) ?? "";
  const fields: [field: string, change: Partial<LessonDraft>][] = [
    ["title", { title: mail }],
    ["situation", { situation: mail }],
    ["guidance", { guidance: mail }],
    ["example.task", { example: { task: mail, steps: ["ls"] } }],
    ["example.steps.1", { example: { task: "list", steps: ["ls", mail] } }],
    ["tags.0", { tags: [mail] }],
    ["environment.owner", { environment: { owner: mail } }],
    ["model", { model: mail }],
  ];

  it("passes when every field does", async () => {
    expect(await gate.checkDraft(draft)).toEqual({ passes: true, findings: [] });
  });

  it.each(fields)("is refused for its %s, which is named", async (field, change) => {
    const verdict = await gate.checkDraft({ ...draft, ...change });
    expect(verdict.passes).toBe(false);
    expect(verdict.findings.map((finding) => [finding.field, finding.rule])).toEqual([[field, "email"]]);
  });
});
