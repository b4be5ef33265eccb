/** The promises that hold for every sequence of records, tried on few lessons with all that can be said of them. `world.test.ts` tries them on many. */
import { type Identity, isAttestation, isRetraction, type SignedRecord } from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
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
import { SmallNode } from "./small-node.ts";

const authors: readonly Identity[] = [self, friend, otherFriend, stranger, enemy];
const lessons = authors.flatMap((author) => [lessonOf(author), lessonOf(author, { title: "Another" })]);
const pool: readonly SignedRecord[] = [
  ...lessons,
  ...lessons.flatMap(({ id }) =>
    authors.flatMap((author) => [1, 2].map((seq) => attestationOf(author, id, { seq, worked: seq }))),
  ),
  ...lessons.flatMap(({ id }) => authors.map((author) => retractionOf(author, id))),
];

function small(): SmallNode {
  return new SmallNode({ self: self.author, principals, now });
}

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
        const [one, two] = [small(), small()];
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
        const node = small();
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
        const node = small();
        for (const record of records) node.receive(record);
        for (const record of records) expect(["ignore", "refuse", "retract"]).toContain(node.receive(record).action);
      }),
      { numRuns: 20 },
    );
  });

  it("a lesson is retracted if and only if it and its author's retraction came", () => {
    fc.assert(
      fc.property(arrivals, ([records]) => {
        const node = small();
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
        const node = small();
        for (const record of records) node.receive(record);
        for (const [id, { record, standing }] of node.lessons) {
          if (record.body.author === stranger.author) expect(["held", "retracted"]).toContain(standing.state);
          node.learn(id, { outcomes });
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
        const node = small();
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
