/** The promises that hold for every sequence of records, tried on a node that is nothing but `judge` and the maps it needs. */
import {
  type AttestationBody,
  type AuthorId,
  type Identity,
  isAttestation,
  isLesson,
  isRetraction,
  type LessonState,
  noOutcomes,
  type OutcomeCounts,
  type RecordId,
  type RetractionBody,
  type SignedRecord,
  type StoredLesson,
} from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLessonVerdict, judge, type KnownState, newLesson, settle, type Verdict } from "../src/index.ts";
import {
  attestationOf,
  enemy,
  friend,
  lessonOf,
  now,
  otherFriend,
  principals,
  retractionOf,
  self,
  stranger,
} from "./fixtures.ts";

/** Keeps what the verdicts say, as a node does with its store. */
class SmallNode {
  readonly lessons = new Map<RecordId, StoredLesson>();
  readonly outcomes = new Map<RecordId, OutcomeCounts>();
  readonly #attestations = new Map<string, SignedRecord<AttestationBody>>();
  readonly #tombstones = new Map<RecordId, SignedRecord<RetractionBody>>();
  readonly #refused = new Set<RecordId>();

  receive(record: SignedRecord): Verdict {
    const verdict = this.#judge(record, "arrival");
    if (verdict.action === "refuse") this.#refused.add(record.id);
    if (isAttestation(record) && verdict.action === "accept") {
      this.#attestations.set(`${record.body.lesson} ${record.body.author}`, record);
    }
    if (isRetraction(record) && (verdict.action === "accept" || verdict.action === "retract"))
      this.#tombstones.set(record.id, record);
    if (isLessonVerdict(verdict)) this.#keep(record, verdict);
    if (isAttestation(record)) this.review(record.body.lesson);
    return verdict;
  }

  /** Judges a lesson that is here again, and says whether that changed anything. */
  review(id: RecordId): boolean {
    const before = this.lessons.get(id);
    if (before === undefined) return false;
    const outcomes = this.outcomes.get(id) ?? noOutcomes;
    this.lessons.set(id, { ...before, outcomes });
    const verdict = this.#judge(before.record, "review");
    if (isLessonVerdict(verdict)) this.#keep(before.record, verdict);
    return this.lessons.get(id)?.standing !== before.standing;
  }

  states(): Record<RecordId, LessonState> {
    return Object.fromEntries([...this.lessons].map(([id, { standing }]) => [id, standing.state] as const));
  }

  #judge(record: SignedRecord, occasion: KnownState["occasion"]): Verdict {
    const lesson = isAttestation(record) || isRetraction(record) ? record.body.lesson : record.id;
    const stored = this.lessons.get(lesson);
    return judge({
      record,
      neighbours: [],
      state: {
        occasion,
        now,
        self: self.author,
        principals,
        ...(stored === undefined ? {} : { stored }),
        attestations: [...this.#attestations.values()].filter(({ body }) => body.lesson === lesson),
        tombstones: [...this.#tombstones.values()].filter(({ body }) => body.lesson === lesson),
        relatives: new Set<AuthorId>(),
        refused: this.#refused.has(record.id),
        sameText: [],
      },
    });
  }

  #keep(record: SignedRecord, verdict: Verdict): void {
    if (!isLessonVerdict(verdict)) return;
    const id = isRetraction(record) ? record.body.lesson : record.id;
    const stored = this.lessons.get(id);
    if (stored !== undefined) this.lessons.set(id, settle(stored, verdict, now));
    else if (isLesson(record)) this.lessons.set(id, newLesson(record, verdict, { label: this.lessons.size, now }));
  }
}

const authors: readonly Identity[] = [self, friend, otherFriend, stranger, enemy];
const lessons = authors.flatMap((author) => [lessonOf(author), lessonOf(author, { title: "Another" })]);
const pool: readonly SignedRecord[] = [
  ...lessons,
  ...lessons.flatMap(({ id }) =>
    authors.flatMap((author) => [1, 2].map((seq) => attestationOf(author, id, { seq, worked: seq }))),
  ),
  ...lessons.flatMap(({ id }) => authors.map((author) => retractionOf(author, id))),
];

/** Some of the records, and two orders in which they come, with repetitions. */
const arrivals: fc.Arbitrary<readonly [SignedRecord[], SignedRecord[]]> = fc
  .subarray([...pool], { minLength: 1 })
  .chain((records) => {
    const order = fc
      .tuple(fc.shuffledSubarray(records, { minLength: records.length }), fc.subarray(records))
      .map(([all, repeated]) => [...all, ...repeated]);
    return fc.tuple(order, order);
  });

describe("for every sequence of records", () => {
  it("order and repetition make no difference to the state of any lesson", () => {
    fc.assert(
      fc.property(arrivals, ([first, second]) => {
        const [one, two] = [new SmallNode(), new SmallNode()];
        for (const record of first) one.receive(record);
        for (const record of second) two.receive(record);
        expect(two.states()).toEqual(one.states());
      }),
      { numRuns: 60 },
    );
  });

  it("judging again what was just judged changes nothing", () => {
    fc.assert(
      fc.property(arrivals, ([records]) => {
        const node = new SmallNode();
        for (const record of records) node.receive(record);
        const changed = lessons.filter(({ id }) => node.review(id));
        expect(changed).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("a record that comes again is never taken twice", () => {
    fc.assert(
      fc.property(arrivals, ([records]) => {
        const node = new SmallNode();
        for (const record of records) node.receive(record);
        for (const record of records) expect(["ignore", "refuse", "retract"]).toContain(node.receive(record).action);
      }),
      { numRuns: 20 },
    );
  });

  it("a lesson is retracted if and only if it and its author's retraction came", () => {
    fc.assert(
      fc.property(arrivals, ([records]) => {
        const node = new SmallNode();
        for (const record of records) node.receive(record);
        for (const [id, { record, standing }] of node.lessons) {
          const taken = records.some(
            (each) => isRetraction(each) && each.body.lesson === id && each.body.author === record.body.author,
          );
          expect(standing.state === "retracted").toBe(taken);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("a stranger's lesson is never used on the word of strangers, its author, or one friend alone", () => {
    const outcome = fc.record({ worked: fc.nat(3), changed: fc.nat(3), failed: fc.nat(3) });
    const weak = pool.filter((each) => !(isAttestation(each) && each.body.author === otherFriend.author));
    fc.assert(
      fc.property(fc.shuffledSubarray(weak), outcome, (records, outcomes) => {
        const node = new SmallNode();
        for (const record of records) node.receive(record);
        for (const [id, { record, standing }] of node.lessons) {
          if (record.body.author === stranger.author) expect(["held", "retracted"]).toContain(standing.state);
          node.outcomes.set(id, outcomes);
          node.review(id);
          const after = node.lessons.get(id)?.standing.state;
          if (record.body.author === stranger.author && after === "admitted")
            expect(outcomes.worked).toBeGreaterThan(outcomes.failed);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("nothing of a blocked author is kept, and one's own is always own until one retracts it", () => {
    fc.assert(
      fc.property(arrivals, ([records]) => {
        const node = new SmallNode();
        for (const record of records) node.receive(record);
        for (const { record, standing } of node.lessons.values()) {
          expect([enemy.author]).not.toContain(record.body.author);
          if (record.body.author === self.author) expect(["own", "retracted"]).toContain(standing.state);
        }
      }),
      { numRuns: 40 },
    );
  });
});
