/** What authors say of lessons, and of whom the node knows: attestations, retractions, principals. */
import type { LessonStore, Principal, StoreChange } from "@grapevine/core";
import { beforeEach, describe, expect, it } from "vitest";
import { sampleAttestation, sampleLesson, sampleRetraction, sampleStoredLesson, unknownRecordId } from "../sample-records.ts";
import { alice, bob, carol, collect, type StoreUnderTest, sortById } from "./store-under-test.ts";

export function statementsContract(tested: StoreUnderTest): void {
  let store: LessonStore;
  beforeEach(() => {
    store = tested.store;
  });
  const { add } = tested;

  describe("what is said of lessons", () => {
    const lesson = sampleLesson(alice);

    it("keeps the latest attestation of each author, in any order of arrival", async () => {
      const early = sampleAttestation(bob, { lesson: lesson.id, seq: 1, worked: 1 });
      const late = sampleAttestation(bob, { lesson: lesson.id, seq: 2, worked: 2 });
      const twin = sampleAttestation(bob, { lesson: lesson.id, seq: 2, worked: 3 });
      const winner = late.id > twin.id ? late : twin;
      const others = sampleAttestation(carol, { lesson: lesson.id });
      await store.apply([late, early, others].map((record) => ({ kind: "attestation", record })));
      expect(await store.attestation(lesson.id, bob.author)).toEqual(late);
      await store.apply([twin, late, early].map((record) => ({ kind: "attestation", record })));
      expect(await store.attestation(lesson.id, bob.author)).toEqual(winner);
      expect(sortById(await store.attestations(lesson.id))).toEqual(sortById([winner, others]));
      expect(await store.record(early.id)).toBeUndefined();
      expect((await collect(store.recordKeys())).map(({ id }) => id).sort()).toEqual([winner.id, others.id].sort());
      expect(await store.attestation(lesson.id, alice.author)).toBeUndefined();
      expect(await store.attestations(unknownRecordId)).toEqual([]);
      expect(await store.attestations("bafyrei")).toEqual([]);
    });

    it("keeps retractions by author, before the lesson and without it, in any order of arrival", async () => {
      const forged = sampleRetraction(bob, { lesson: lesson.id });
      const first = sampleRetraction(alice, { lesson: lesson.id, seq: 5 });
      const second = sampleRetraction(alice, { lesson: lesson.id, seq: 6, reason: "again" });
      await store.apply([forged, second, first, second].map((record) => ({ kind: "tombstone", record })));
      expect(await store.tombstone(lesson.id, alice.author)).toEqual(first);
      expect(await store.tombstone(lesson.id, bob.author)).toEqual(forged);
      expect(await store.tombstone(lesson.id, carol.author)).toBeUndefined();
      await add(sampleStoredLesson(lesson, 0, "retracted"));
      expect(await store.tombstone(lesson.id, alice.author)).toEqual(first);
      expect(sortById(await store.tombstones(lesson.id))).toEqual(sortById([forged, first]));
      expect(await store.tombstones(unknownRecordId)).toEqual([]);
      expect(await store.tombstones("bafyrei")).toEqual([]);
    });

    it("takes an author's retraction out again, and nobody else's", async () => {
      const forged = sampleRetraction(bob, { lesson: lesson.id });
      const elsewhere = sampleRetraction(bob, { lesson: unknownRecordId });
      const genuine = sampleRetraction(alice, { lesson: lesson.id });
      const removal: StoreChange = { kind: "tombstone-remove", lesson: lesson.id, author: bob.author };
      await store.apply([removal, ...[forged, elsewhere, genuine].map((record) => ({ kind: "tombstone", record }) as const)]);
      expect(await store.tombstone(lesson.id, bob.author)).toEqual(forged);
      for (let time = 0; time < 2; time++) {
        await store.apply([removal]);
        expect(await store.tombstone(lesson.id, bob.author)).toBeUndefined();
        expect(await store.tombstones(lesson.id)).toEqual([genuine]);
        expect(await store.record(forged.id)).toBeUndefined();
        expect(await store.knows([forged.id, elsewhere.id, genuine.id])).toEqual([false, true, true]);
        expect((await collect(store.recordKeys())).map(({ id }) => id).sort()).toEqual([elsewhere.id, genuine.id].sort());
      }
      await store.apply([{ kind: "tombstone", record: forged }, removal]);
      expect(await store.tombstones(lesson.id)).toEqual([genuine]);
      await store.apply([removal, { kind: "tombstone", record: forged }]);
      expect(sortById(await store.tombstones(lesson.id))).toEqual(sortById([forged, genuine]));
    });

    it("takes an author's attestation out again, and what it adds to the lesson's glance", async () => {
      const [kept, given] = [sampleAttestation(bob, { lesson: lesson.id }), sampleAttestation(carol, { lesson: lesson.id })];
      await add(sampleStoredLesson(lesson, 0));
      await collect(store.allGlances());
      await store.apply([kept, given].map((record) => ({ kind: "attestation", record })));
      expect((await store.attesters(lesson.id)).sort()).toEqual([bob.author, carol.author].sort());
      const removal: StoreChange = { kind: "attestation-remove", lesson: lesson.id, author: carol.author };
      for (let time = 0; time < 2; time++) {
        await store.apply([removal]);
        expect([await store.attesters(lesson.id), await store.attestations(lesson.id)]).toEqual([[bob.author], [kept]]);
        expect([await store.record(given.id), await store.knows([given.id])]).toEqual([undefined, [false]]);
        expect((await collect(store.recordKeys())).map(({ id }) => id).sort()).toEqual([kept.id, lesson.id].sort());
        const [glance] = await store.glances([0]);
        expect(glance?.attestations.map(({ author }) => author)).toEqual([bob.author]);
      }
      await store.apply([{ kind: "attestation", record: given }, removal]);
      expect(await store.attesters(lesson.id)).toEqual([bob.author]);
    });

    it("tells what is said of lessons that are not here", async () => {
      const ahead = async (): Promise<string[]> =>
        (await collect(store.statementsAhead())).map(({ type, author }) => `${type} ${author}`).sort();
      await store.apply([
        { kind: "attestation", record: sampleAttestation(bob, { lesson: lesson.id }) },
        { kind: "attestation", record: sampleAttestation(bob, { lesson: unknownRecordId, seq: 2 }) },
        { kind: "tombstone", record: sampleRetraction(carol, { lesson: lesson.id }) },
      ]);
      expect(await ahead()).toEqual(
        [`attestation ${bob.author}`, `attestation ${bob.author}`, `retraction ${carol.author}`].sort(),
      );
      await add(sampleStoredLesson(lesson, 0));
      expect(await ahead()).toEqual([`attestation ${bob.author}`]);
      expect((await collect(store.statementsAhead()))[0]?.lesson).toBe(unknownRecordId);
    });

    it("remembers whose review has begun and not ended", async () => {
      expect(await store.underReview()).toEqual([]);
      await store.apply([alice, bob, alice].map(({ author }) => ({ kind: "review-begin", author })));
      expect((await store.underReview()).sort()).toEqual([alice.author, bob.author].sort());
      await store.apply([alice, carol].map(({ author }) => ({ kind: "review-end", author })));
      expect(await store.underReview()).toEqual([bob.author]);
    });

    it("keeps principals", async () => {
      const trusted: Principal = {
        author: bob.author,
        name: "Bob",
        standing: "trusted",
        outcomes: { worked: 1, changed: 2, failed: 3 },
        word: { agreed: 4, disagreed: 5 },
        failuresInRow: 6,
      };
      const stranger: Principal = { ...trusted, author: carol.author, name: undefined as never, standing: "stranger" };
      await store.apply([trusted, stranger].map((principal) => ({ kind: "principal", principal })));
      await store.apply([{ kind: "principal", principal: { ...trusted, standing: "blocked" } }]);
      expect(await store.principal(bob.author)).toEqual({ ...trusted, standing: "blocked" });
      expect(await store.principal(alice.author)).toBeUndefined();
      expect((await store.principals()).map(({ author }) => author).sort()).toEqual([bob.author, carol.author].sort());
    });
  });
}
