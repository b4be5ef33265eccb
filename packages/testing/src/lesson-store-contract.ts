/** What every `LessonStore` promises, as tests. An adapter's test calls it with a factory of empty stores. */
import {
  type GlanceQuery,
  glanceOf,
  type LessonGlance,
  type LessonState,
  type LessonStore,
  lessonText,
  maxStandings,
  normalisedText,
  type Principal,
  type RecordId,
  type RecordKey,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
  shortId,
  withStanding,
} from "@grapevine/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  sampleAttestation,
  sampleIdentity,
  sampleLesson,
  sampleMembership,
  sampleRetraction,
  sampleRotation,
  sampleStoredLesson,
  unknownRecordId,
} from "./sample-records.ts";

export interface LessonStoreFactory {
  /** An empty store that remembers as many refused ids, and how it is closed. */
  create(init: { readonly maxRefused: number }): Promise<{ readonly store: LessonStore; readonly close: () => Promise<void> }>;
}

const maxRefused = 5;
const archival = {
  kind: "archive",
  standing: { state: "archived", rule: "sample-pruned", reason: "made room for a test", since: 1_700_000_000_900 },
  prunedUtility: 0.125,
} as const;
const alice = sampleIdentity(1);
const bob = sampleIdentity(2);
const carol = sampleIdentity(3);

