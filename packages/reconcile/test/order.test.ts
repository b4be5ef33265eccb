/** What spares looking for things that have changed places must never hide one that has. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { areInOneOrder, crossed, turnedRow, turnedTie } from "../src/order.ts";
import { PiecedText } from "../src/tokens.ts";
import { type Wording, wordingOf } from "../src/wording.ts";

const word = fc.constantFrom(
  "box",
  "shelf",
  "copy",
  "tool",
  "red",
  "RED",
  "BLUE",
  "--by",
  "not",
  "and",
  "from",
  "to",
  "with",
  "replace",
  ",",
  ".",
);
const text = fc.array(word, { minLength: 3, maxLength: 14 }).map((words) => words.join(" "));

it("texts in one order have nothing that has changed places or is tied crosswise", () => {
  let inOneOrder = 0;
  fc.assert(
    fc.property(text, text, (one, other) => {
      const [first, second] = [wordingFrom(one), wordingFrom(other)];
      if (!areInOneOrder(first.places, second.places)) return;
      inOneOrder += 1;
      expect(turnedTie(first.ties, second.ties)).toBeUndefined();
      expect(turnedRow(first.triples, second.triples)).toBeUndefined();
      expect(crossed(first.segments, second.segments)).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
  expect(inOneOrder).toBeGreaterThan(50);
});

it("texts that differ in the order of what they share are looked at", () => {
  const places = (each: string): Wording["places"] => wordingFrom(each).places;
  expect(areInOneOrder(places("copy the box to the shelf"), places("copy the shelf to the box"))).toBe(false);
  expect(areInOneOrder(places("copy the box to the shelf"), places("move the box onto a shelf"))).toBe(true);
});

function wordingFrom(text: string): Wording {
  return wordingOf(new PiecedText(text));
}
