import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttestationBody,
  type Identity,
  identityFromSeed,
  type LessonBody,
  type LessonStore,
  noOutcomes,
  type Principal,
  type RecordId,
  type RetractionBody,
  type SignedRecord,
  type StoreChange,
  signRecord,
} from "@grapevine/core";
import { openStore, type Store } from "@grapevine/store";
import { MemoryLessonStore } from "@grapevine/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLedger, type Ledger, type LedgerChange, type LedgerComponents } from "../src/ledger.ts";
import { openPrincipalBook, type PrincipalBook } from "../src/principals.ts";
import { createRoom, type Room } from "../src/room.ts";

const clock = { now: () => 1_700_000_100_000 };
const self = identity(1);
const friend = identity(2);
const stranger = identity(3);

function identity(seed: number): Identity {
  return identityFromSeed(new Uint8Array(32).fill(seed));
}

function lesson(author: Identity, seq: number, guidance = `Turn the handle ${seq} times`): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq,
    createdAt: 1_700_000_000_000 + seq,
    kind: "procedure",
    title: `Open box ${seq}`,
    situation: `Box ${seq} is shut`,
    guidance,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
  });
}

function retraction(author: Identity, seq: number, of: SignedRecord): SignedRecord<RetractionBody> {
  return signRecord<RetractionBody>(author, { type: "retraction", seq, createdAt: 1_700_000_000_000, lesson: of.id });
}

function attestation(author: Identity, seq: number, of: SignedRecord, worked: number): SignedRecord<AttestationBody> {
  return signRecord<AttestationBody>(author, {
    type: "attestation",
    seq,
    createdAt: 1_700_000_000_000,
    lesson: of.id,
    worked,
    changed: 0,
    failed: 0,
  });
}

function roomIn(store: LessonStore, principals: PrincipalBook, capacity = 1_000): Room {
  return createRoom({
    store,
    principals,
    self: self.author,
    limits: { capacity, heldShare: 0.5, authorShare: 1 },
    utilitiesOf: async (lessons) => lessons.map(() => 0),
  });
}

interface Bench {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly principals: PrincipalBook;
  readonly seen: LedgerChange[];
  readonly folder: string;
}

async function openBench(capacity?: number): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-ledger-"));
  const store = await openStore({ path: folder, clock });
  const principals = await openPrincipalBook(store.lessons);
  const seen: LedgerChange[] = [];
  const ledger = createLedger({
    store: store.lessons,
    principals,
    self: self.author,
    clock,
    room: roomIn(store.lessons, principals, capacity),
    onLessons: (change) => seen.push(change),
    onOutbox: () => undefined,
  });
  return { store, ledger, principals, seen, folder };
}

/** A ledger on any store, to which nobody listens. */
async function openLedger(
  store: LessonStore,
  onDamaged?: LedgerComponents["onDamaged"],
): Promise<{ readonly ledger: Ledger; readonly principals: PrincipalBook }> {
  const principals = await openPrincipalBook(store);
  const unheard = (): void => undefined;
  const room = roomIn(store, principals);
  const ledger = createLedger({
    store,
    principals,
    self: self.author,
    clock,
    room,
    onLessons: unheard,
    onOutbox: unheard,
    onDamaged,
  });
  return { ledger, principals };
}

async function closeBench({ store, folder }: Bench): Promise<void> {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}

/** What every honest peer must agree on: which records are here to be passed on. */
async function accepted(store: LessonStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of store.recordKeys()) ids.push(id);
  return ids.sort();
}

