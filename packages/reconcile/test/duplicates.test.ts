import { describe, expect, it } from "vitest";
import {
  type ComparedFields,
  duplicateProblem,
  duplicateSimilarity,
  judge,
  type KnownState,
  type LessonNeighbour,
} from "../src/index.ts";
import { friend, lessonOf, lessonVerdict, now, self, stateOf, storedOf, stranger } from "./fixtures.ts";

const base: ComparedFields = {
  kind: "procedure",
  title: "List a box in order",
  situation: "A box of the stash tool is to be listed in order of a field",
  guidance: "Use peek with the field after --by",
};
const changed = (changes: Partial<ComparedFields>): ComparedFields => ({ ...base, ...changes });

describe("lessons that say the same", () => {
  it.each<[string, Partial<ComparedFields>]>([
    ["the very same words", {}],
    ["another order of words", { guidance: "After --by, use the field with peek" }],
    [
      "other punctuation, quotes and case",
      { title: "list a box, in order!", guidance: "Use “peek” with the field after `--by`." },
    ],
    ["some other words", { situation: "The stash tool's box should be listed in the order of one field" }],
    ["further facts of the environment", { environment: { stash: "2.1" } }],
  ])("with %s", (_, changes) => {
    expect(duplicateProblem(base, changed(changes), 0.95)).toBeUndefined();
  });
});

describe("lessons that do not say the same, however near they lie", () => {
  it.each<[string, Partial<ComparedFields>, Partial<ComparedFields>]>([
    ["a negation", {}, { guidance: "Do not use peek with the field after --by" }],
    ["a contracted negation", {}, { guidance: "Don't use peek with the field after --by" }],
    [
      "two denials",
      { guidance: "Seal the box and count the coins" },
      { guidance: "Do not seal the box and do not count the coins" },
    ],
    ["a number", { guidance: "Wait 5 seconds before peek" }, { guidance: "Wait 50 seconds before peek" }],
    ["a version", { situation: "Version 1.2 of stash" }, { situation: "Version 1.3 of stash" }],
    ["an option", {}, { guidance: "Use peek with the field after --sort" }],
    ["an operator", { guidance: "Keep a < b" }, { guidance: "Keep a > b" }],
    [
      "a name with marks",
      { guidance: "Write the plug-in in C++ and test it" },
      { guidance: "Write the plug-in in C# and test it" },
    ],
    ["an opposite", { guidance: "Enable the cache before a peek" }, { guidance: "Disable the cache before a peek" }],
    ["the order of two steps", { guidance: "Call seal before peek" }, { guidance: "Call seal after peek" }],
    [
      "the command whose form they give",
      { title: "Count the rows", guidance: "Write sketch per WORD + TABLE --node COLUMN" },
      { title: "List the rows", guidance: "Write render per WORD + TABLE --node COLUMN" },
    ],
    ["advice and warning", {}, { kind: "pitfall" }],
    ["the environment", { environment: { stash: "2" } }, { environment: { stash: "3" } }],
  ])("they differ in %s", (_, first, second) => {
    expect(duplicateProblem(changed(first), changed(second), 0.99)).toBeTypeOf("string");
    expect(duplicateProblem(changed(second), changed(first), 0.99)).toBeTypeOf("string");
  });
  it("they share too few words", () => {
    const other: ComparedFields = {
      kind: "fact",
      title: "Tides",
      situation: "Planning a walk on the mud flats",
      guidance: "Look at the tables",
    };
    expect(duplicateProblem(changed({ guidance: "Use peek with the field" }), other, 0.99)).toBe("they share too few words");
  });
  it("they are not near", () => {
    expect(duplicateProblem(base, base, duplicateSimilarity - 1e-6)).toBe("they are not near enough");
    expect(duplicateProblem(base, base, duplicateSimilarity)).toBeUndefined();
    expect(duplicateProblem(base, base, Number.NaN)).toBe("they are not near enough");
  });
});

describe("joining a cluster", () => {
  const first = lessonOf(friend);
  const firstStored = storedOf(first, { cluster: "the-cluster", receivedAt: now - 9 });
  const twin = lessonOf(stranger);
  const paraphrase = lessonOf(stranger, { guidance: "Use peek and put the field after --by" });
  const opposite = lessonOf(stranger, { guidance: "Do not use peek with the field after --by" });
  const near = (lesson = firstStored, similarity = 0.96): LessonNeighbour[] => [{ lesson, similarity }];
  const verdictOn = (
    record: typeof first,
    neighbours: LessonNeighbour[],
    state: Partial<KnownState> = {},
  ): ReturnType<typeof lessonVerdict> => lessonVerdict(judge({ record, neighbours, state: stateOf(state) }));

  it("the same text joins before anything is embedded, and is believed no more for it", () => {
    const verdict = verdictOn(twin, [], { sameText: [firstStored] });
    expect(verdict).toMatchObject({ action: "hold", code: "STRANGER_HELD", cluster: "the-cluster" });
    expect(verdict.joined).toMatchObject({ code: "SAME_TEXT", with: first.id, cluster: "the-cluster" });
  });
  it("of several with the same text it joins the one that was here first", () => {
    const later = storedOf(lessonOf(self), { cluster: "a-later-cluster", receivedAt: now });
    for (const sameText of [
      [later, firstStored],
      [firstStored, later],
    ]) {
      expect(verdictOn(twin, [], { sameText }).cluster).toBe("the-cluster");
    }
  });
  it("a normalised text that hides a difference does not join", () => {
    const smaller = lessonOf(stranger, { guidance: "Keep a < b" });
    const larger = storedOf(lessonOf(friend, { guidance: "Keep a > b" }));
    expect(verdictOn(smaller, [], { sameText: [larger] })).toMatchObject({ cluster: smaller.id });
  });
  it("a near duplicate joins the cluster of its nearest twin", () => {
    const verdict = verdictOn(paraphrase, near(), { occasion: "review", stored: storedOf(paraphrase) });
    expect(verdict).toMatchObject({ cluster: "the-cluster", joined: { code: "NEAR_DUPLICATE", with: first.id } });
  });
  it("an opposite never joins", () => {
    const verdict = verdictOn(opposite, near(firstStored, 0.99), { occasion: "review", stored: storedOf(opposite) });
    expect(verdict).toMatchObject({ cluster: opposite.id });
    expect(verdict.joined).toBeUndefined();
  });
  it("a lesson is not its own twin, and nobody joins what was retracted or archived", () => {
    expect(verdictOn(paraphrase, near(storedOf(paraphrase, { cluster: "x" }))).joined).toBeUndefined();
    for (const state of ["retracted", "archived"] as const) {
      const gone = storedOf(first, { standing: { state, rule: "r", reason: "r", since: now }, cluster: "x" });
      expect(verdictOn(paraphrase, near(gone), { sameText: [gone] }).joined).toBeUndefined();
    }
  });
  it("a lesson stays in the cluster it has joined, and with those that have joined it", () => {
    const member = storedOf(paraphrase, { cluster: "another-cluster" });
    expect(verdictOn(paraphrase, near(), { occasion: "review", stored: member }).cluster).toBe("another-cluster");
    const follower = storedOf(twin, { cluster: paraphrase.id });
    const neighbours = [...near(), ...near(follower, 0.9)];
    expect(verdictOn(paraphrase, neighbours, { occasion: "review", stored: storedOf(paraphrase) }).cluster).toBe(paraphrase.id);
  });
});
