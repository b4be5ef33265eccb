import { limits } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import {
  type ComparedFields,
  type ComparedLesson,
  comparedLesson,
  contradictionBetween,
  differenceOf,
  sameSituation,
} from "../src/near-duplicate.ts";

const lesson = (guidance: string, changes: Partial<ComparedFields> = {}): ComparedLesson =>
  comparedLesson({ kind: "strategy", title: "T", situation: "The shop is slow in the evening", guidance, ...changes });

describe("guidance that cannot both be followed", () => {
  it.each<[string, string, string]>([
    ["negation", "Always restart the service", "Never restart the service"],
    ["negation", "Restart the service", "Do not restart the service"],
    ["negation", "Restart the service at once", "Avoid restarting the service"],
    ["negation", "Use rg and not grep", "Use grep and not rg"],
    ["negation", "Skip the smoke test", "Run the smoke test"],
    ["opposite", "Enable the cache", "Disable the cache"],
    ["opposite", "Mount the volume first", "Unmount the volume first"],
    ["opposite", "Turn the cache on", "Turn the cache off"],
    ["number", "The port is 8080", "The port is 9090"],
    ["number", "Wait 5 seconds", "Wait 5 minutes"],
    ["symbol", "List the box with --by", "List the box with --sort"],
    ["roles", "Copy the data from staging to production", "Copy the data from production to staging"],
    ["roles", "Run the migration before the deployment", "Run the deployment before the migration"],
    ["roles", "Run stash shift RED BLUE", "Run stash shift BLUE RED"],
    ["roles", "Use spaces for Python and tabs for Makefiles", "Use tabs for Python and spaces for Makefiles"],
    ["number", "One cup of rice takes two cups of water", "Two cups of rice take one cup of water"],
  ])("%s: %s / %s", (kind, one, other) => {
    expect(contradictionBetween(lesson(one), lesson(other))).toMatchObject({ kind });
    expect(contradictionBetween(lesson(other), lesson(one))).toMatchObject({ kind });
  });
  it("the same words as advice and as a warning", () => {
    const warning = lesson("Restart the service during the sale", { kind: "pitfall" });
    expect(contradictionBetween(warning, lesson("Restart the service during the sale"))).toMatchObject({ kind: "kind" });
  });
});

describe("guidance that can both be followed", () => {
  it.each<[string, string]>([
    ["Check the disk", "Restart the service"],
    ["Check the disk for free space", "Do not restart the service"],
    ["Use --limit to see fewer rows", "Put an index on the date"],
    ["Do not skip the smoke test", "Always run the smoke test"],
    ["Do not forget to close the file", "Always close the file"],
    ["Never deploy without the tests", "Run the tests before you deploy"],
    ["Use rg instead of grep", "Do not use grep but rg"],
    ["Keep the cache enabled", "Do not disable the cache"],
    ["Pause the import; do not cancel it", "Do not cancel the import but pause it"],
    ["The service must not be restarted", "Do not restart the service"],
    ["Wait 5 seconds", "Wait 5000 ms"],
    ["After closing the valve, stop the pump", "Close the valve before you stop the pump"],
    ["Use tabs for Makefiles and spaces for Python", "Use spaces for Python and tabs for Makefiles"],
  ])("%s / %s", (one, other) => {
    expect(contradictionBetween(lesson(one), lesson(other))).toBeUndefined();
    expect(contradictionBetween(lesson(other), lesson(one))).toBeUndefined();
  });
});

describe("one situation", () => {
  const inSituation = (situation: string, changes: Partial<ComparedFields> = {}): ComparedLesson =>
    lesson("Restart it", { situation, ...changes });
  it("in the same or in other words", () => {
    for (const other of [
      "The shop is slow in the evening",
      "In the evening the shop gets slow",
      "A slow shop on a Friday evening",
    ]) {
      expect(sameSituation(inSituation("The shop is slow in the evening"), inSituation(other))).toBe(true);
    }
  });
  it("not where words, numbers, denials or facts differ", () => {
    const first = inSituation("The shop server answers on port 80", { environment: { shop: "2" } });
    for (const other of [
      inSituation("A letter goes into a long envelope"),
      inSituation("The shop server answers on port 81"),
      inSituation("The shop server does not answer on port 80"),
      inSituation("The shop server answers on port 80", { environment: { shop: "3" } }),
    ]) {
      expect(sameSituation(first, other)).toBe(false);
      expect(sameSituation(other, first)).toBe(false);
    }
  });
});

describe("what is near but not the same", () => {
  const guidance = "Put the new crates of the morning delivery on the upper shelf of the cold store and note the date";
  it("a copy in which one word stands for another, known as opposites or not", () => {
    const copy = lesson(guidance.replace("crates", "barrels"));
    expect(differenceOf(lesson(guidance), copy, 0.99)).toMatch(/the same but for/);
    expect(differenceOf(lesson(guidance), lesson(`${guidance} on it`), 0.99)).toBeUndefined();
  });
  it("short texts need a higher similarity than long ones", () => {
    const short = { title: "Tea", situation: "Guests come", guidance: "Make tea" };
    expect(differenceOf(lesson("", short), lesson("", short), 0.75)).toBe("they are not near enough");
    expect(differenceOf(lesson("", short), lesson("", short), 0.9)).toBeUndefined();
    expect(differenceOf(lesson(guidance), lesson(guidance), 0.75)).toBeUndefined();
  });
  it("guidance of which nothing is shared, in one situation", () => {
    const situation = "A query reads two columns of a large table by one key and takes many seconds";
    const other = lesson("Look at the plan", { situation });
    expect(differenceOf(lesson("Create a covering index", { situation }), other, 0.95)).toBe("they share too few words");
  });
});

describe("text that is made to cost", () => {
  const size = limits.maxRecordBytes;
  const words = Array.from({ length: 4000 }, (_, index) => `un${(index * 7919).toString(36).replace(/\d/g, "x")}`);
  it.each<[string, string]>([
    ["marks", `${"!".repeat(size)}a`],
    ["quotes", `${"'".repeat(size / 2)}a${"'".repeat(size / 2)}`],
    ["dashes", `${"a-".repeat(size / 2)}!`],
    ["dots", `${"1.".repeat(size / 2)}x`],
    ["denials", "not ".repeat(size / 4)],
    ["clauses", "do not it before a, ".repeat(size / 20)],
    ["directions", "a to b from c ".repeat(size / 14)],
    ["numbers", "1 a 2 b ".repeat(size / 8)],
    ["many words", words.join(" ").slice(0, size)],
    ["one word", "a".repeat(size)],
  ])("%s", (_, text) => {
    const turned = text.split(" ").reverse().join(" ");
    const startedAt = performance.now();
    differenceOf(lesson(text), lesson(turned), 1);
    contradictionBetween(lesson(text), lesson(turned));
    expect(performance.now() - startedAt).toBeLessThan(maxMs);
  });
  /** Twelve times what a record may hold, on a machine that does other things too; a quadratic expression takes minutes. */
  const maxMs = 3000;
});