export function lessonStoreContract(name: string, factory: LessonStoreFactory): void {
  describe(`${name} keeps the contract of LessonStore`, () => {
    let store: LessonStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await factory.create({ maxRefused }));
    });
    afterEach(() => close());

    const add = async (...lessons: StoredLesson[]): Promise<void> =>
      await store.apply(lessons.map((lesson) => ({ kind: "lesson", lesson })));
    const numbered = (count: number): StoredLesson[] =>
      Array.from({ length: count }, (_, i) => sampleStoredLesson(sampleLesson(alice, { seq: i + 1 }), i));

    describe("lessons", () => {
      it("starts empty", async () => {
        expect(store.counts()).toEqual({ own: 0, admitted: 0, held: 0, archived: 0, retracted: 0 });
        expect(await collect(store.list())).toEqual([]);
        expect(await collect(store.recordKeys())).toEqual([]);
        expect(await store.get(unknownRecordId)).toBeUndefined();
        expect(await store.get("no id at all")).toBeUndefined();
        expect(await store.record(unknownRecordId)).toBeUndefined();
        expect(await store.outbox()).toEqual([]);
        expect(await store.principals()).toEqual([]);
      });

      it("gives back what was stored, by id and by label, in the order asked", async () => {
        const [first, second] = numbered(2) as [StoredLesson, StoredLesson];
        const detailed: StoredLesson = {
          ...withStanding(second, { ...second.standing, state: "held" }),
          pinned: true,
          usedAt: 17,
          conflicts: [first.record.id],
          topic: 0,
          trial: {
            wins: 3,
            losses: 1,
            bothRight: 2,
            bothWrong: 0,
            generations: 12,
            verdict: "undecided",
            against: first.record.id,
            model: "scripted",
            at: 5,
          },
          consolidates: first.record.id,
          prunedUtility: 0.25,
        };
        await add(first, detailed);
        expect(await store.get(first.record.id)).toEqual(first);
        expect(await store.getMany([detailed.record.id, unknownRecordId, first.record.id])).toEqual([detailed, undefined, first]);
        expect(await store.byLabels([1, 99, 0, 1])).toEqual([detailed, undefined, first, detailed]);
        expect(await store.record(first.record.id)).toEqual(first.record);
        expect(await store.getMany([])).toEqual([]);
      });

      it("replaces what is kept about a lesson, and counts by state", async () => {
        const lesson = sampleStoredLesson(sampleLesson(alice), 7, "held");
        await add(lesson);
        expect(store.counts()).toMatchObject({ held: 1, admitted: 0 });
        const admitted = withStanding(lesson, { ...lesson.standing, state: "admitted", since: 5 });
        await add({ ...admitted, outcomes: { worked: 3, changed: 0, failed: 1 } });
        expect(await store.get(lesson.record.id)).toEqual({ ...admitted, outcomes: { worked: 3, changed: 0, failed: 1 } });
        expect(store.counts()).toMatchObject({ held: 0, admitted: 1 });
        expect(await collect(store.list())).toHaveLength(1);
      });

      it("sees, within a batch, what the batch already changed", async () => {
        const lesson = sampleStoredLesson(sampleLesson(alice), 0, "held");
        const archived = withStanding(lesson, { ...lesson.standing, state: "archived" });
        await add(lesson, withStanding(lesson, { ...lesson.standing, state: "admitted" }), archived);
        expect(await store.get(lesson.record.id)).toEqual(archived);
        expect(store.counts()).toEqual({ own: 0, admitted: 0, held: 0, archived: 1, retracted: 0 });
      });

      it("applies a batch whole or not at all", async () => {
        const [first, second] = numbered(2) as [StoredLesson, StoredLesson];
        const refusal: StoreChange = { kind: "refused", id: unknownRecordId, reason: "a test" };
        const batch: StoreChange[] = [
          { kind: "lesson", lesson: first },
          refusal,
          { kind: "lesson", lesson: { ...second, label: first.label } },
        ];
        await expect(store.apply(batch)).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
        expect(await store.get(first.record.id)).toBeUndefined();
        expect(await store.byLabels([0])).toEqual([undefined]);
        expect(await store.knows([unknownRecordId, first.record.id])).toEqual([false, false]);
        expect(store.counts().admitted).toBe(0);
      });

      it("gives a label to one lesson only, and never changes it", async () => {
        const [first, second] = numbered(2) as [StoredLesson, StoredLesson];
        await add(first);
        await expect(add({ ...second, label: 0 })).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
        await expect(add({ ...first, label: 5 })).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
        for (const label of [-1, 0.5, 2 ** 32]) {
          await expect(add({ ...second, label })).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
        }
        await add({ ...second, label: 2 ** 32 - 1 });
        expect((await store.byLabels([2 ** 32 - 1]))[0]?.record.id).toBe(second.record.id);
      });

      it("keeps apart batches that are applied at once", async () => {
        const lessons = numbered(40);
        await Promise.all(lessons.map((lesson) => add(lesson)));
        expect(store.counts().admitted).toBe(40);
        const same = lessons[0] as StoredLesson;
        const used = Array.from({ length: 10 }, (_, i) => ({ ...same, usedAt: i + 1 }));
        await Promise.all(used.map((lesson) => add(lesson)));
        expect((await store.get(same.record.id))?.usedAt).toBe(10);
        expect(await collect(store.list())).toHaveLength(40);
      });

      it("lists the newest received first, by state, author and number", async () => {
        const lessons = numbered(120).map((lesson, i): StoredLesson => {
          const record = i % 3 === 0 ? sampleLesson(bob, { seq: i, createdAt: 1000 - i }) : lesson.record;
          return sampleStoredLesson(record, lesson.label, i % 2 === 0 ? "own" : "held");
        });
        await add(...lessons);
        const idsOf = async (query: Parameters<LessonStore["list"]>[0]): Promise<RecordId[]> =>
          (await collect(store.list(query))).map(({ record }) => record.id);
        const expected = (fits: (lesson: StoredLesson) => boolean): RecordId[] =>
          lessons
            .filter(fits)
            .map(({ record }) => record.id)
            .reverse();
        expect(await idsOf(undefined)).toEqual(expected(() => true));
        expect(await idsOf({ states: ["held"] })).toEqual(expected(({ standing }) => standing.state === "held"));
        expect(await idsOf({ author: bob.author })).toEqual(expected(({ record }) => record.body.author === bob.author));
        expect(await idsOf({ states: ["own", "held"], limit: 3 })).toEqual(expected(() => true).slice(0, 3));
        expect(await idsOf({ states: [] })).toEqual([]);
        expect(await idsOf({ limit: 0 })).toEqual([]);
      });

      it("keeps a lesson's place in the list when what is kept of it changes", async () => {
        const lessons = numbered(3);
        await add(...lessons);
        const [oldest] = lessons as [StoredLesson];
        await add(withStanding(oldest, { ...oldest.standing, state: "held" }));
        expect((await collect(store.list())).map(({ label }) => label)).toEqual([2, 1, 0]);
        expect((await collect(store.list({ states: ["held"] }))).map(({ label }) => label)).toEqual([0]);
      });

      it("resolves abbreviations: none, one, or two of many", async () => {
        const lessons = numbered(40);
        await add(...lessons);
        const { id } = (lessons[7] as StoredLesson).record;
        expect(await store.resolve(id)).toEqual([id]);
        expect(await store.resolve(shortId(id))).toEqual([id]);
        expect(await store.resolve(id.slice(0, 20))).toEqual([id]);
        expect(await store.resolve("bafyrei")).toHaveLength(2);
        expect(await store.resolve("")).toHaveLength(2);
        expect(await store.resolve(unknownRecordId)).toEqual([]);
      });

      it("finds all lessons of the same normalised text", async () => {
        const record = sampleLesson(alice, { title: "List a box" });
        const echo = sampleLesson(bob, { title: "LIST a box!" });
        const other = sampleLesson(alice, { title: "Empty a box" });
        await add(...[record, echo, other].map((each, label) => sampleStoredLesson(each, label)));
        const found = await store.sameText(normalisedText(lessonText(record.body)));
        expect(found).toEqual([record.id, echo.id].sort());
        expect(await store.sameText(normalisedText(lessonText(record.body)), 1)).toEqual(found.slice(0, 1));
        expect(await store.sameText("nothing of the kind")).toEqual([]);
      });

      it("names the authors of lessons that derive from one, each once", async () => {
        const ancestor = sampleLesson(alice);
        const derivedFrom = [ancestor.id, unknownRecordId];
        const lessons = [
          ancestor,
          sampleLesson(bob, { title: "First echo", derivedFrom }),
          sampleLesson(bob, { title: "Second echo", derivedFrom: [ancestor.id] }),
          sampleLesson(carol, { title: "Third echo", derivedFrom: [ancestor.id] }),
          sampleLesson(carol, { title: "No echo" }),
        ];
        await add(...lessons.map((each, label) => sampleStoredLesson(each, label)));
        expect((await store.derivedAuthors(ancestor.id)).sort()).toEqual([bob.author, carol.author].sort());
        expect(await store.derivedAuthors(unknownRecordId)).toEqual([bob.author]);
        expect(await store.derivedAuthors(lessons[4]?.id ?? "")).toEqual([]);
        expect(await store.derivedAuthors(ancestor.id.slice(0, 20))).toEqual([]);
      });

      it("names the lessons that derive from one, and those that supersede it, whatever has become of them", async () => {
        const [ancestor, other] = [sampleLesson(alice), sampleLesson(alice, { seq: 2 })];
        const derived = sampleLesson(bob, { derivedFrom: [ancestor.id, unknownRecordId] });
        const better = sampleLesson(alice, { seq: 3, supersedes: ancestor.id, derivedFrom: [ancestor.id] });
        const strange = sampleLesson(carol, { supersedes: ancestor.id });
        await add(...[ancestor, other, derived, better].map((each, label) => sampleStoredLesson(each, label)));
        await add(sampleStoredLesson(strange, 9, "held"));
        const inOrder = [derived.id, better.id].sort();
        expect(await store.derivedLessons(ancestor.id)).toEqual(inOrder);
        expect(await store.derivedLessons(ancestor.id, 1)).toEqual(inOrder.slice(0, 1));
        expect(await store.derivedLessons(unknownRecordId)).toEqual([derived.id]);
        expect(await store.derivedLessons(other.id)).toEqual([]);
        expect(await store.supersedersOf(ancestor.id, alice.author)).toEqual([better.id]);
        expect(await store.supersedersOf(other.id, alice.author)).toEqual([]);
        await add(sampleStoredLesson(strange, 9, "retracted"));
        expect(await store.supersedersOf(ancestor.id, carol.author)).toEqual([strange.id]);
        for (const part of ["", "bafyrei", ancestor.id.slice(0, 30)]) {
          expect([await store.derivedLessons(part), await store.supersedersOf(part, alice.author)]).toEqual([[], []]);
        }
        const latest = sampleLesson(alice, { seq: 4, supersedes: ancestor.id });
        await add(sampleStoredLesson(latest, 10));
        const byAuthor = [better.id, latest.id].sort();
        expect(await store.supersedersOf(ancestor.id, alice.author)).toEqual(byAuthor);
        expect(await store.supersedersOf(ancestor.id, alice.author, 1)).toEqual(byAuthor.slice(0, 1));
      });

      it("names the lessons whose date has passed, as long as they are in use", async () => {
        const expiring = [300, 100, 200].map((expiresAt, label) =>
          sampleStoredLesson(sampleLesson(alice, { seq: label, expiresAt }), label, "held"),
        );
        const [last, first, middle] = expiring.map(({ record }) => record.id) as [RecordId, RecordId, RecordId];
        await add(...expiring, sampleStoredLesson(sampleLesson(bob), 3));
        expect(await store.expiredBy(99)).toEqual([]);
        expect(await store.expiredBy(100)).toEqual([first]);
        expect(await store.expiredBy(2 ** 45)).toEqual([first, middle, last]);
        const as = (lesson: StoredLesson, state: LessonState): StoredLesson =>
          withStanding(lesson, { ...lesson.standing, state });
        await add(as(expiring[1] as StoredLesson, "retracted"), as(expiring[2] as StoredLesson, "archived"));
        expect(await store.expiredBy(250)).toEqual([]);
        await add(as(expiring[2] as StoredLesson, "admitted"));
        expect(await store.expiredBy(250)).toEqual([middle]);
        await store.apply([{ ...archival, id: last }]);
        expect(await store.expiredBy(1000)).toEqual([middle]);
      });

      it("archives a lesson by its id: the standing, and what follows from it, and nothing else", async () => {
        const lesson = { ...sampleStoredLesson(sampleLesson(alice), 4, "held"), usedAt: 7 };
        await add(lesson, sampleStoredLesson(sampleLesson(bob), 5, "held"));
        await store.apply([{ ...archival, id: lesson.record.id }]);
        const archived = { ...withStanding(lesson, archival.standing), prunedUtility: archival.prunedUtility };
        expect(await store.get(lesson.record.id)).toEqual(archived);
        expect(store.counts()).toEqual({ own: 0, admitted: 0, held: 1, archived: 1, retracted: 0 });
        expect(await collect(store.list({ states: ["archived"], author: alice.author }))).toEqual([archived]);
        expect(await store.glances([4])).toEqual([glanceOf(archived, [])]);
        expect((await collect(store.allGlances())).find(({ label }) => label === 4)).toEqual(glanceOf(archived, []));
        expect((await collect(store.recordKeys())).map(({ id }) => id)).toContain(lesson.record.id);
        await expect(store.apply([{ ...archival, id: unknownRecordId }])).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
        for (let time = 0; time < maxStandings + 3; time++) await store.apply([{ ...archival, id: lesson.record.id }]);
        expect((await store.get(lesson.record.id))?.history).toHaveLength(maxStandings);
        // With the glances in memory, and one that the same batch has changed before.
        const [other] = await store.byLabels([5]);
        const pinned = { ...(other as StoredLesson), pinned: true };
        await store.apply([
          { kind: "lesson", lesson: pinned },
          { ...archival, id: pinned.record.id },
        ]);
        const both = { ...withStanding(pinned, archival.standing), prunedUtility: archival.prunedUtility };
        expect(await store.glances([5])).toEqual([glanceOf(both, [])]);
      });

      it("never gives a label or a sequence number twice, nor a label that a lesson has", async () => {
        const labels = Array.from({ length: 5000 }, () => store.nextLabel());
        expect(new Set(labels).size).toBe(5000);
        const stored = Math.max(...labels) + 500;
        await add(sampleStoredLesson(sampleLesson(alice), stored));
        expect(store.nextLabel()).toBeGreaterThan(stored);
        const sequences = Array.from({ length: 5000 }, () => store.nextSequence());
        expect(sequences.every((sequence, i) => i === 0 || sequence > (sequences[i - 1] as number))).toBe(true);
      });
    });

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

    describe.each(["read from the disk", "held in memory"])("glances, %s", (where) => {
      const environment = { environment: "tools:7", version: "2" };
      const plain = sampleStoredLesson(sampleLesson(alice), 0, "own");
      const detailed: StoredLesson = {
        ...sampleStoredLesson(
          sampleLesson(bob, { environment, expiresAt: 2 ** 45, derivedFrom: [plain.record.id], title: "Größe straße \u{1F347}" }),
          4_000_000_000,
          "held",
        ),
        pinned: true,
        outcomes: { worked: 1.5, changed: 2, failed: 3 },
        cluster: plain.record.id,
        usedAt: 17,
      };
      const attestation = sampleAttestation(carol, { lesson: detailed.record.id, worked: 4, changed: 5, failed: 6 });
      const later = sampleAttestation(carol, { lesson: detailed.record.id, seq: 1_000, worked: 4, changed: 5, failed: 9 });
      const attested = { author: carol.author, worked: 4, changed: 5, failed: 6 };
      beforeEach(async () => {
        if (where === "held in memory") await store.labelsIn([]);
      });
      const all = async (): Promise<LessonGlance[]> => (await collect(store.allGlances())).sort((a, b) => a.label - b.label);

      it("are those of the lessons and of what is attested of them, in the order asked", async () => {
        await store.apply([{ kind: "attestation", record: attestation }]);
        await add(plain, detailed);
        const expected = [glanceOf(plain, []), glanceOf(detailed, [attested])];
        expect(await store.glances([4_000_000_000, 7, 0])).toEqual([expected[1], undefined, expected[0]]);
        expect(await store.glances([])).toEqual([]);
        expect(await all()).toEqual(expected);
        expect(await store.glances([0, 4_000_000_000])).toEqual(expected);
      });

      it("follow every change", async () => {
        await add(detailed, plain);
        expect(await all()).toEqual([glanceOf(plain, []), glanceOf(detailed, [])]);
        const changed: StoredLesson = {
          ...withStanding(detailed, { ...detailed.standing, state: "admitted" }),
          cluster: detailed.record.id,
          outcomes: { worked: 2, changed: 0, failed: 0 },
        };
        await add(changed);
        await store.apply([attestation, later].map((record) => ({ kind: "attestation", record })));
        const said = [{ ...attested, failed: 9 }];
        expect(await store.glances([0, 4_000_000_000])).toEqual([glanceOf(plain, []), glanceOf(changed, said)]);
        expect(await all()).toEqual([glanceOf(plain, []), glanceOf(changed, said)]);
      });

      it("can be asked for by state and by the size of the cluster", async () => {
        const [third, fourth] = [5, 6].map((label) =>
          sampleStoredLesson(sampleLesson(alice, { title: `Of ${label}` }), label),
        ) as [StoredLesson, StoredLesson];
        const joined = { ...third, cluster: plain.record.id };
        const held = withStanding({ ...fourth, cluster: plain.record.id }, { ...fourth.standing, state: "held" });
        await add(plain, detailed, joined, held);
        const labels = async (query: GlanceQuery): Promise<number[]> =>
          (await collect(store.allGlances(query))).map(({ label }) => label).sort((a, b) => a - b);
        expect(await labels({ states: ["held"] })).toEqual([6, 4_000_000_000]);
        expect(await labels({ states: [] })).toEqual([]);
        // `detailed` has joined, too.
        expect(await labels({ minClusterSize: 4 })).toEqual([0, 5, 6, 4_000_000_000]);
        expect(await labels({ minClusterSize: 4, states: ["own", "admitted"] })).toEqual([0, 5]);
        expect(await labels({ minClusterSize: 5 })).toEqual([]);
        expect([...(await store.labelsIn(["own", "admitted"]))].sort((a, b) => a - b)).toEqual([0, 5]);
      });

      it("do not change with a batch that is refused", async () => {
        await add(plain);
        const batch = [withStanding(plain, { ...plain.standing, state: "archived" }), { ...detailed, label: plain.label }];
        await expect(add(...batch)).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
        expect(await store.glances([0])).toEqual([glanceOf(plain, [])]);
        expect(await all()).toEqual([glanceOf(plain, [])]);
      });
    });

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
        const lessons = numbered(30).map((each, i) =>
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
        const [first, second] = numbered(2) as [StoredLesson, StoredLesson];
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
            await store.labelsIn([]);
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

    describe("embeddings", () => {
      it("keeps the vectors of each embedder apart", async () => {
        const vectorOf = (...elements: number[]): Float32Array => Float32Array.from(elements);
        await store.apply([
          { kind: "embedding", label: 300, embedder: "a:3", vector: vectorOf(0.5, -1.25, 1e-30) },
          { kind: "embedding", label: 2, embedder: "a:3", vector: vectorOf(1, 2, 3) },
          { kind: "embedding", label: 2, embedder: "b:2", vector: vectorOf(7, 8) },
        ]);
        await store.apply([{ kind: "embedding", label: 2, embedder: "a:3", vector: vectorOf(4, 5, 6) }]);
        expect(await store.embedding("a:3", 2)).toEqual(vectorOf(4, 5, 6));
        expect(await store.embedding("a:3", 300)).toEqual(vectorOf(0.5, -1.25, 1e-30));
        expect(await store.embedding("b:2", 300)).toBeUndefined();
        expect(await store.embedding("c:1", 2)).toBeUndefined();
        expect(await collect(store.embeddings("a:3"))).toEqual([
          { label: 2, vector: vectorOf(4, 5, 6) },
          { label: 300, vector: vectorOf(0.5, -1.25, 1e-30) },
        ]);
        expect(await collect(store.embeddings("b:2"))).toEqual([{ label: 2, vector: vectorOf(7, 8) }]);
        expect(await collect(store.embeddings("c:1"))).toEqual([]);
      });
    });
  });
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

function sortById<T extends { readonly id: RecordId }>(records: readonly T[]): T[] {
  return [...records].sort((first, second) => (first.id < second.id ? -1 : 1));
}

function keyOf({ id, body }: SignedRecord): RecordKey {
  return { id, type: body.type, createdAt: body.createdAt };
}

function compareKeys(first: RecordKey, second: RecordKey): number {
  return first.createdAt - second.createdAt || (first.id < second.id ? -1 : 1);
}
