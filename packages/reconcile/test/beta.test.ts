import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betaQuantile, lowerBound } from "../src/beta.ts";

describe("the quantile of Beta(a, b)", () => {
  it("is what it is where it has a closed form", () => {
    for (const p of [0.01, 0.05, 0.5, 0.9]) {
      for (const n of [1, 2, 3, 10, 250]) {
        expect(betaQuantile(p, n, 1)).toBeCloseTo(p ** (1 / n), 7); // distribution function x^n
        expect(betaQuantile(p, 1, n)).toBeCloseTo(1 - (1 - p) ** (1 / n), 7); // 1 − (1 − x)^n
      }
      expect(betaQuantile(p, 0.5, 0.5)).toBeCloseTo(Math.sin((Math.PI * p) / 2) ** 2, 7); // the arcsine distribution
    }
  });
  it("is mirrored when a and b change places", () => {
    for (const [a, b] of [
      [2.5, 0.5],
      [7.25, 3],
      [120, 80],
    ] as const) {
      expect(betaQuantile(0.05, a, b)).toBeCloseTo(1 - betaQuantile(0.95, b, a), 7);
    }
  });
});

describe("the lower bound", () => {
  it("has the values that its description names", () => {
    expect(lowerBound(0, 0)).toBe(0);
    expect(lowerBound(1, 0)).toBeCloseTo(0.23, 2);
    expect(lowerBound(3, 0)).toBeCloseTo(0.59, 1);
    expect(lowerBound(10, 0)).toBeCloseTo(0.83, 1);
  });
  it("lies below the observed share, grows with success, shrinks with failure", () => {
    const count = fc.double({ min: 0, max: 500, noNaN: true });
    fc.assert(
      fc.property(count, count, (successes, failures) => {
        const bound = lowerBound(successes, failures);
        expect(bound).toBeGreaterThanOrEqual(0);
        expect(bound).toBeLessThanOrEqual((successes + 0.5) / (successes + failures + 1));
        expect(lowerBound(successes + 1, failures)).toBeGreaterThan(bound - 1e-9);
        expect(lowerBound(successes, failures + 1)).toBeLessThan(bound + 1e-9);
      }),
    );
  });
  it("comes near the observed share with much evidence", () => {
    expect(lowerBound(9000, 1000)).toBeCloseTo(0.895, 2);
  });
  it("refuses what is not a count", () => {
    for (const [successes, failures] of [
      [-1, 0],
      [0, -0.1],
      [Number.NaN, 0],
      [Number.POSITIVE_INFINITY, 1],
    ] as const) {
      expect(() => lowerBound(successes, failures)).toThrow(RangeError);
    }
  });
});