describe("the ledger", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => closeBench(bench));

  const stateOf = async (record: SignedRecord): Promise<string | undefined> =>
    (await bench.store.lessons.get(record.id))?.standing.state;

  it("holds strangers' lessons, admits those of principals, and keeps its own", async () => {
    await bench.ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), friend.author);
    const [own, known, unknown] = [lesson(self, 1), lesson(friend, 2), lesson(stranger, 3)];
    await bench.ledger.receive([known, unknown]);
    await bench.ledger.publish(own);
    expect([await stateOf(own), await stateOf(known), await stateOf(unknown)]).toEqual(["own", "admitted", "held"]);
    expect(await bench.store.lessons.outbox()).toEqual([own.id]);
  });

  it("judges an author's lessons again when the user says a word on the author", async () => {
    const record = lesson(stranger, 1);
    await bench.ledger.receive([record]);
    await bench.ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted", name: "Sam" }), stranger.author);
    expect(await stateOf(record)).toBe("admitted");
    await bench.ledger.setPrincipal((principal) => ({ ...principal, standing: "blocked" }), stranger.author);
    expect(await stateOf(record)).toBe("held");
    expect((await bench.store.lessons.get(record.id))?.history.map(({ state }) => state)).toEqual(["held", "admitted"]);
  });

  it("admits a stranger's lesson that helped here", async () => {
    const record = lesson(stranger, 1);
    await bench.ledger.receive([record]);
    await bench.ledger.revise(async () => {
      const stored = await bench.store.lessons.get(record.id);
      return stored === undefined ? [] : [{ kind: "lesson", lesson: { ...stored, outcomes: { ...noOutcomes, worked: 1 } } }];
    });
    expect(await stateOf(record)).toBe("admitted");
  });

  it("judges a lesson by what the same revision says of its author", async () => {
    const record = lesson(stranger, 1);
    await bench.ledger.receive([record]);
    await bench.ledger.revise(async () => {
      const stored = await bench.store.lessons.get(record.id);
      const principal: Principal = { ...bench.principals.get(stranger.author), standing: "trusted" };
      return stored === undefined
        ? []
        : [
            { kind: "lesson", lesson: stored },
            { kind: "principal", principal },
          ];
    });
    expect(await stateOf(record)).toBe("admitted");
    expect(bench.principals.get(stranger.author).standing).toBe("trusted");
  });

  it("puts a lesson in the same words into the cluster of the first, also within one batch", async () => {
    const [first, second] = [lesson(friend, 1), signRecord<LessonBody>(stranger, { ...draftOf(lesson(friend, 1)), seq: 9 })];
    await bench.ledger.receive([first, second]);
    expect((await bench.store.lessons.get(second.id))?.cluster).toBe(first.id);
  });

  it("keeps a stranger's retraction from standing in the way of the author's", async () => {
    const record = lesson(friend, 1);
    await bench.ledger.receive([retraction(stranger, 1, record)]);
    await bench.ledger.receive([record]);
    expect(await stateOf(record)).not.toBe("retracted");
    await bench.ledger.receive([retraction(friend, 2, record)]);
    expect(await stateOf(record)).toBe("retracted");
  });

  it("tells the index what is new and what has changed", async () => {
    const record = lesson(friend, 1);
    await bench.ledger.receive([record]);
    await bench.ledger.receive([record]);
    await bench.ledger.receive([retraction(friend, 2, record)]);
    const added = bench.seen.flatMap((change) => change.added.map(({ record: { id } }) => id));
    const changed = bench.seen.flatMap((change) => change.changed.map(({ standing }) => standing.state));
    expect(added).toEqual([record.id]);
    expect(changed).toEqual(["retracted"]);
  });
});

function draftOf({ body }: SignedRecord<LessonBody>): Omit<LessonBody, "v" | "author"> {
  const { v: _, author: __, ...draft } = body;
  return draft;
}

describe("a review that an end of the process cuts short", () => {
  const records = Array.from({ length: 300 }, (_, position) => lesson(stranger, position + 1));

  it("is resumed by the next", async () => {
    const store = new FailingStore();
    const { ledger } = await openLedger(store);
    await ledger.receive(records);
    store.applicationsLeft = 2;
    const trusting = ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), stranger.author);
    await expect(trusting).rejects.toThrow("the disk is full");
    expect(store.counts()).toMatchObject({ admitted: 256, held: 44 });

    store.applicationsLeft = Number.POSITIVE_INFINITY;
    const next = await openLedger(store);
    await next.ledger.resumeReviews();
    expect(store.counts()).toMatchObject({ admitted: 300, held: 0 });
    expect(await store.underReview()).toEqual([]);
  });

  it("is not begun where the user's word did not reach the disk, and then memory does not hold it either", async () => {
    const store = new FailingStore();
    const { ledger, principals } = await openLedger(store);
    const [record] = records;
    if (record === undefined) throw new Error("there are 300 lessons");
    await ledger.receive([record]);
    const trusted: Principal = { ...principals.get(stranger.author), standing: "trusted" };
    store.applicationsLeft = 0;
    await expect(ledger.setPrincipal(() => trusted, stranger.author)).rejects.toThrow("the disk is full");
    await expect(ledger.revise(async () => [{ kind: "principal", principal: trusted }])).rejects.toThrow("the disk is full");
    expect([principals.get(stranger.author).standing, await store.underReview()]).toEqual(["stranger", []]);
  });
});

/** Fails as a full disk would, once it has applied so many batches more. */
class FailingStore extends MemoryLessonStore {
  applicationsLeft = Number.POSITIVE_INFINITY;

  override async apply(changes: readonly StoreChange[]): Promise<void> {
    if (this.applicationsLeft === 0) throw new Error("the disk is full");
    this.applicationsLeft -= 1;
    await super.apply(changes);
  }
}

