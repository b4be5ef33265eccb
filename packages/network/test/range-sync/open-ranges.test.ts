import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OpenRanges } from "../../src/range-sync/open-ranges.ts";
import { endBound, type RangeBound } from "../../src/range-sync/range-bound.ts";

const places = 30;
const boundAt = (place: number): RangeBound =>
  place === places ? endBound : { createdAt: Math.floor(place / 3), prefix: Uint8Array.of(place % 3) };
const cells = Array.from({ length: places }, (_, place) => place);
const spans = fc.array(
  fc.tuple(fc.nat(places), fc.nat(places)).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const),
  { maxLength: 40 },
);

/** Which steps from one place to the next are open. */
function openCells(open: OpenRanges): number[] {
  return cells.filter((place) => open.within(boundAt(place), boundAt(place + 1)).length > 0);
}

describe("open ranges", () => {
  it("are everything but what was closed, in as many ranges as are allowed", () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 6 }), (closings, maxRanges) => {
        const open = new OpenRanges(maxRanges);
        let expected = cells;
        for (const [lower, upper] of closings) {
          const left = expected.filter((place) => place < lower || place >= upper);
          const isClosed = open.close(boundAt(lower), boundAt(upper));
          if (isClosed) expected = left;
          else expect(runsOf(left)).toBeGreaterThan(maxRanges);
          expect(openCells(open)).toEqual(expected);
          expect(open.within(boundAt(0), endBound).length).toBe(runsOf(expected));
        }
      }),
    );
  });

  it("are given within bounds, and where they end", () => {
    const open = new OpenRanges();
    open.close(boundAt(10), boundAt(20));
    expect(open.within(boundAt(5), boundAt(25))).toEqual([
      { lower: boundAt(5), upper: boundAt(10) },
      { lower: boundAt(20), upper: boundAt(25) },
    ]);
    expect(open.within(boundAt(10), boundAt(20))).toEqual([]);
    expect([open.endAfter(boundAt(5)), open.endAfter(boundAt(20))]).toEqual([boundAt(10), endBound]);
  });
});

function runsOf(places: readonly number[]): number {
  return places.filter((place) => !places.includes(place - 1)).length;
}
