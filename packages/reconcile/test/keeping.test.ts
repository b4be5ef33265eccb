import { describe, expect, it } from "vitest";
import { defaultKeepingLimits, Keeping, type KeepingLimits, type KeptLesson, worthOf } from "../src/index.ts";
import { worthHalfLifeMs } from "../src/keeping.ts";
import { drain, now } from "./fixtures.ts";

const dayMs = 24 * 60 * 60 * 1000;
/** Room for eight, two of them held; three of one stranger. */
const limits: KeepingLimits = { capacity: 8, heldShare: 0.25, authorShare: 0.375 };

function lesson(label: number, changes: Partial<KeptLesson> = {}): KeptLesson {
  return {
    id: `lesson-${label}`,
    label,
    author: `author-${label}`,
    topic: label,
    pool: "admitted",
    limited: false,
    worth: 1,
    utility: 0.5,
    ...changes,
  };
}

function keeping(lessons: readonly KeptLesson[], within: KeepingLimits = limits): Keeping {
  const made = new Keeping(within);
  for (const each of lessons) made.set(each);
  return made;
}

function drained(kept: Keeping): string[] {
  return drain(kept).map(({ lesson: { id } }) => id);
}

describe("while there is room", () => {
  it("nothing goes, at the capacity as well; one more and one goes", () => {
    const kept = keeping(Array.from({ length: 8 }, (_, label) => lesson(label)));
    expect(kept.overflow()).toBeUndefined();
    kept.set(lesson(8));
    expect(kept.overflow()).toMatchObject({ over: "capacity" });
    expect(drained(kept)).toHaveLength(1);
    expect(kept.size).toBe(8);
  });
  it("a lesson is there once, as it was entered last", () => {
    const kept = keeping([lesson(1), lesson(1, { worth: 9, pool: "held" })]);
    expect(kept.size).toBe(1);
    expect(kept.get("lesson-1")).toMatchObject({ worth: 9, pool: "held" });
    kept.delete("lesson-1");
    kept.delete("lesson-1");
    expect(kept.size).toBe(0);
    expect(kept.get("lesson-1")).toBeUndefined();
  });
});

describe("where there is no room", () => {
  it("the least worthy of a topic goes, of two alike the newer", () => {
    const crowded = Array.from({ length: 9 }, (_, label) => lesson(label, { topic: 0, worth: label === 4 ? 0.5 : 1 }));
    expect(drained(keeping(crowded))).toEqual(["lesson-4"]);
    expect(drained(keeping(crowded.map((each) => ({ ...each, worth: 1 }))))).toEqual(["lesson-8"]);
  });
  it("the only lesson on a rare subject outlives worthier ones on a popular subject", () => {
    const popular = Array.from({ length: 8 }, (_, label) => lesson(label, { topic: 0, worth: 1 }));
    const rare = lesson(8, { topic: 8, worth: 0.05 });
    expect(drained(keeping([...popular, rare]))).toEqual(["lesson-7"]);
  });
  it("a rare topic survives a flood in a popular one, of which the worthiest are left", () => {
    const rare = [lesson(0, { worth: 0.1 }), lesson(1, { worth: 0.1 })];
    const kept = keeping(rare);
    for (let label = 2; label < 500; label++) {
      kept.set(lesson(label, { topic: 2, worth: 1 + label / 10_000 }));
      drained(kept);
    }
    expect(rare.every(({ id }) => kept.get(id) !== undefined)).toBe(true);
    for (let label = 494; label < 500; label++) expect(kept.get(`lesson-${label}`)).toBeDefined();
  });
  it("what waits goes before what is believed, however much it is worth", () => {
    const believed = Array.from({ length: 8 }, (_, label) => lesson(label, { topic: 0, worth: 0.05 }));
    const waiting = lesson(8, { pool: "held", worth: 9 });
    expect(drained(keeping([...believed, waiting]))).toEqual(["lesson-8"]);
  });
  it("what waits has its share and no more, although there is room", () => {
    const waiting = [1, 2, 3].map((label) => lesson(label, { pool: "held", worth: label }));
    const kept = keeping(waiting);
    expect(kept.overflow()).toMatchObject({ lesson: { id: "lesson-1" }, over: "held-share" });
    expect(drained(kept)).toEqual(["lesson-1"]);
  });
});

describe("one stranger", () => {
  const by = (label: number, changes: Partial<KeptLesson> = {}): KeptLesson =>
    lesson(label, { author: "one-author", limited: true, ...changes });

  it("may have more than the quota as long as there is room, and gives way first when there is none", () => {
    const kept = keeping([by(1, { worth: 3 }), by(2, { worth: 1 }), by(3, { worth: 2 }), by(4, { worth: 2 })]);
    expect(kept.overflow()).toBeUndefined();
    for (const label of [5, 6, 7, 8, 9]) kept.set(lesson(label, { worth: 0.5 }));
    expect(kept.overflow()).toMatchObject({ lesson: { id: "lesson-2" }, over: "author-quota" });
    expect(drained(kept)).toEqual(["lesson-2"]);
  });
  it("does not push out own believed lessons with newer ones that wait", () => {
    const kept = keeping([by(1, { worth: 0.01 }), by(2, { worth: 0.01 }), by(3, { worth: 0.01 })]);
    for (const label of [5, 6, 7, 8, 9]) kept.set(lesson(label));
    kept.set(by(4, { pool: "held", worth: 9 }));
    expect(drained(kept)).toEqual(["lesson-4"]);
  });
  it("is limited no longer once the user trusts the author", () => {
    const kept = keeping([1, 2, 3, 4].map((label) => by(label)));
    kept.set(by(4, { limited: false }));
    expect(kept.overflow()).toBeUndefined();
    for (const label of [1, 2, 3]) kept.set(by(label, { limited: false }));
    for (const label of [5, 6, 7, 8]) kept.set(by(label, { limited: false }));
    expect(kept.overflow()).toBeUndefined();
  });
});

describe("what a lesson is worth to keep", () => {
  const base = { utility: 0.4, trust: 0.5, usedAt: now, receivedAt: now - 10 * dayMs };

  it("grows with utility, trust and use, and is above nothing for a stranger's unused lesson", () => {
    expect(worthOf({ ...base, utility: 0.5 })).toBeGreaterThan(worthOf(base));
    expect(worthOf({ ...base, trust: 0.6 })).toBeGreaterThan(worthOf(base));
    expect(worthOf({ ...base, usedAt: now - dayMs })).toBeLessThan(worthOf(base));
    expect(worthOf({ utility: 0, trust: 0, usedAt: 0, receivedAt: now })).toBeGreaterThan(0);
  });
  it("is half of that of a lesson used one half-life later", () => {
    expect(worthOf({ ...base, usedAt: now + worthHalfLifeMs })).toBeCloseTo(2 * worthOf(base), 9);
  });
  it("is the same for all that came in one week and were never used, so that the first of a flood stay", () => {
    const weekStart = Math.ceil(now / (7 * dayMs)) * 7 * dayMs;
    const worth = (receivedAt: number): number => worthOf({ ...base, usedAt: 0, receivedAt });
    expect(worth(weekStart + 7 * dayMs - 1)).toBe(worth(weekStart));
    expect(worth(weekStart - 1)).toBeLessThan(worth(weekStart));
  });
});

describe("the limits that a node has by default", () => {
  it("leave held lessons a part of the room, and a stranger a part of that", () => {
    const { capacity, heldShare, authorShare } = defaultKeepingLimits;
    expect(capacity).toBe(20_000);
    expect(authorShare).toBeLessThan(heldShare);
    expect(heldShare).toBeLessThanOrEqual(0.5);
  });
});