describe("a stored lesson of which a byte has changed", () => {
  it("promise 2: is reported, keeps nothing else from being decided, and is restored from the copy that comes again", async () => {
    const bench = await openBench();
    const mark = createHash("sha512").update("no compression shortens this").digest("base64url");
    const damaged = lesson(stranger, 7, mark);
    await bench.ledger.receive([1, 2, 3].map((seq) => lesson(stranger, seq)));
    await bench.ledger.receive([damaged]);
    const before = await bench.store.lessons.get(damaged.id);
    await bench.store.close();
    await (await openStore({ path: bench.folder, clock })).close(); // moves LevelDB's log into a table
    flipByteAt(join(bench.folder, "leveldb"), mark.slice(0, 12));

    const store = await openStore({ path: bench.folder, clock });
    await expect(store.lessons.get(damaged.id)).rejects.toMatchObject({ code: "STORE_DAMAGED" });
    const reported: string[] = [];
    const { ledger } = await openLedger(store.lessons, (id) => reported.push(id));
    // In the same words, of the same lineage, and having nothing to do with it.
    const others = [lesson(friend, 7, mark), ...[11, 12, 13].map((seq) => lesson(friend, seq))];
    await ledger.receive(others);
    await ledger.receive([lesson(self, 7, mark)]);
    expect(reported).toEqual([damaged.id]);
    for (const { id } of others) expect((await store.lessons.get(id))?.standing.state).toBe("held");
    // So the next sync finds it missing here, and asks for it.
    expect(await store.lessons.knows([damaged.id])).toEqual([false]);
    expect(await accepted(store.lessons)).not.toContain(damaged.id);

    await ledger.receive([retraction(stranger, 15, damaged)]);
    await ledger.receive([lesson(friend, 14), damaged, damaged]);
    const after = await store.lessons.get(damaged.id);
    expect([after?.record.frame, after?.label]).toEqual([damaged.frame, before?.label]);
    // What came about it while it could not be read counts, too.
    expect(after?.standing.state).toBe("retracted");
    expect(await store.lessons.knows([damaged.id])).toEqual([true]);
    await closeBench({ ...bench, store });
  });
});

function flipByteAt(folder: string, text: string): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".ldb"))) {
    const file = join(folder, name);
    const bytes = readFileSync(file);
    const at = bytes.indexOf(text);
    if (at < 0) continue;
    bytes[at + 6] = (bytes[at + 6] ?? 0) ^ 0x20;
    writeFileSync(file, bytes);
    return;
  }
  throw new Error(`no table holds ${text}`);
}

describe("room", () => {
  let isFull: boolean;
  let written: (readonly StoreChange[])[];
  let room: Room;
  let ledger: Ledger;
  class FillingStore extends MemoryLessonStore {
    override async apply(changes: readonly StoreChange[]): Promise<void> {
      if (isFull && changes.some(({ kind }) => kind === "archive")) throw new Error("the disk is full");
      written.push(changes);
      await super.apply(changes);
    }
  }
  let store: FillingStore;

  beforeEach(async () => {
    [isFull, written, store] = [false, [], new FillingStore()];
    const principals = await openPrincipalBook(store);
    room = roomIn(store, principals, 2);
    const unheard = (): void => undefined;
    ledger = createLedger({ store, principals, self: self.author, clock, room, onLessons: unheard, onOutbox: unheard });
    await ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), friend.author);
  });

  it("is made by the commit that needs it; where that fails, memory holds nothing of it either", async () => {
    await ledger.openRoom();
    const lessons = [1, 2, 3].map((seq) => lesson(friend, seq));
    isFull = true;
    await expect(ledger.receive(lessons)).rejects.toThrow("the disk is full");
    expect([room.use().foreign, store.counts().admitted]).toEqual([0, 0]);
    [isFull, written] = [false, []];
    await ledger.receive(lessons);
    expect(written).toHaveLength(1);
    expect(room.use().foreign).toBe(2);
    expect(store.counts()).toMatchObject({ admitted: 2, archived: 1 });
  });

  it("that could not be made is made by the next batch, with what was to go", async () => {
    await ledger.receive([1, 2, 3].map((seq) => lesson(friend, seq)));
    isFull = true;
    await expect(ledger.openRoom()).rejects.toThrow("the disk is full");
    expect(room.use().foreign).toBe(3);
    isFull = false;
    await ledger.receive([lesson(friend, 4)]);
    expect(room.use().foreign).toBe(2);
    expect(store.counts()).toMatchObject({ admitted: 2, archived: 2 });
  });
});

