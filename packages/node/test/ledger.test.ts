import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttestationBody,
  type Identity,
  identityFromSeed,
  type LessonBody,
  noOutcomes,
  type RetractionBody,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { openStore, type Store } from "@grapevine/store";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLedger, type Ledger, type LedgerChange } from "../src/ledger.ts";
import { openPrincipalBook, type PrincipalBook } from "../src/principals.ts";

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

interface Bench {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly principals: PrincipalBook;
  readonly seen: LedgerChange[];
  readonly folder: string;
}

async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-ledger-"));
  const store = await openStore({ path: folder, clock });
  const principals = await openPrincipalBook(store.lessons);
  const seen: LedgerChange[] = [];
  const ledger = createLedger({
    store: store.lessons,
    principals,
    self: self.author,
    clock,
    onLessons: (change) => seen.push(change),
    onOutbox: () => undefined,
  });
  return { store, ledger, principals, seen, folder };
}

async function closeBench({ store, folder }: Bench): Promise<void> {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}

/** What every honest peer must agree on: which records are here to be passed on. */
async function accepted({ store }: Bench): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of store.lessons.recordKeys()) ids.push(id);
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

describe("any order of arrival", () => {
  it("promise 4: duplicates, delays and any order leave the same accepted records and the same states", async () => {
    const lessons = [friend, stranger, friend].map((author, position) => lesson(author, position + 1));
    const [first, second] = lessons;
    if (first === undefined || second === undefined) throw new Error("there are three lessons");
    const records: SignedRecord[] = [
      ...lessons,
      retraction(friend, 10, first),
      retraction(friend, 11, second),
      attestation(friend, 12, second, 1),
      attestation(friend, 13, second, 2),
    ];
    const outcome = async (order: readonly SignedRecord[], batch: number): Promise<unknown> => {
      const bench = await openBench();
      await bench.ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), friend.author);
      for (let at = 0; at < order.length; at += batch) await bench.ledger.receive(order.slice(at, at + batch));
      const states = await Promise.all(lessons.map(async ({ id }) => (await bench.store.lessons.get(id))?.standing.state));
      const attested = (await bench.store.lessons.attestations(second.id)).map(({ id }) => id);
      const tombstones = (await accepted(bench)).filter((id) => lessons.some((record) => record.id === id));
      await closeBench(bench);
      return { states, attested, tombstones };
    };
    const expected = await outcome(records, records.length);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...records, ...records], { minLength: records.length * 2 }),
        fc.integer({ min: 1, max: 4 }),
        async (order, batch) => {
          expect(await outcome(order, batch)).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });
});
