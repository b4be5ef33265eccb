import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { forgottenTitle, type RecordId, type StoreChange, systemClock } from "@grapevine/core";
import { sampleAttestation, sampleExperience, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { ClassicLevel } from "classic-level";
import { describe, expect, it } from "vitest";
import { findTraces, openStore, repairStore, type Store } from "../src/index.ts";
import { keyspaceRange, keyspaces, textKey } from "../src/keyspace.ts";
import { databaseFolder } from "../src/open-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const clock = systemClock;
const [alice, bob] = [sampleIdentity(1), sampleIdentity(2)];
const guidance = "Whisper the word amaryllis to the gate";
const target = sampleLesson(alice, { seq: 9_999, guidance });
const needles = [Buffer.from(guidance), target.frame.subarray(0, 64)];
const forget: StoreChange = { kind: "forget", id: target.id, reason: "forgotten" };

/** So many other lessons, with the one that is to be forgotten among them. */
async function fill(store: Store, count: number): Promise<void> {
  for (let from = 0; from < count; from += 50) {
    await store.lessons.apply(
      Array.from({ length: 50 }, (_, i) => {
        const label = store.lessons.nextLabel();
        const isTarget = from + i === Math.floor(count / 2);
        const other = (): typeof target =>
          sampleLesson(bob, { seq: label, guidance: `${"Ring the bell, ".repeat(40)}${label} times` });
        return { kind: "lesson", lesson: sampleStoredLesson(isTarget ? target : other(), label) } as const;
      }),
    );
  }
}

async function traces(path: string): Promise<readonly string[]> {
  const found = await findTraces(path, needles);
  expect(found.files).toBeGreaterThan(5);
  return found.traces.map(({ file }) => file.slice(path.length + 1));
}

describe("scrubbing", () => {
  it("takes what was forgotten off the disk: out of the log and the checkpoint", async () => {
    const path = join(temporaryFolder(), "store");
    const store = await openStore({ path, clock });
    await fill(store, 50);
    await store.lessons.apply([
      { kind: "lesson", lesson: sampleStoredLesson(sampleLesson(alice, { seq: 10_000, guidance }), 700) },
    ]);
    const again = sampleLesson(alice, { seq: 10_000, guidance });
    expect(await traces(path)).toEqual(expect.arrayContaining(["checkpoint-0", expect.stringMatching(/^leveldb\/\d+\.log$/)]));
    await store.lessons.apply([forget, { kind: "forget", id: again.id, reason: "forgotten" }]);
    expect(await traces(path)).not.toEqual([]);
    expect(await store.scrub()).toEqual({ bytesBefore: expect.any(Number), bytesAfter: expect.any(Number) });
    expect(await traces(path)).toEqual([]);
    await store.close();
    expect(await traces(path)).toEqual([]);
    const reopened = await openStore({ path, clock, createIfMissing: false });
    expect(reopened.report).toMatchObject({ redoneCommits: 0, lessons: 49 });
    expect(await traces(path)).toEqual([]);
    await reopened.close();
  });

  it("takes it out of tables that are compressed, at every depth", { timeout: 60_000 }, async () => {
    const path = join(temporaryFolder(), "store");
    let store = await openStore({ path, clock });
    await fill(store, 1000);
    await store.scrub(); // so that it lies in the lowest tables
    // So much that LevelDB does not put tables in the level right above.
    for (let i = 0; i < 12; i++) {
      await store.experiences.append(sampleExperience(`01A${i}`, { answer: randomBytes(1_500_000).toString("base64") }));
    }
    await store.scrub();
    await store.close();
    store = await openStore({ path, clock });
    const [table = ""] = await traces(path);
    expect(table).toMatch(/^leveldb\/\d+\.ldb$/);
    await store.lessons.apply([forget]);
    await store.scrub();
    expect(await traces(path)).toEqual([]);
    expect(store.lessons.counts().admitted).toBe(999);
    await store.close();
  });

  it("finds what compression hides from a plain search", async () => {
    const path = join(temporaryFolder(), "store");
    const store = await openStore({ path, clock });
    const answer = `${"over and over ".repeat(100)}the end of it`;
    for (const id of ["01A", "01B"]) await store.experiences.append(sampleExperience(id, { answer }));
    await store.scrub();
    const folder = databaseFolder(path);
    const tables = readdirSync(folder).filter((name) => name.endsWith(".ldb"));
    expect(tables.some((name) => readFileSync(join(folder, name)).includes(answer))).toBe(false);
    const found = await findTraces(path, [Buffer.from("no such text"), Buffer.from(answer)]);
    expect(found.traces).toEqual([{ file: expect.stringMatching(/\.ldb$/), needle: 1 }]);
    await store.experiences.forget("01A");
    await store.scrub();
    expect((await findTraces(path, [Buffer.from(answer)])).traces).toHaveLength(1);
    await store.experiences.forget("01B");
    await store.scrub();
    expect((await findTraces(path, [Buffer.from(answer)])).traces).toEqual([]);
    await store.close();
  });

  it("waits for a reading that was begun before, which might still give what was forgotten", async () => {
    const path = join(temporaryFolder(), "store");
    const store = await openStore({ path, clock });
    await fill(store, 200);
    await store.scrub();
    const reading = store.lessons.recordKeys()[Symbol.asyncIterator]();
    await reading.next();
    await store.lessons.apply([forget]);
    const scrubbing = store.scrub();
    for (let i = 0; i < 20; i++) await store.experiences.append(sampleExperience(`01A${i}`)); // nobody else waits
    expect(await traces(path)).not.toEqual([]);
    await reading.return?.();
    await scrubbing;
    expect(await traces(path)).toEqual([]);
    await store.close();
  });

  it("disturbs neither readers nor writers", { timeout: 60_000 }, async () => {
    const path = join(temporaryFolder(), "store");
    const store = await openStore({ path, clock });
    await fill(store, 300);
    const listing = store.lessons.list()[Symbol.asyncIterator]();
    await listing.next();
    await store.lessons.apply([forget]);
    const scrubbing = store.scrub();
    const writing = fill(store, 100);
    let listed = 1;
    while ((await listing.next()).done !== true) listed++;
    await Promise.all([scrubbing, writing, store.scrub()]);
    expect([300, 299]).toContain(listed);
    expect(store.lessons.counts().admitted).toBe(299 + 100);
    await store.lessons.apply([forget]); // the second filling has brought it again
    await store.scrub();
    expect(await traces(path)).toEqual([]);
    const appending = store.experiences.append(sampleExperience("01A"));
    const last = store.scrub();
    const [, refused] = await Promise.allSettled([appending, last, store.close()]); // waits for what was begun, and refuses the rest
    expect(refused).toMatchObject({ status: "rejected", reason: { code: "STORE_CLOSED" } });
    await expect(store.scrub()).rejects.toMatchObject({ code: "STORE_CLOSED" });
    const reopened = await openStore({ path, clock, createIfMissing: false });
    expect(reopened.report).toMatchObject({ redoneCommits: 0, experiences: 1, lessons: 398 });
    await reopened.close();
  });
});

describe("a store that was written before there were links", () => {
  it("makes them at the first question, and before it forgets", async () => {
    const path = join(temporaryFolder(), "store");
    const older = sampleLesson(bob, { expiresAt: 100, derivedFrom: [target.id], supersedes: target.id });
    const done = sampleLesson(bob, { seq: 2, expiresAt: 100, derivedFrom: [target.id] });
    const store = await openStore({ path, clock });
    await fill(store, 100);
    await store.lessons.apply([
      { kind: "lesson", lesson: sampleStoredLesson(older, 500) },
      { kind: "lesson", lesson: sampleStoredLesson(done, 501, "archived") },
    ]);
    await store.close();
    await withoutLinks(path);
    const first = await openStore({ path, clock });
    expect((await first.lessons.derivedLessons(target.id)).sort()).toEqual([older.id, done.id].sort());
    expect([await first.lessons.supersedersOf(target.id, bob.author), await first.lessons.expiredBy(100)]).toEqual([
      [older.id],
      [older.id],
    ]);
    await first.close();
    await withoutLinks(path);
    const second = await openStore({ path, clock });
    await second.lessons.apply([{ kind: "forget", id: older.id, reason: "forgotten" }]);
    expect(await second.lessons.derivedAuthors(target.id)).toEqual([bob.author]); // of the other lesson
    await second.lessons.apply([{ kind: "forget", id: done.id, reason: "forgotten" }]);
    expect([await second.lessons.derivedAuthors(target.id), await second.lessons.derivedLessons(target.id)]).toEqual([[], []]);
    await second.close();
  });
});

async function withoutLinks(path: string): Promise<void> {
  const level = new ClassicLevel<Buffer, Buffer>(databaseFolder(path), { keyEncoding: "buffer", valueEncoding: "buffer" });
  await level.open();
  for (const keyspace of [keyspaces.superseder, keyspaces.descendant, keyspaces.expiry])
    await level.clear(keyspaceRange(keyspace));
  await level.del(textKey(keyspaces.meta, "links 2"));
  await level.close();
}

it("keeps the title of a forgotten lesson out of experiences that were in the making", async () => {
  const path = join(temporaryFolder(), "store");
  const store = await openStore({ path, clock });
  const use = { id: target.id, title: "Open the gate", author: alice.author, similarity: 1, trust: 1, own: true };
  const experience = sampleExperience("01A", { lessons: [use, { ...use, id: sampleLesson(bob).id }] });
  await store.lessons.apply([forget]);
  await store.experiences.append(experience);
  expect((await store.experiences.get("01A"))?.lessons.map(({ title }) => title)).toEqual([forgottenTitle, use.title]);
  await store.close();
});

it("still refuses what was forgotten after a repair", async () => {
  const path = join(temporaryFolder(), "store");
  const store = await openStore({ path, clock });
  await fill(store, 50);
  await store.lessons.apply([forget]);
  const late = sampleAttestation(bob, { lesson: target.id });
  await store.lessons.apply([{ kind: "attestation", record: late }]);
  await store.close();
  expect((await repairStore({ path, clock })).kept).toMatchObject({ lesson: 49, attestation: 1 });
  const repaired = await openStore({ path, clock });
  expect(await repaired.lessons.knows([target.id])).toEqual([true]);
  expect(await repaired.lessons.attestations(target.id)).toEqual([late]);
  await repaired.close();
});

it("promise 1: forgets and archives whole or not at all, and scrubs without loss, over kills at any moment", {
  timeout: 120_000,
}, async () => {
  const path = join(temporaryFolder(), "store");
  const script = join(import.meta.dirname, "forgetting-process.ts");
  const attestationOf = new Map<RecordId, RecordId>();
  const archived = new Set<RecordId>();
  const forgotten = new Set<RecordId>();
  const gone = new Set<string>();
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, ["--conditions=grapevine-source", script, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const closed = once(child, "close");
    let lines = 0;
    for await (const line of createInterface(child.stdout)) {
      const [kind, id = "", attestation = ""] = line.split(" ");
      if (kind === "written") attestationOf.set(id, attestation);
      if (kind === "archived") archived.add(id);
      if (kind === "forgotten") forgotten.add(id);
      if (kind === "gone") gone.add(id);
      if (++lines === 60 + round * 47) child.kill("SIGKILL");
    }
    await closed;
    const store = await openStore({ path, clock, createIfMissing: false });
    for (const [id, attestation] of attestationOf) {
      const lesson = await store.lessons.get(id);
      const said = await store.lessons.record(attestation);
      expect(said === undefined).toBe(lesson === undefined);
      if (forgotten.has(id)) expect([lesson, await store.lessons.knows([id])]).toEqual([undefined, [true]]);
      else if (lesson !== undefined) expect(lesson.standing.state === "archived").toBe(lesson.prunedUtility !== undefined);
      if (lesson !== undefined && archived.has(id)) expect(lesson.standing.state).toBe("archived");
    }
    let glances = 0;
    for await (const _ of store.lessons.allGlances()) glances += 1;
    expect(glances).toBe(store.report.lessons);
    for (const id of gone) expect(await store.experiences.get(id)).toBeUndefined();
    await store.close();
  }
  expect([forgotten.size > 10, gone.size > 10]).toEqual([true, true]);
});
