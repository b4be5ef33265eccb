import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type RetractionBody, type SignedRecord, systemClock } from "@grapevine/core";
import { sampleExperience, sampleIdentity, sampleLesson, sampleRetraction, sampleStoredLesson } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { resetCheckpoint } from "../src/checkpoint.ts";
import { openStore } from "../src/index.ts";
import { emptyState, schemaVersion } from "../src/state.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const clock = systemClock;
type Retraction = SignedRecord<RetractionBody>;

describe("opening a store", () => {
  it("makes one where there is none, and finds it again", async () => {
    const path = join(temporaryFolder(), "deep", "store");
    const first = await openStore({ path, clock });
    expect(first.report).toEqual({ created: true, redoneCommits: 0, experiences: 0, lessons: 0 });
    await first.experiences.append(sampleExperience("01A"));
    await first.lessons.apply([{ kind: "lesson", lesson: sampleStoredLesson(sampleLesson(sampleIdentity(1)), 3, "held") }]);
    await first.close();
    const second = await openStore({ path, clock });
    expect(second.report).toEqual({ created: false, redoneCommits: 0, experiences: 1, lessons: 1 });
    expect(second.lessons.counts()).toMatchObject({ held: 1 });
    expect(await second.experiences.get("01A")).toEqual(sampleExperience("01A"));
    expect((await second.lessons.byLabels([3]))[0]?.standing.state).toBe("held");
    await second.close();
  });

  it("counts right what was taken out again", async () => {
    const path = join(temporaryFolder(), "store");
    const first = await openStore({ path, clock });
    const [alice, bob] = [sampleIdentity(1), sampleIdentity(2)];
    const record = sampleLesson(alice);
    const [forged, genuine] = [bob, alice].map((identity) => sampleRetraction(identity, { lesson: record.id })) as [
      Retraction,
      Retraction,
    ];
    const tombstones = [forged, genuine].map((each) => ({ kind: "tombstone", record: each }) as const);
    await first.lessons.apply(tombstones);
    await first.lessons.apply([
      { kind: "lesson", lesson: sampleStoredLesson(record, 0, "retracted") },
      { kind: "tombstone-remove", lesson: record.id, author: bob.author },
      { kind: "review-begin", author: bob.author },
    ]);
    await first.close();
    // Opening holds what is there against the counts and the checkpoint: a removal that was not counted would be damage.
    const second = await openStore({ path, clock });
    expect(await second.lessons.tombstones(record.id)).toEqual([genuine]);
    expect(await second.lessons.record(forged.id)).toBeUndefined();
    expect(await second.lessons.underReview()).toEqual([bob.author]);
    await second.close();
  });

  it("makes none when it is told not to", async () => {
    const path = join(temporaryFolder(), "store");
    await expect(openStore({ path, clock, createIfMissing: false })).rejects.toMatchObject({ code: "STORE_MISSING" });
    expect(existsSync(path)).toBe(false);
    await expect(openStore({ path: temporaryFolder(), clock, createIfMissing: false })).rejects.toMatchObject({
      code: "STORE_MISSING",
    });
  });

  it("begins again where the first open was broken off", async () => {
    const path = join(temporaryFolder(), "store");
    await (await openStore({ path, clock })).close();
    resetCheckpoint(path, "initialising", emptyState);
    const store = await openStore({ path, clock });
    expect(store.report.created).toBe(true);
    await store.experiences.append(sampleExperience("01A"));
    await store.close();
    resetCheckpoint(path, "initialising", emptyState);
    await expect(openStore({ path, clock })).rejects.toMatchObject({ code: "STORE_DAMAGED" });
  });

  it("keeps labels and sequence numbers across closes, without wasting any", async () => {
    const path = join(temporaryFolder(), "store");
    const first = await openStore({ path, clock });
    const given = [first.lessons.nextLabel(), first.lessons.nextSequence(), first.lessons.nextSequence()];
    await first.close();
    const second = await openStore({ path, clock });
    expect([second.lessons.nextLabel(), second.lessons.nextSequence()]).toEqual([
      (given[0] as number) + 1,
      (given[2] as number) + 1,
    ]);
    await second.close();
  });

  it("refuses a store of a newer version, and leaves it alone", async () => {
    const path = join(temporaryFolder(), "store");
    await (await openStore({ path, clock })).close();
    resetCheckpoint(path, "ready", { ...emptyState, schemaVersion: schemaVersion + 1, unheardOf: true } as never);
    const before = readFileSync(join(path, "checkpoint-0"));
    await expect(openStore({ path, clock })).rejects.toMatchObject({ code: "STORE_VERSION" });
    expect(readFileSync(join(path, "checkpoint-0")).equals(before)).toBe(true);
  });

  it("names a folder that is none", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "not a folder");
    await expect(openStore({ path: file, clock })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("refuses work after it was closed, and closes more than once", async () => {
    const store = await openStore({ path: join(temporaryFolder(), "store"), clock });
    const pending = store.experiences.append(sampleExperience("01A"));
    await Promise.all([store.close(), store.close()]);
    await pending;
    await store.close();
    await expect(store.experiences.append(sampleExperience("01B"))).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await expect(store.experiences.get("01A")).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await expect(store.lessons.apply([])).rejects.toMatchObject({ code: "STORE_CLOSED" });
  });

  it("refuses an experience that it could not read back", async () => {
    const store = await openStore({ path: join(temporaryFolder(), "store"), clock });
    for (const experience of [sampleExperience(""), sampleExperience("01A", { ms: Number.NaN })]) {
      await expect(store.experiences.append(experience)).rejects.toMatchObject({ code: "EXPERIENCE_INVALID" });
    }
    expect(store.experiences.count()).toBe(0);
    await store.close();
  });

  it("refuses a lesson whose frame does not give its id", async () => {
    const store = await openStore({ path: join(temporaryFolder(), "store"), clock });
    const record = sampleLesson(sampleIdentity(1));
    const other = sampleLesson(sampleIdentity(1), { seq: 2 });
    const lesson = sampleStoredLesson({ ...record, frame: other.frame }, 0);
    await expect(store.lessons.apply([{ kind: "lesson", lesson }])).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
    await store.close();
  });
});

describe("the lock of a store", () => {
  it("keeps a second open of the same process out, and names the folder", async () => {
    const path = join(temporaryFolder(), "store");
    const store = await openStore({ path, clock });
    for (let i = 0; i < 2; i++) {
      await expect(openStore({ path, clock })).rejects.toMatchObject({
        code: "STORE_LOCKED",
        message: expect.stringContaining(path),
      });
    }
    await store.experiences.append(sampleExperience("01A"));
    await store.close();
    await (await openStore({ path, clock })).close();
  });

  it("keeps another process out until that one is killed", async () => {
    const path = join(temporaryFolder(), "store");
    const script = join(import.meta.dirname, "appending-process.ts");
    const child = spawn(process.execPath, ["--conditions=grapevine-source", script, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const closed = once(child, "close");
    await once(createInterface(child.stdout), "line");
    await expect(openStore({ path, clock })).rejects.toMatchObject({
      code: "STORE_LOCKED",
      message: expect.stringContaining(`process ${child.pid}`),
    });
    child.kill("SIGKILL");
    await closed;
    await (await openStore({ path, clock, createIfMissing: false })).close();
  });
});

describe("the store while it is written to", () => {
  it("wraps around its checkpoint many times, and takes commits larger than it holds", { timeout: 60_000 }, async () => {
    const path = join(temporaryFolder(), "store");
    const store = await openStore({ path, clock });
    const sizes = Array.from({ length: 120 }, (_, i) => [100, 20_000, 60_000, 70_000, 300_000][i % 5] as number);
    for (const [i, size] of sizes.entries()) {
      await store.experiences.append(sampleExperience(`01A${i}`, { answer: `${i}`.padEnd(size, ".") }));
    }
    await store.close();
    const again = await openStore({ path, clock });
    expect(again.report).toMatchObject({ redoneCommits: 0, experiences: sizes.length });
    let i = sizes.length;
    for await (const { answer } of again.experiences.list()) expect(answer.length).toBe(sizes[--i]);
    await again.close();
  });
});
