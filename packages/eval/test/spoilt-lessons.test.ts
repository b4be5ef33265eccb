import type { LessonDraft } from "@grapevine/core";
import { type LessonBody, type SignedRecord, signRecord } from "@grapevine/core";
import { expect, it } from "vitest";
import { readTopics } from "../src/adversaries/topics.ts";
import { junkAbout, liesAbout } from "../src/learning/spoilt-lessons.ts";
import { seededRandom } from "../src/seeded-random.ts";
import { identityCalled } from "../src/simulated-node.ts";

const honest = identityCalled("honest");
const lessons = ["place", "colour", "heat"].map((family, position) => {
  const draft: LessonDraft = {
    kind: "procedure",
    title: `Set the ${family}`,
    situation: `You want to set the ${family} of a thing`,
    guidance: `Write set-${family} THING`,
    example: { task: `The ${family} of the lamp`, steps: [`set-${family} lamp`] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [family],
    environment: { environment: "tools:1" },
    derivedFrom: [],
  };
  return signRecord<LessonBody>(honest, { ...draft, type: "lesson", seq: position + 1, createdAt: 1 });
});

it("a lie keeps the situation and advises what works for another kind", () => {
  const lies = liesAbout(lessons, identityCalled("liar"));
  expect(lies.map(({ body }) => body.situation)).toEqual(lessons.map(({ body }) => body.situation));
  for (const [position, { body }] of lies.entries()) {
    expect(body.guidance).not.toBe(lessons[position]?.body.guidance);
    expect(lessons.map((lesson) => lesson.body.guidance)).toContain(body.guidance);
    expect(body.example?.task).toBe(lessons[position]?.body.example?.task);
    expect(body.example?.steps).not.toEqual(lessons[position]?.body.example?.steps);
  }
});

it("junk is of four kinds, by all authors, and the same for the same seed", async () => {
  const topics = await readTopics();
  const authors = ["a", "b", "c"].map(identityCalled);
  const make = (): SignedRecord<LessonBody>[] => junkAbout(lessons, { count: 40, authors, topics, random: seededRandom(1) });
  const junk = make();
  expect(junk).toHaveLength(40);
  expect(new Set(junk.map(({ body }) => body.author)).size).toBe(3);
  expect(junk.filter(({ body }) => body.environment?.["environment"] === "tools:1 before the change")).toHaveLength(10);
  expect(junk.filter(({ body }) => body.environment === undefined)).toHaveLength(10);
  expect(new Set(junk.map(({ id }) => id)).size).toBeGreaterThan(30);
  expect(make().map(({ id }) => id)).toEqual(junk.map(({ id }) => id));
});
