/** What is passed on to peers, what is known and need not be fetched, what waits to be published. */
import {
  type LessonState,
  type LessonStore,
  type RecordId,
  type RecordKey,
  type SignedRecord,
  type StoredLesson,
  withStanding,
} from "@grapevine/core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  sampleAttestation,
  sampleLesson,
  sampleMembership,
  sampleRetraction,
  sampleRotation,
  sampleStoredLesson,
  unknownRecordId,
} from "../sample-records.ts";
import { alice, archival, bob, carol, collect, maxRefused, numberedLessons, type StoreUnderTest } from "./store-under-test.ts";

export function passedOnContract(tested: StoreUnderTest): void {
  let store: LessonStore;
  beforeEach(() => {
    store = tested.store;
  });
  const { add } = tested;

  describe("a lesson whose record is said to be damaged", () => {
    const lesson = sampleStoredLesson(sampleLesson(alice), 3, "held");
    const { id } = lesson.record;
    const listed = async (): Promise<RecordId[]> => (await collect(store.recordKeys())).map((key) => key.id);

    it("is neither known nor passed on until it is restored, and stays what it was", async () => {
      await add(lesson);
      await store.apply([{ kind: "damaged", id }]);
      expect([await store.knows([id]), await listed()]).toEqual([[false], []]);
      expect(store.counts()).toMatchObject({ held: 1 });
      await store.apply([{ kind: "restore", record: lesson.record }]);
      expect([await store.knows([id]), await listed()]).toEqual([[true], [id]]);
      expect(await store.get(id)).toEqual(lesson);
    });

    it("is nothing where there is none, and only a lesson that is here is restored", async () => {
      await store.apply([{ kind: "damaged", id }]);
      expect([await store.knows([id]), await listed()]).toEqual([[false], []]);
      const restoring = store.apply([{ kind: "restore", record: lesson.record }]);
      await expect(restoring).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
    });
  });

  describe("what is passed on", () => {
    it("gives the keys of all records by (createdAt, id), from any position", async () => {
      const lessons = numberedLessons(30).map((each, i) =>
        sampleStoredLesson(sampleLesson(alice, { seq: i, createdAt: 1000 * (i % 7) }), each.label, "archived"),
      );
      await add(...lessons);
      const { id } = (lessons[0] as StoredLesson).record;
      const attestation = sampleAttestation(bob, { lesson: id, createdAt: 2500 });
      const retraction = sampleRetraction(bob, { lesson: id, createdAt: 2 ** 45 });
      const rotation = sampleRotation(carol, { createdAt: 0 });
      await store.apply([
        { kind: "attestation", record: attestation },
        { kind: "tombstone", record: retraction },
        { kind: "rotation", record: rotation },
        { kind: "rotation", record: rotation },
      ]);
      const records: SignedRecord[] = [...lessons.map(({ record }) => record), attestation, retraction, rotation];
      const keys = await collect(store.recordKeys());
      expect(keys).toEqual(records.map(keyOf).sort(compareKeys));
      for (const position of [0, 5, keys.length - 1]) {
        expect(await collect(store.recordKeys(keys[position]))).toEqual(keys.slice(position + 1));
      }
      const absent: RecordKey = { id: unknownRecordId, type: "lesson", createdAt: 2000 };
      expect(await collect(store.recordKeys(absent))).toEqual(keys.filter((key) => compareKeys(key, absent) > 0));
      for (const record of records) expect(await store.record(record.id)).toEqual(record);
      const asked = [...records.map((record) => record.id), unknownRecordId];
      expect(await store.frames(asked)).toEqual([...records.map(({ frame }) => frame), undefined]);
    });

    it("keeps every rotation until it is taken out, and passes it on as long", async () => {
      const commitment = sampleRotation(alice, { createdAt: 3 });
      const claim = sampleRotation(carol, { follows: alice.author, createdAt: 4 });
      for (const record of [commitment, claim, claim]) await store.apply([{ kind: "rotation", record }]);
      const ids = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id).sort();
      expect(ids(await store.rotations())).toEqual(ids([commitment, claim]));
      for (let time = 0; time < 2; time++) await store.apply([{ kind: "rotation-remove", record: claim }]);
      expect(await store.rotations()).toEqual([commitment]);
      expect(ids(await collect(store.recordKeys()))).toEqual([commitment.id]);
      expect(await store.record(claim.id)).toBeUndefined();
    });

    it("takes a membership record out again, and then one with a lower number in its place", async () => {
      const former = sampleMembership(alice, { member: bob.author, seq: 7 });
      const elsewhere = sampleMembership(alice, { member: carol.author });
      const later = sampleMembership(alice, { member: bob.author, seq: 2 });
      for (const record of [former, elsewhere]) await store.apply([{ kind: "membership", record }]);
      await store.apply([{ kind: "membership-remove", record: later }]); // which is not here
      expect(await store.memberships(former.body.swarm)).toHaveLength(2);
      await store.apply([
        { kind: "membership-remove", record: former },
        { kind: "membership", record: later },
      ]);
      expect((await collect(store.recordKeys())).map(({ id }) => id).sort()).toEqual([elsewhere.id, later.id].sort());
      expect(await store.memberships(former.body.swarm)).toEqual(expect.arrayContaining([elsewhere, later]));
      expect(await store.record(former.id)).toBeUndefined();
    });

    it("keeps the latest membership record of each member of a swarm, in any order of arrival", async () => {
      const swarm = sampleMembership(alice, { member: bob.author }).body.swarm;
      const first = sampleMembership(alice, { member: bob.author });
      const revoked = sampleMembership(alice, { member: bob.author, seq: 3, state: "revoked", createdAt: 5 });
      const between = sampleMembership(alice, { member: bob.author, seq: 2, createdAt: 9 });
      const other = sampleMembership(alice, { member: carol.author });
      const elsewhere = sampleMembership(alice, { member: carol.author, swarm: swarm.replace("team", "tea") });
      for (const record of [first, revoked, between, other, elsewhere]) await store.apply([{ kind: "membership", record }]);
      const byMember = (records: readonly SignedRecord[]): SignedRecord[] =>
        [...records].sort((one, another) => (one.id < another.id ? -1 : 1));
      expect(byMember(await store.memberships(swarm))).toEqual(byMember([revoked, other]));
      expect(await store.memberships(elsewhere.body.swarm)).toEqual([elsewhere]);
      expect(await store.memberships("team")).toEqual([]);
      expect((await collect(store.recordKeys())).map(({ id }) => id).sort()).toEqual(
        [revoked, other, elsewhere].map(({ id }) => id).sort(),
      );
      expect(await store.record(first.id)).toBeUndefined();
    });

    it("passes on the tombstone of a retracted lesson, not the lesson", async () => {
      const lesson = sampleStoredLesson(sampleLesson(alice), 0);
      const tombstone = sampleRetraction(alice, { lesson: lesson.record.id });
      await add(lesson);
      await store.apply([
        { kind: "tombstone", record: tombstone },
        { kind: "lesson", lesson: withStanding(lesson, { ...lesson.standing, state: "retracted" }) },
      ]);
      expect((await collect(store.recordKeys())).map(({ id }) => id)).toEqual([tombstone.id]);
      expect(await store.knows([lesson.record.id])).toEqual([true]);
      expect(await store.record(lesson.record.id)).toEqual(lesson.record);
    });

    it("knows what is stored, archived or refused", async () => {
      const [first, second] = numberedLessons(2) as [StoredLesson, StoredLesson];
      await add(first, withStanding(second, { ...second.standing, state: "archived" }));
      const attestation = sampleAttestation(bob, { lesson: first.record.id });
      await store.apply([
        { kind: "attestation", record: attestation },
        { kind: "refused", id: unknownRecordId, reason: "junk" },
      ]);
      const { id: strange } = sampleLesson(carol);
      expect(await store.knows([first.record.id, strange, second.record.id, attestation.id, unknownRecordId])).toEqual([
        true,
        false,
        true,
        true,
        true,
      ]);
      expect(await store.knows([])).toEqual([]);
    });

    it("passes a draft for a cluster on only when it is used", async () => {
      const lesson = { ...sampleStoredLesson(sampleLesson(alice), 0, "held"), consolidates: unknownRecordId };
      const as = (state: LessonState): StoredLesson => withStanding(lesson, { ...lesson.standing, state });
      const passedOn = async (): Promise<number> => (await collect(store.recordKeys())).length;
      await add(lesson);
      expect([await passedOn(), await store.knows([lesson.record.id])]).toEqual([0, [true]]);
      await store.apply([{ ...archival, id: lesson.record.id }]);
      expect(await passedOn()).toBe(0);
      await add(as("held"), as("archived"));
      expect(await passedOn()).toBe(0);
      await add(as("own"));
      expect(await passedOn()).toBe(1);
      await add(as("archived"));
      expect(await passedOn()).toBe(1);
      await add(as("held"));
      expect(await passedOn()).toBe(0);
    });

    it("remembers refused ids up to its limit, and forgets the oldest first", async () => {
      const ids = Array.from({ length: maxRefused + 2 }, (_, i) => sampleLesson(carol, { seq: i }).id);
      const refuse = async (...refused: RecordId[]): Promise<void> =>
        await store.apply(refused.map((id) => ({ kind: "refused", id, reason: "junk" })));
      await refuse(...ids.slice(0, maxRefused));
      await refuse(...ids.slice(0, maxRefused));
      expect(await store.knows(ids)).toEqual([true, true, true, true, true, false, false]);
      await refuse(ids[maxRefused] as RecordId);
      expect(await store.knows(ids)).toEqual([false, true, true, true, true, true, false]);
      await refuse(...ids.slice(maxRefused));
      expect(await store.knows(ids)).toEqual([false, false, true, true, true, true, true]);
    });

    it("finds refused ids by their reason, and forgets one that may come again", async () => {
      const ids = Array.from({ length: maxRefused - 2 }, (_, i) => sampleLesson(carol, { seq: i }).id);
      const reasonOf = (index: number): string => (index % 2 === 0 ? "junk" : "crowded out");
      await store.apply(ids.map((id, index) => ({ kind: "refused", id, reason: reasonOf(index) })));
      const crowdedOut: RecordId[] = [];
      for await (const id of store.refusedFor("crowded out")) crowdedOut.push(id);
      expect(crowdedOut.sort()).toEqual(ids.filter((_, index) => index % 2 === 1).sort());
      await store.apply([...crowdedOut, unknownRecordId].map((id) => ({ kind: "refused-remove", id })));
      expect(await store.knows(ids)).toEqual(ids.map((_, index) => index % 2 === 0));
      for await (const id of store.refusedFor("crowded out")) expect.unreachable(id);
      await store.apply(crowdedOut.map((id) => ({ kind: "refused", id, reason: "junk" })));
      expect(await store.knows(crowdedOut)).toEqual(crowdedOut.map(() => true));
    });

    it("keeps the outbox in the order of adding", async () => {
      const ids = Array.from({ length: 4 }, (_, i) => sampleLesson(alice, { seq: i }).id) as [string, string, string, string];
      await store.apply(ids.map((id) => ({ kind: "outbox-add", id })));
      await store.apply([
        { kind: "outbox-add", id: ids[0] },
        { kind: "outbox-remove", id: ids[1] },
        { kind: "outbox-remove", id: unknownRecordId },
      ]);
      expect(await store.outbox()).toEqual([ids[0], ids[2], ids[3]]);
    });
  });
}

function keyOf({ id, body }: SignedRecord): RecordKey {
  return { id, type: body.type, createdAt: body.createdAt };
}

function compareKeys(first: RecordKey, second: RecordKey): number {
  return first.createdAt - second.createdAt || (first.id < second.id ? -1 : 1);
}
