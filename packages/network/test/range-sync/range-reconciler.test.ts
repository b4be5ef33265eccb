import fc from "fast-check";
import { nip77 } from "nostr-tools";
import { describe, expect, it } from "vitest";
import { OpenRanges } from "../../src/range-sync/open-ranges.ts";
import type { RangeItem } from "../../src/range-sync/range-bound.ts";
import { answerReconciliation, beginReconciliation, continueReconciliation } from "../../src/range-sync/range-reconciler.ts";
import { digestOf } from "../../src/range-sync/record-digest.ts";
import { idsOf, itemOf, reconciled, setOf } from "./sets.ts";

/** Records of both, of the one alone, and of the other alone. */
interface Sides {
  readonly both: readonly RangeItem[];
  readonly ours: readonly RangeItem[];
  readonly theirs: readonly RangeItem[];
}

/** `dates` different ones: with few, bounds need parts of ids. */
function sidesOf(
  counts: { readonly both: number; readonly ours: number; readonly theirs: number },
  dates: number,
  seed: number,
): Sides {
  let number = seed * 1_000_000;
  const some = (count: number): RangeItem[] =>
    Array.from({ length: count }, () => itemOf(number++, 1_700_000_000 + ((Math.imul(number, 2_654_435_761) >>> 0) % dates)));
  return { both: some(counts.both), ours: some(counts.ours), theirs: some(counts.theirs) };
}

const sides: fc.Arbitrary<Sides> = fc
  .tuple(
    fc.record({ both: fc.oneof(fc.constant(0), fc.nat(2500)), ours: fc.nat(80), theirs: fc.nat(80) }),
    fc.constantFrom(1, 3, 500, 1_000_000),
    fc.nat(1000),
  )
  .map(([counts, dates, seed]) => sidesOf(counts, dates, seed));

describe("set reconciliation", () => {
  it("finds all differences and nothing else, each once, with messages within any limit, however little is remembered", () => {
    fc.assert(
      fc.property(
        sides,
        fc.constantFrom(1024, 4096, 65_536),
        fc.constantFrom(1, 2, 2048),
        ({ both, ours, theirs }, maxBytes, maxRanges) => {
          const open = new OpenRanges(maxRanges);
          const outcome = reconciled(setOf([...both, ...ours]), setOf([...both, ...theirs]), maxBytes, open);
          expect(outcome.have).toEqual(idsOf(ours));
          expect(outcome.need).toEqual(idsOf(theirs));
          expect(outcome.longestMessage).toBeLessThanOrEqual(maxBytes);
        },
      ),
      // The responder's closing fingerprint covers ranges that it listed a round earlier.
      { numRuns: 60, examples: [[sidesOf({ both: 355, ours: 33, theirs: 46 }, 1, 398), 1024, 2048]] },
    );
  });

  it("takes one round for equal sets, empty ones too", () => {
    const { both } = sidesOf({ both: 5000, ours: 0, theirs: 0 }, 1000, 1);
    for (const items of [[], both]) {
      const outcome = reconciled(setOf(items), setOf(items));
      expect({ rounds: outcome.rounds, found: outcome.have.length + outcome.need.length }).toEqual({ rounds: 1, found: 0 });
      expect(outcome.bytes).toBeLessThan(300);
    }
  });

  it("carries a whole set to an empty one in messages of the limit", () => {
    const { both } = sidesOf({ both: 9000, ours: 0, theirs: 0 }, 9000, 2);
    const [full, empty] = [setOf(both), setOf([])];
    const got = reconciled(empty, full);
    expect(got.need).toEqual(idsOf(both));
    expect(got.rounds).toBeLessThanOrEqual(6);
    expect(reconciled(full, empty).have).toEqual(idsOf(both));
  });

  it("needs at most three rounds and little more than the differences, spread over a large set", () => {
    const { both, ours, theirs } = sidesOf({ both: 20_000, ours: 50, theirs: 50 }, 2_000_000_000, 3);
    const outcome = reconciled(setOf([...both, ...ours]), setOf([...both, ...theirs]));
    expect(outcome.have.length + outcome.need.length).toBe(100);
    expect(outcome.rounds).toBeLessThanOrEqual(3);
    expect(outcome.bytes).toBeLessThan(50 * 1024);
  });

  it("ends although the sets change between the messages", () => {
    const { both, ours, theirs } = sidesOf({ both: 3000, ours: 0, theirs: 900 }, 3000, 4);
    const [here, there] = [setOf(both), setOf([...both, ...theirs])];
    const late = [...ours, ...theirs];
    const got = new Set<string>();
    const open = new OpenRanges();
    let message: Uint8Array | undefined = beginReconciliation(here, 4096);
    for (let round = 0; message !== undefined; round++) {
      expect(round).toBeLessThan(200);
      const found = continueReconciliation(here, answerReconciliation(there, message, 4096), 4096, open);
      for (const id of found.need) got.add(id);
      for (const item of late.filter(({ digest }) => found.need.some((id) => Buffer.compare(digestOf(id), digest) === 0)))
        here.add(item);
      there.add(itemOf(-1 - round, 1_700_000_000));
      message = found.message;
    }
    for (const id of idsOf(theirs)) expect(got.has(id)).toBe(true);
  });
});