it("decides on what is made here before what others wrote and still waits", async () => {
  const order: RecordId[] = [];
  class WatchedStore extends MemoryLessonStore {
    override async apply(changes: readonly StoreChange[]): Promise<void> {
      for (const change of changes) if (change.kind === "lesson") order.push(change.lesson.record.id);
      await super.apply(changes);
    }
  }
  const store = new WatchedStore();
  const principals = await openPrincipalBook(store);
  const unheard = (): void => undefined;
  const room = roomIn(store, principals, 10_000);
  const ledger = createLedger({ store, principals, self: self.author, clock, room, onLessons: unheard, onOutbox: unheard });
  const foreign = Array.from({ length: 600 }, (_, seq) => lesson(friend, seq + 1));
  const own = [lesson(self, 1), lesson(self, 2)];
  await Promise.all([ledger.receive(foreign), ...own.map((each) => ledger.publish(each))]);
  expect(order).toHaveLength(602);
  expect(order.filter((id) => own.some((each) => each.id === id))).toEqual(own.map(({ id }) => id));
  expect(order.indexOf(own[1]?.id ?? "")).toBeLessThan(order.indexOf(foreign[599]?.id ?? ""));
});

describe("any order of arrival", () => {
  const [first, second, third] = [lesson(friend, 1), lesson(stranger, 2), lesson(friend, 3)];

  /** What is kept of the records after they came in this order, so many at once. */
  const outcome = async (order: readonly SignedRecord[], batch: number): Promise<unknown> => {
    const bench = await openBench();
    const found = await outcomeIn(bench.store.lessons, order, batch);
    await closeBench(bench);
    return found;
  };

  const outcomeIn = async (store: LessonStore, order: readonly SignedRecord[], batch: number): Promise<unknown> => {
    const { ledger } = await openLedger(store);
    await ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), friend.author);
    for (let at = 0; at < order.length; at += batch) await ledger.receive(order.slice(at, at + batch));
    const lessons = await store.getMany([first.id, second.id, third.id]);
    return { states: lessons.map((stored) => stored?.standing.state), accepted: await accepted(store) };
  };

  const idsOf = (...records: SignedRecord[]): string[] => records.map(({ id }) => id).sort();

  it("promise 4: duplicates, delays and any order leave the same accepted records and the same states", async () => {
    const byAuthor = retraction(friend, 10, first);
    const latest = attestation(friend, 13, second, 2);
    const ofRetracted = attestation(stranger, 8, first, 1);
    const ofThird = attestation(stranger, 9, third, 1);
    const records: SignedRecord[] = [
      first,
      second,
      third,
      byAuthor,
      retraction(friend, 14, first),
      retraction(stranger, 4, first),
      retraction(stranger, 5, third),
      retraction(stranger, 6, third),
      retraction(friend, 11, second),
      retraction(self, 3, second),
      attestation(friend, 12, second, 1),
      latest,
      ofRetracted,
      ofThird,
    ];
    const expected = {
      states: ["retracted", "held", "admitted"],
      accepted: idsOf(second, third, byAuthor, latest, ofRetracted, ofThird),
    };
    await fc.assert(
      fc.asyncProperty(
        // Positions, so that a counterexample can be read.
        fc.shuffledSubarray([...records.keys(), ...records.keys()], { minLength: records.length * 2 }),
        fc.integer({ min: 1, max: 6 }),
        async (positions, batch) => {
          const order = positions.flatMap((position) => records[position] ?? []);
          expect(await outcome(order, batch)).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("promise 4: a lesson and what is said of it leave the same in each of their orders", async () => {
    const [void1, void2] = [retraction(stranger, 5, first), retraction(self, 6, first)];
    const [byAuthor, attested] = [retraction(friend, 7, first), attestation(stranger, 8, first, 1)];
    const taken = { states: ["retracted", undefined, undefined], accepted: idsOf(byAuthor, attested) };
    const kept = { states: ["admitted", undefined, undefined], accepted: idsOf(first, attested) };
    for (const batch of [1, 2, 3, 4]) {
      for (const order of ordersOf([first, void1, byAuthor, attested])) {
        expect(await outcomeIn(new MemoryLessonStore(), order, batch)).toEqual(taken);
      }
      for (const order of ordersOf([first, void1, void2, attested])) {
        expect(await outcomeIn(new MemoryLessonStore(), order, batch)).toEqual(kept);
      }
    }
  });

  it("does not take up again a stranger's retraction that was given up", async () => {
    const bench = await openBench();
    const voided = retraction(stranger, 5, first);
    await bench.ledger.receive([voided]);
    expect(await accepted(bench.store.lessons)).toEqual([voided.id]);
    await bench.ledger.receive([first]);
    await bench.ledger.receive([voided]);
    expect(await accepted(bench.store.lessons)).toEqual([first.id]);
    expect(await bench.store.lessons.knows([voided.id])).toEqual([true]);
    await closeBench(bench);
  });
});

function ordersOf<T>(values: readonly T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, at) => ordersOf(values.toSpliced(at, 1)).map((rest) => [value, ...rest]));
}
