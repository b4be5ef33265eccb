/** How much of what others say is kept. */
import type { SignedRecord } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { judge } from "../src/index.ts";
import { crowdedOut, maxAhead, maxAheadOfAuthor, maxAttesters } from "../src/statements.ts";
import {
  attestationOf,
  friend,
  lessonOf,
  person,
  principalOf,
  principalsOf,
  retractionOf,
  self,
  stateOf,
  stranger,
} from "./fixtures.ts";

const lesson = lessonOf(stranger);
const authors = Array.from({ length: maxAttesters + 8 }, (_, number) => person(100 + number).author);
const unknown = { self: self.author, principals: principalsOf() };

describe("of the attestations of one lesson", () => {
  it("all are kept up to the limit, and so many beyond it", () => {
    expect(crowdedOut(lesson.id, authors.slice(0, maxAttesters), unknown)).toEqual([]);
    expect(crowdedOut(lesson.id, authors.slice(0, maxAttesters + 1), unknown)).toHaveLength(1);
  });

  it("the same are kept in whatever order they come, one after the other", () => {
    const keptOf = (arriving: readonly string[]): string[] => {
      let kept: string[] = [];
      for (const author of arriving) {
        const all = [...kept, author];
        const out = new Set(crowdedOut(lesson.id, all, unknown));
        kept = all.filter((each) => !out.has(each));
      }
      return kept.sort();
    };
    const kept = keptOf(authors);
    expect(kept).toHaveLength(maxAttesters);
    expect(keptOf([...authors].reverse())).toEqual(kept);
    expect(keptOf([...authors.slice(20), ...authors.slice(0, 20)])).toEqual(kept);
  });

  it("lots differ from lesson to lesson", () => {
    const other = lessonOf(stranger, { seq: 2 });
    expect(crowdedOut(other.id, authors, unknown)).not.toEqual(crowdedOut(lesson.id, authors, unknown));
  });

  it("one's own and those of authors one knows are kept besides", () => {
    const [first = "", second = ""] = crowdedOut(lesson.id, authors, unknown);
    const known = principalsOf({ ...principalOf(friend), author: second });
    expect(crowdedOut(lesson.id, authors, { self: first, principals: known })).toHaveLength(6);
  });
});

describe("of what waits for lessons that are not here", () => {
  const statements: readonly SignedRecord[] = [attestationOf(stranger, lesson.id), retractionOf(stranger, lesson.id)];
  const verdictOn = (record: SignedRecord, ofAuthor: number, inAll: number): string =>
    judge({ record, neighbours: [], state: stateOf({ ahead: { ofAuthor, inAll } }) }).code;

  it.each(statements)("a stranger's $body.type is kept below both limits, and left aside at either", (record) => {
    const below = verdictOn(record, maxAheadOfAuthor - 1, maxAhead - 1);
    expect(below).not.toBe("STATEMENTS_AHEAD_FULL");
    expect(verdictOn(record, maxAheadOfAuthor, 0)).toBe("STATEMENTS_AHEAD_FULL");
    expect(verdictOn(record, 0, maxAhead)).toBe("STATEMENTS_AHEAD_FULL");
  });

  it("a trusted principal's is kept in any case", () => {
    expect(verdictOn(retractionOf(friend, lesson.id), maxAhead, maxAhead)).toBe("RETRACTION_AHEAD");
  });

  it("a later word of an author whose earlier one waits takes its place", () => {
    const [before, after] = [attestationOf(stranger, lesson.id), attestationOf(stranger, lesson.id, { seq: 2 })];
    const state = stateOf({ ahead: { ofAuthor: maxAheadOfAuthor, inAll: maxAhead }, attestations: [before] });
    expect(judge({ record: after, neighbours: [], state }).code).toBe("ATTESTATION_KEPT");
  });
});
