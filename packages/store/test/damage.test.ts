/** Every fault that a file can have, on every file of the store: never an empty or a shorter store without an error. */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GrapevineError, lessonText, normalisedText, type StoredLesson, systemClock } from "@grapevine/core";
import { sampleAttestation, sampleExperience, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { openStore, repairStore, type Store } from "../src/index.ts";
import { checkedFrame } from "../src/stored-frame.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const experienceCount = 40;
const lessonCount = 60;
const identity = sampleIdentity(1);
const lessons = Array.from({ length: lessonCount }, (_, i) =>
  sampleStoredLesson(sampleLesson(identity, { seq: i + 1, title: `Lesson ${i}` }), i, i % 2 === 0 ? "own" : "held"),
);
const experienceIds = Array.from({ length: experienceCount }, (_, i) => `01EXPERIENCE${i}`);
/** So much that the checkpoint, which holds the last half megabyte of commits, cannot make all of them again. */
const padding = Array.from({ length: 4000 }, (_, i) => `${i * 7919}`).join(" ");

/** What no compression shortens and no other experience holds. */
function markOf(experience: number): string {
  return createHash("sha512").update(String(experience)).digest("base64url");
}

async function fill(store: Store): Promise<void> {
  for (const [i, id] of experienceIds.entries()) {
    await store.experiences.append(sampleExperience(id, { answer: `${markOf(i)} ${padding}` }));
  }
  for (const lesson of lessons) {
    await store.lessons.apply([
      { kind: "lesson", lesson },
      { kind: "attestation", record: sampleAttestation(sampleIdentity(2), { lesson: lesson.record.id, seq: lesson.label + 1 }) },
      { kind: "outbox-add", id: lesson.record.id },
      { kind: "embedding", label: lesson.label, embedder: "e:4", vector: Float32Array.of(lesson.label, 1, 2, 3) },
    ]);
  }
}

/** Opens the store and reads all of it. Gives the code of the first error, or what is there. */
async function readAll(path: string): Promise<string | { experiences: number; lessons: number; judged: number }> {
  let store: Store | undefined;
  try {
    store = await openStore({ path, clock: systemClock });
    const found = { experiences: 0, lessons: 0, judged: 0 };
    for await (const { outcome } of store.experiences.list()) {
      found.experiences++;
      if (outcome !== undefined) found.judged++;
    }
    for await (const { record, label } of store.lessons.list()) {
      found.lessons++;
      expect(await store.lessons.attestations(record.id)).toHaveLength(1);
      expect(await store.lessons.frames([record.id])).toEqual([record.frame]);
      expect(await store.lessons.embedding("e:4", label)).toBeDefined();
      expect(await store.lessons.byLabels([label])).toMatchObject([{ label }]);
      expect(await store.lessons.sameText(normalisedText(lessonText(record.body)))).toEqual([record.id]);
    }
    let passedOn = 0;
    for await (const _ of store.lessons.recordKeys()) passedOn++;
    expect(passedOn).toBe(2 * found.lessons);
    expect(await store.lessons.outbox()).toHaveLength(found.lessons);
    return found;
  } catch (error) {
    if (!GrapevineError.is(error)) throw error;
    expect(error.hint).not.toBe("");
    return error.code;
  } finally {
    await store?.close();
  }
}

function databaseFiles(path: string, pattern: RegExp): string[] {
  const folder = join(path, "leveldb");
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x20;
  writeFileSync(file, bytes);
}

describe("a damaged store", () => {
  const whole = { experiences: experienceCount, lessons: lessonCount, judged: 0 };
  let logged = "";
  let tabled = "";

  beforeAll(async () => {
    // Two stores of the same contents: one in LevelDB's log, one in its tables (an open moves the log into a table).
    const folder = mkdtempSync(join(tmpdir(), "grapevine-damage-"));
    logged = join(folder, "logged");
    tabled = join(folder, "tabled");
    const store = await openStore({ path: logged, clock: systemClock });
    await fill(store);
    await store.close();
    cpSync(logged, tabled, { recursive: true });
    expect(await readAll(tabled)).toEqual(whole);
    return () => rmSync(folder, { recursive: true });
  });

  function damagedCopy(of: string, damage: (path: string) => void): string {
    const path = join(temporaryFolder(), "store");
    cpSync(of, path, { recursive: true });
    damage(path);
    return path;
  }

  it("has something in every kind of file, and more than the checkpoint holds", () => {
    const size = readFileSync(databaseFiles(logged, /\.log$/)[0] as string).length;
    expect(size).toBeGreaterThan(700 * 1024);
    expect(databaseFiles(logged, /\.log$/)).toHaveLength(1);
    expect(databaseFiles(tabled, /\.ldb$/).length).toBeGreaterThan(0);
  });

  it.each([
    ["CURRENT", /^CURRENT$/],
    ["the manifest", /^MANIFEST/],
    ["the log", /\.log$/],
    ["a table", /\.ldb$/],
    ["every file", /./],
  ])("is noticed when %s is deleted, and stays noticed", async (_, pattern) => {
    for (const source of [logged, tabled]) {
      // An empty log, after the tables were written, holds nothing that could be lost.
      if (source === tabled && String(pattern) === String(/\.log$/)) continue;
      if (databaseFiles(source, pattern).length === 0) continue;
      const path = damagedCopy(source, (copy) => {
        for (const file of databaseFiles(copy, pattern)) rmSync(file);
      });
      expect(await readAll(path)).toBe("STORE_DAMAGED");
      expect(await readAll(path)).toBe("STORE_DAMAGED");
    }
  });

  it("promise 2: is noticed when LevelDB's folder is gone", async () => {
    const path = damagedCopy(logged, (copy) => rmSync(join(copy, "leveldb"), { recursive: true }));
    expect(await readAll(path)).toBe("STORE_DAMAGED");
    expect(existsSync(join(path, "leveldb", "CURRENT"))).toBe(false);
  });

  it("promise 2: is noticed when the log is cut, or whole again where the checkpoint holds what was cut off", async () => {
    const size = readFileSync(databaseFiles(logged, /\.log$/)[0] as string).length;
    const cut = (length: number): string =>
      damagedCopy(logged, (copy) => truncateSync(databaseFiles(copy, /\.log$/)[0] as string, length));
    for (const share of [0, 0.01, 0.1, 0.2]) {
      expect([share, await readAll(cut(Math.floor(size * share)))]).toEqual([share, "STORE_DAMAGED"]);
    }
    for (const bytes of [1, 3, 5000, 100_000]) {
      const path = cut(size - bytes);
      const store = await openStore({ path, clock: systemClock });
      expect(store.report.redoneCommits).toBeGreaterThan(0);
      await store.close();
      expect([bytes, await readAll(path)]).toEqual([bytes, whole]);
    }
  });

  it.each([
    // The checkpoint makes again what a log lost near its end; a table also holds values that were replaced.
    ["log", /\.log$/, 20, 5],
    ["table", /\.ldb$/, 30, 2],
    ["manifest", /^MANIFEST/, 10, 7],
    ["CURRENT", /^CURRENT$/, 5, 5],
  ] as const)("is noticed, made good or harmless when a bit of the %s flips", async (_, pattern, flips, atLeast) => {
    const source = pattern.source.includes("ldb") ? tabled : logged;
    const file = databaseFiles(source, pattern)[0] as string;
    const size = readFileSync(file).length;
    const path = damagedCopy(source, () => undefined);
    let noticed = 0;
    for (let i = 0; i < flips; i++) {
      rmSync(path, { recursive: true });
      cpSync(source, path, { recursive: true });
      flip(databaseFiles(path, pattern)[0] as string, Math.floor((size * (i + 0.5)) / flips));
      const result = await readAll(path);
      if (result === "STORE_DAMAGED") noticed++;
      else expect([i, result]).toEqual([i, whole]);
    }
    expect(noticed).toBeGreaterThanOrEqual(atLeast);
  });

  it.each([
    ["is made again", 1, 1],
    ["is noticed", 20, "STORE_DAMAGED"],
  ] as const)("%s when a commit that only changed something is lost from the middle of the log", async (_, repeats, expected) => {
    const path = join(temporaryFolder(), "store");
    const store = await openStore({ path, clock: systemClock });
    await store.experiences.append(sampleExperience("01A"));
    // More than a block of the log apart, so that nothing else is lost with it.
    await store.experiences.append(sampleExperience("01B", { answer: padding.repeat(2) }));
    await store.experiences.update("01A", { outcome: { verdict: "worked", verifiedBy: "feedback", at: 1 } });
    for (let i = 0; i < 2 * repeats; i++) {
      await store.experiences.append(sampleExperience(`01C${i}`, { answer: padding.repeat(1.5) }));
    }
    await store.close();
    const [log] = databaseFiles(path, /\.log$/) as [string];
    flip(log, readFileSync(log).indexOf('"verdict"'));
    const result = await readAll(path);
    expect(typeof result === "string" ? result : result.judged).toBe(expected);
  });

  it("promise 2: names the experience or the lesson whose bytes were altered", async () => {
    const path = damagedCopy(tabled, (copy) => {
      for (const file of databaseFiles(copy, /\.ldb$/)) {
        const at = readFileSync(file).indexOf(markOf(17).slice(0, 12));
        if (at >= 0) flip(file, at + 6);
      }
    });
    const store = await openStore({ path, clock: systemClock });
    await expect(store.experiences.get("01EXPERIENCE17")).rejects.toMatchObject({
      code: "STORE_DAMAGED",
      message: expect.stringContaining("01EXPERIENCE17"),
    });
    expect(await store.experiences.get("01EXPERIENCE18")).toBeDefined();
    await store.close();
  });

  it("promise 2: is noticed in a record that is sent on unread", () => {
    const { id, frame } = (lessons[0] as StoredLesson).record;
    expect(checkedFrame(id, Buffer.from(frame))).toEqual(frame);
    const altered = Buffer.from(frame.with(100, (frame[100] as number) ^ 1));
    const damaged = { code: "STORE_DAMAGED", message: expect.stringContaining(id) };
    for (const bytes of [altered, undefined]) expect(() => checkedFrame(id, bytes)).toThrow(expect.objectContaining(damaged));
  });

  it("is noticed when the checkpoint or the reservations are missing or altered", async () => {
    const both = ["checkpoint-0", "checkpoint-1"];
    for (const names of [both, ["reservations"]]) {
      const without = damagedCopy(logged, (copy) => {
        for (const name of names) rmSync(join(copy, name));
      });
      expect(await readAll(without)).toBe("STORE_DAMAGED");
      const altered = damagedCopy(logged, (copy) => {
        for (const name of names) flip(join(copy, name), 20);
      });
      expect(await readAll(altered)).toBe("STORE_DAMAGED");
    }
  });

  it("is noticed, or harmless, when one of the two segments of the checkpoint is missing or altered", async () => {
    const results = [];
    for (const name of ["checkpoint-0", "checkpoint-1"]) {
      results.push(await readAll(damagedCopy(logged, (copy) => rmSync(join(copy, name)))));
      for (const at of [0, 100, 5000, 100_000]) {
        results.push(await readAll(damagedCopy(logged, (copy) => flip(join(copy, name), at))));
      }
    }
    expect(results).toContain("STORE_DAMAGED");
    for (const result of results) if (result !== "STORE_DAMAGED") expect(result).toEqual(whole);
  });

  it("is noticed when LevelDB's folder is an older copy", async () => {
    const path = damagedCopy(logged, () => undefined);
    const older = join(temporaryFolder(), "older");
    cpSync(join(path, "leveldb"), older, { recursive: true });
    const store = await openStore({ path, clock: systemClock });
    for (let i = 0; i < 50; i++) await store.experiences.append(sampleExperience(`01LATER${i}`, { answer: padding }));
    await store.close();
    rmSync(join(path, "leveldb"), { recursive: true });
    cpSync(older, join(path, "leveldb"), { recursive: true });
    expect(await readAll(path)).toBe("STORE_DAMAGED");
  });

  it("is never initialised again, whoever asks", async () => {
    const path = damagedCopy(logged, (copy) => {
      rmSync(join(copy, "leveldb", "CURRENT"));
      copyFileSync(join(copy, "checkpoint-0"), join(copy, "checkpoint-1"));
    });
    for (const createIfMissing of [true, false]) {
      await expect(openStore({ path, clock: systemClock, createIfMissing })).rejects.toMatchObject({ code: "STORE_DAMAGED" });
    }
  });

  describe("repaired", () => {
    it("loses nothing when nothing is lost", async () => {
      const path = damagedCopy(logged, (copy) => rmSync(join(copy, "leveldb", "CURRENT")));
      const report = await repairStore({ path, clock: systemClock });
      const none = { experience: 0, lesson: 0, attestation: 0, retraction: 0, rotation: 0 };
      expect(report).toMatchObject({
        kept: { ...none, experience: experienceCount, lesson: lessonCount, attestation: lessonCount },
        lost: none,
        unreadable: 0,
      });
      expect(existsSync(join(report.savedTo, "leveldb"))).toBe(true);
      expect(await readAll(path)).toEqual(whole);
      const store = await openStore({ path, clock: systemClock });
      const kept = [];
      for await (const lesson of store.lessons.list()) kept.push(lesson);
      expect(kept).toEqual([...lessons].reverse());
      expect(await store.lessons.outbox()).toEqual(lessons.map(({ record }) => record.id));
      expect(await store.lessons.embedding("e:4", 7)).toEqual(Float32Array.of(7, 1, 2, 3));
      expect(store.lessons.counts()).toMatchObject({ own: lessonCount / 2, held: lessonCount / 2 });
      await store.close();
    });

    it("keeps what is left, says what is lost, and can be written to", async () => {
      const path = damagedCopy(logged, (copy) => {
        const [log] = databaseFiles(copy, /\.log$/) as [string];
        truncateSync(log, Math.floor(readFileSync(log).length * 0.2));
      });
      expect(await readAll(path)).toBe("STORE_DAMAGED");
      const { kept, lost } = await repairStore({ path, clock: systemClock });
      expect(kept.experience + (lost?.experience ?? 0)).toBe(experienceCount);
      expect(kept.lesson + (lost?.lesson ?? 0)).toBe(lessonCount);
      expect(lost?.experience).toBeGreaterThan(0);
      expect(kept.experience).toBeGreaterThan(0);
      const store = await openStore({ path, clock: systemClock });
      expect(store.report).toMatchObject({ experiences: kept.experience, lessons: kept.lesson });
      await store.experiences.append(sampleExperience("01AFTER"));
      await store.close();
      expect(await readAll(path)).toMatchObject({ experiences: kept.experience + 1 });
    });

    it("drops an altered value and counts it", async () => {
      const path = damagedCopy(tabled, (copy) => {
        for (const file of databaseFiles(copy, /\.ldb$/)) {
          const at = readFileSync(file).indexOf(markOf(17).slice(0, 12));
          if (at >= 0) flip(file, at + 6);
        }
      });
      const { kept, lost, unreadable } = await repairStore({ path, clock: systemClock });
      expect({ kept: kept.experience, lost: lost?.experience, unreadable }).toEqual({
        kept: experienceCount - 1,
        lost: 1,
        unreadable: 1,
      });
      expect(await readAll(path)).toEqual({ ...whole, experiences: experienceCount - 1 });
    });

    it("never gives numbers again, even when the reservations are lost too", async () => {
      const path = damagedCopy(logged, (copy) => {
        for (const name of ["reservations", "checkpoint-0", "checkpoint-1"]) rmSync(join(copy, name));
      });
      const { kept, lost } = await repairStore({ path, clock: systemClock });
      expect({ kept: kept.lesson, lost }).toEqual({ kept: lessonCount, lost: undefined });
      const store = await openStore({ path, clock: systemClock });
      expect(store.lessons.nextLabel()).toBeGreaterThanOrEqual(lessonCount);
      expect(store.lessons.nextSequence()).toBeGreaterThan(lessonCount);
      await store.close();
    });
  });
});
