/** Glances are derived: whatever becomes of them on the disk, what memory holds in the end is what the lessons give. */
import { join } from "node:path";
import { type GlanceQuery, glanceOf, type LessonGlance, type StoredLesson, systemClock } from "@grapevine/core";
import { sampleAttestation, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { describe, expect, it, vi } from "vitest";
import { Database, type Write } from "../src/database.ts";
import { glancesMark } from "../src/glance-rebuild.ts";
import { openStore, repairStore, type Store } from "../src/index.ts";
import { authoredKey, glanceKey, keyspaces, textKey } from "../src/keyspace.ts";
import { databaseFolder } from "../src/open-store.ts";
import { PackedValues } from "../src/packed-values.ts";
import { seal } from "../src/sealed-value.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const author = sampleIdentity(1);
const witness = sampleIdentity(2);
const lessons = Array.from({ length: 120 }, (_, i) =>
  sampleStoredLesson(sampleLesson(author, { seq: i + 1, title: `Lesson ${i}` }), 3 * i, i % 3 === 0 ? "own" : "admitted"),
);
const attestations = lessons.slice(0, 70).map(({ record }, i) => sampleAttestation(witness, { lesson: record.id, seq: i + 1 }));
const expected: readonly LessonGlance[] = lessons.map((lesson, i) => glanceOf(lesson, countsOf(i)));

function countsOf(position: number): LessonGlance["attestations"] {
  const said = attestations[position];
  if (said === undefined) return [];
  const { worked, changed, failed } = said.body;
  return [{ author: witness.author, worked, changed, failed }];
}

interface Filled {
  readonly path: string;
  readonly said: string[];
  readonly open: () => Promise<Store>;
}

async function filledStore(): Promise<Filled> {
  const path = join(temporaryFolder(), "store");
  const said: string[] = [];
  const open = (): Promise<Store> => openStore({ path, clock: systemClock, log: (message) => said.push(message) });
  const store = await open();
  await store.lessons.apply(lessons.map((lesson) => ({ kind: "lesson", lesson })));
  await store.lessons.apply(attestations.map((record) => ({ kind: "attestation", record })));
  await store.close();
  return { path, said, open };
}

async function write(path: string, ...writes: Write[]): Promise<void> {
  const database = await Database.open(databaseFolder(path), { createIfMissing: false });
  await database.write(writes, { sync: true });
  await database.close();
}

async function allGlances(store: Store, query?: GlanceQuery): Promise<LessonGlance[]> {
  const glances: LessonGlance[] = [];
  for await (const glance of store.lessons.allGlances(query)) glances.push(glance);
  return glances.sort((first, second) => first.label - second.label);
}

describe("glances on the disk", () => {
  it("are read as they were written, without a word", async () => {
    const { said, open } = await filledStore();
    const store = await open();
    expect(await allGlances(store)).toEqual(expected);
    await store.close();
    expect(said).toEqual([]);
  });

  const oldMark = textKey(keyspaces.meta, "glances 0");
  const testimonyKey = authoredKey(keyspaces.testimony, lessons[1]?.record.id ?? "", witness.author);
  it.each<[string, Write[]]>([
    ["their mark is missing, as in an older store", [{ key: glancesMark().key, sealed: undefined }]],
    [
      "they are of another format",
      [
        { key: glancesMark().key, sealed: undefined },
        { key: oldMark, sealed: seal(oldMark, Buffer.alloc(0)) },
      ],
    ],
    ["one is missing", [{ key: glanceKey(9), sealed: undefined }]],
    ["one is altered", [{ key: glanceKey(9), sealed: Buffer.from("not what was written") }]],
    ["one has no lesson", [{ key: glanceKey(1), sealed: seal(glanceKey(1), Buffer.alloc(400)) }]],
    ["what was attested is missing", [{ key: testimonyKey, sealed: undefined }]],
    ["what was attested is altered", [{ key: testimonyKey, sealed: Buffer.from("not what was written") }]],
  ])("are made anew, and it is said, when %s", async (_, writes) => {
    const { path, said, open } = await filledStore();
    await write(path, ...writes);
    let store = await open();
    expect(await store.lessons.glances([9])).toEqual([expected[3]]);
    expect(await allGlances(store)).toEqual(expected);
    expect(said).toHaveLength(1);
    await store.close();
    store = await open();
    expect(await allGlances(store)).toEqual(expected);
    expect(said).toHaveLength(1);
    await store.close();
  });

  it("follow what is written while they are read and while they are made anew", async () => {
    for (const writes of [[], [{ key: glancesMark().key, sealed: undefined }]]) {
      const { path, open } = await filledStore();
      await write(path, ...writes);
      const store = await open();
      const loading = allGlances(store);
      const changed = lessons.map((lesson, i) => ({ ...lesson, usedAt: i + 1 }));
      const applied = changed.map((lesson) => store.lessons.apply([{ kind: "lesson", lesson }]));
      await Promise.all([loading, ...applied]);
      const now = changed.map((lesson, i) => glanceOf(lesson, countsOf(i)));
      expect(await allGlances(store)).toEqual(now);
      expect(await store.lessons.glances(changed.map(({ label }) => label))).toEqual(now);
      await store.close();
    }
  });

  it("come back with a store that is repaired", async () => {
    const { path, said, open } = await filledStore();
    await write(path, { key: glanceKey(9), sealed: Buffer.from("not what was written") });
    await repairStore({ path, clock: systemClock });
    const store = await open();
    expect((await allGlances(store)).map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
    expect(said).toEqual([]);
    await store.close();
  });
});

describe("looking through all glances", () => {
  const many = Array.from({ length: 700 }, (_, i) =>
    sampleStoredLesson(sampleLesson(author, { seq: i + 1, title: `One ${i}` }), i),
  );

  it("lets other work have its turn, and gives each lesson once, as it is when it comes to it", async () => {
    const store = await openStore({ path: join(temporaryFolder(), "store"), clock: systemClock });
    await store.lessons.apply(many.map((lesson) => ({ kind: "lesson", lesson })));
    const [first, last] = [many[0], many.at(-1)] as [StoredLesson, StoredLesson];
    // The second of these takes another room in memory than the first had.
    const changed = [
      { ...first, cluster: last.record.id },
      { ...last, usedAt: 17 },
    ];
    const seen: LessonGlance[] = [];
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    for await (const glance of store.lessons.allGlances()) {
      if (seen.push(glance) > 1) continue;
      setImmediate(count);
      await store.lessons.apply(changed.map((lesson) => ({ kind: "lesson", lesson })));
      turns = 0;
    }
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(seen.map(({ label }) => label)).toEqual(many.map(({ label }) => label));
    expect([seen[0]?.cluster, seen.at(-1)?.usedAt]).toEqual([first.record.id, 17]);
    await store.close();
  });
});

describe("packed values", () => {
  it("are what was set last, through replacements of any length and the winning back of room", () => {
    const packed = new PackedValues();
    const kept = new Map<number, Buffer>();
    for (let round = 0; round < 40_000; round++) {
      const key = (round * 7919) % 501;
      if (round % 11 === 0) {
        packed.delete(key);
        kept.delete(key);
        continue;
      }
      const value = Buffer.alloc((round * 31) % 700, round);
      packed.set(key, value);
      kept.set(key, value);
    }
    expect([...packed.keys()].sort((a, b) => a - b)).toEqual([...kept.keys()].sort((a, b) => a - b));
    expect(packed.size).toBe(kept.size);
    for (const [key, value] of kept) expect(packed.get(key)?.equals(value)).toBe(true);
    expect(packed.get(502)).toBeUndefined();
    // 40,000 values of 350 bytes would be 14 MB.
    expect(packed.heldBytes).toBeLessThan(4 * 1024 * 1024);
  });
});

describe("a long list", () => {
  it("is read past the memory of what is recalled and sent on", async () => {
    const { open } = await filledStore();
    const store = await open();
    const many = vi.spyOn(Database.prototype, "getMany");
    const few = vi.spyOn(Database.prototype, "getSync");
    const framesRead = (): number =>
      [...many.mock.calls.flatMap(([keys]) => keys), ...few.mock.calls.map(([key]) => key)].filter(
        ([keyspace]) => keyspace === keyspaces.frame,
      ).length;
    const [
      {
        record: { id },
      },
    ] = lessons as [StoredLesson];
    for await (const _ of store.lessons.list());
    expect(framesRead()).toBe(lessons.length);
    await store.lessons.get(id);
    await store.lessons.record(id);
    expect(framesRead()).toBe(lessons.length + 1);
    many.mockRestore();
    few.mockRestore();
    await store.close();
  });
});
