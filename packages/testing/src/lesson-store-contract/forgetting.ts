/** Forgetting: nothing of a lesson is left but the memory that it is not wanted. */
import { type LessonStore, lessonText, normalisedText, type StoreChange } from "@grapevine/core";
import { beforeEach, describe, expect, it } from "vitest";
import { sampleAttestation, sampleLesson, sampleRetraction, sampleStoredLesson, unknownRecordId } from "../sample-records.ts";
import { alice, bob, carol, collect, maxRefused, type StoreUnderTest } from "./store-under-test.ts";

export function forgettingContract(tested: StoreUnderTest): void {
  let store: LessonStore;
  beforeEach(() => {
    store = tested.store;
  });
  const { add } = tested;

  describe("forgetting", () => {
    const lesson = sampleLesson(alice, { expiresAt: 50, derivedFrom: [unknownRecordId], supersedes: unknownRecordId });
    const attestation = sampleAttestation(bob, { lesson: lesson.id });
    const retraction = sampleRetraction(carol, { lesson: lesson.id });
    const forget: StoreChange = { kind: "forget", id: lesson.id, reason: "forgotten" };
    const everything: StoreChange[] = [
      { kind: "lesson", lesson: sampleStoredLesson(lesson, 6) },
      { kind: "embedding", label: 6, embedder: "a:2", vector: Float32Array.of(1, 2) },
      { kind: "embedding", label: 6, embedder: "b:1", vector: Float32Array.of(3) },
      { kind: "attestation", record: attestation },
      { kind: "tombstone", record: retraction },
      ...[lesson, attestation, retraction].map(({ id }) => ({ kind: "outbox-add", id }) as const),
    ];

    it.each(["in one batch", "in two"])(
      "leaves nothing of a lesson but the memory that it is not wanted, %s",
      async (batches) => {
        const other = sampleStoredLesson(sampleLesson(bob, { title: "Another" }), 3);
        await add(other);
        if (batches === "in two") {
          await store.apply(everything);
          await store.byLabels([6]); // read, so that it would be found in a memory of what was read
          await store.record(attestation.id);
          await collect(store.wordsIn([]));
        }
        await store.apply(batches === "in two" ? [forget] : [...everything, forget]);
        for (let time = 0; time < 2; time++) {
          expect(await store.get(lesson.id)).toBeUndefined();
          expect(await store.byLabels([6, 3])).toEqual([undefined, other]);
          expect(await store.glances([6])).toEqual([undefined]);
          expect((await collect(store.allGlances())).map(({ label }) => label)).toEqual([3]);
          expect(await collect(store.list())).toEqual([other]);
          expect(store.counts()).toMatchObject({ admitted: 1 });
          expect(await store.resolve(lesson.id)).toEqual([]);
          expect(await store.sameText(normalisedText(lessonText(lesson.body)))).toEqual([]);
          expect([await store.derivedAuthors(unknownRecordId), await store.derivedLessons(unknownRecordId)]).toEqual([[], []]);
          expect([await store.supersedersOf(unknownRecordId, alice.author), await store.expiredBy(100)]).toEqual([[], []]);
          expect([await store.attestations(lesson.id), await store.tombstones(lesson.id)]).toEqual([[], []]);
          for (const { id } of [lesson, attestation, retraction]) expect(await store.record(id)).toBeUndefined();
          expect((await collect(store.recordKeys())).map(({ id }) => id)).toEqual([other.record.id]);
          expect(await store.outbox()).toEqual([]);
          expect([await store.embedding("a:2", 6), await collect(store.embeddings("b:1"))]).toEqual([undefined, []]);
          expect(await store.knows([lesson.id, attestation.id, retraction.id])).toEqual([true, true, true]);
          await store.apply([forget]); // once more changes nothing
        }
        expect(store.nextLabel()).toBeGreaterThan(6);
      },
    );

    it("keeps the author's own retraction, which peers have to hear of", async () => {
      const own = sampleRetraction(alice, { lesson: lesson.id });
      await store.apply([...everything, { kind: "tombstone", record: own }, { kind: "outbox-add", id: own.id }]);
      await store.apply([forget]);
      expect(await store.tombstones(lesson.id)).toEqual([own]);
      expect((await collect(store.recordKeys())).map(({ id }) => id)).toEqual([own.id]);
      expect(await store.outbox()).toEqual([own.id]);
    });

    it("takes no vector for a lesson that is forgotten", async () => {
      await store.apply(everything);
      await store.apply([forget, { kind: "embedding", label: 6, embedder: "a:2", vector: Float32Array.of(1, 2) }]);
      expect(await collect(store.embeddings("a:2"))).toEqual([]);
    });

    it("keeps what other lessons say of it, and what its author's other lessons say", async () => {
      const echo = sampleLesson(bob, { derivedFrom: [lesson.id], supersedes: lesson.id });
      const sibling = sampleLesson(alice, { seq: 8, derivedFrom: [unknownRecordId] });
      await store.apply([...everything, { kind: "refused", id: echo.id, reason: "not yet" }]);
      await add(sampleStoredLesson(echo, 7), sampleStoredLesson(sibling, 8));
      await store.apply([forget]);
      expect(await store.derivedLessons(lesson.id)).toEqual([echo.id]);
      expect(await store.derivedAuthors(lesson.id)).toEqual([bob.author]);
      expect(await store.supersedersOf(lesson.id, bob.author)).toEqual([echo.id]);
      expect(await store.derivedLessons(unknownRecordId)).toEqual([sibling.id]);
      expect(await store.derivedAuthors(unknownRecordId)).toEqual([alice.author]);
    });

    it("remembers a lesson that was forgotten longer than any refusal, and one that never was here, too", async () => {
      await store.apply(everything);
      await store.apply([forget, { kind: "forget", id: unknownRecordId, reason: "forgotten" }]);
      const refusals = Array.from({ length: 2 * maxRefused }, (_, i) => sampleLesson(carol, { seq: i + 9 }).id);
      await store.apply(refusals.map((id) => ({ kind: "refused", id, reason: "junk" })));
      expect(await store.knows([lesson.id, unknownRecordId, attestation.id])).toEqual([true, true, false]);
    });

    it("is undone with its batch", async () => {
      await store.apply(everything);
      const clash = sampleStoredLesson(sampleLesson(bob), 6);
      await add(sampleStoredLesson(sampleLesson(carol), 7));
      const batch: StoreChange[] = [forget, { kind: "lesson", lesson: { ...clash, label: 7 } }];
      await expect(store.apply(batch)).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
      expect((await store.get(lesson.id))?.record).toEqual(lesson);
      expect(await store.attestations(lesson.id)).toEqual([attestation]);
      expect(await store.knows([lesson.id])).toEqual([true]);
      expect(store.counts().admitted).toBe(2);
    });

    it("sees what is being written at the same time", async () => {
      await Promise.all([store.apply(everything), store.apply([forget])]);
      expect(await store.record(attestation.id)).toBeUndefined();
      expect(await collect(store.recordKeys())).toEqual([]);
    });
  });
}