/** The independent implementation reads dates of 32 bits only, so that these sets are dated in seconds. */
function theirsOf(items: readonly RangeItem[], limit = 60_000): nip77.Negentropy {
  const storage = new nip77.NegentropyStorageVector();
  for (const { createdAt, digest } of items) storage.insert(createdAt, Buffer.from(digest).toString("hex"));
  storage.seal();
  return new nip77.Negentropy(storage, limit);
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const hexesOf = (items: readonly RangeItem[]): string[] => items.map(({ digest }) => hexOf(digest)).sort();

/**
 * It keeps no account of what it has found: where our closing fingerprint covers a range that was listed a round earlier, and something in it differs, it goes through the range
 * again and names the same ids once more. So it is held to what it finds, not to how often.
 */
describe("with the initiator of nostr-tools", () => {
  it("answers it so that it finds all differences and nothing else", () => {
    fc.assert(
      fc.property(sides, fc.constantFrom(4096, 60_000), ({ both, ours, theirs }, limit) => {
        const initiator = theirsOf([...both, ...theirs], limit);
        const here = setOf([...both, ...ours]);
        const have = new Set<string>();
        const need = new Set<string>();
        let message: string | null = initiator.initiate();
        for (let round = 0; message !== null; round++) {
          expect(round).toBeLessThan(200);
          const reply = answerReconciliation(here, Buffer.from(message, "hex"), limit);
          message = initiator.reconcile(
            hexOf(reply),
            (id) => have.add(id),
            (id) => need.add(id),
          );
        }
        expect([...have].sort()).toEqual(hexesOf(theirs));
        expect([...need].sort()).toEqual(hexesOf(ours));
      }),
      // Four of the ids are named twice.
      { numRuns: 40, examples: [[sidesOf({ both: 1130, ours: 74, theirs: 60 }, 1, 679), 4096]] },
    );
  });

  it("leads it, which keeps to itself what it finds in lists of ids, to all differences between the two", () => {
    fc.assert(
      fc.property(sides, ({ both, ours, theirs }) => {
        const responder = theirsOf([...both, ...theirs]);
        const here = setOf([...both, ...ours]);
        const open = new OpenRanges();
        const have = new Set<string>();
        const need = new Set<string>();
        let message: Uint8Array | undefined = beginReconciliation(here, 60_000);
        for (let round = 0; message !== undefined; round++) {
          expect(round).toBeLessThan(200);
          const reply: string | null = responder.reconcile(
            hexOf(message),
            (id) => need.add(id),
            (id) => have.add(id),
          );
          if (reply === null) break;
          const found = continueReconciliation(here, Buffer.from(reply, "hex"), 60_000, open);
          for (const id of found.have) have.add(hexOf(digestOf(id)));
          for (const id of found.need) need.add(hexOf(digestOf(id)));
          message = found.message;
        }
        expect([...have].sort()).toEqual(hexesOf(ours));
        expect([...need].sort()).toEqual(hexesOf(theirs));
      }),
      { numRuns: 40 },
    );
  });
});
