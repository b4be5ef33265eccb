/** What is worked out piece by piece, and kept by its spelling, must be what the whole text says. */
import { lessonText } from "@grapevine/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { gistOf, stemsIn } from "../src/gist.ts";
import { PiecedText, tokensOf } from "../src/tokens.ts";

const piece = fc.constantFrom(
  "Copy",
  "the Box",
  "READ-only",
  "5 s",
  "v1.2",
  "not",
  "--by",
  "don’t",
  "ﬁle",
  "é",
  "(",
  '"',
  ",",
  ".",
  "...",
  ",.",
  " ",
);
const field = fc.oneof(
  { weight: 20, arbitrary: fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(" ")) },
  { weight: 1, arbitrary: fc.constant("box shelf ".repeat(400)) },
);

it("the fields of a lesson one by one have the tokens of its text", () => {
  fc.assert(
    fc.property(fc.record({ title: field, situation: field, guidance: field }), (fields) => {
      const apart = [fields.title, fields.situation, fields.guidance].map((each) => new PiecedText(each));
      expect(tokensOf(apart)).toEqual(tokensOf([new PiecedText(lessonText(fields))]));
    }),
    { numRuns: 500 },
  );
});

it("the pieces of a text have its gist", () => {
  fc.assert(
    fc.property(field, (text) => {
      expect(gistOf(new PiecedText(text))).toEqual(new Set(stemsIn(text)));
    }),
    { numRuns: 300 },
  );
});
