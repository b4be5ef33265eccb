import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerText } from "../src/embedded/answer-text.ts";

function read(pieces: readonly string[], stop: readonly string[]): { text: string; streamed: string } {
  let streamed = "";
  let whole = "";
  const answer = new AnswerText({
    stop,
    onText: (piece) => {
      streamed += piece;
    },
  });
  for (const piece of pieces) {
    whole += piece;
    if (answer.grow(whole)) break;
  }
  return { text: answer.finish(), streamed };
}

describe("the text of an answer", () => {
  it("ends before the first stop text, however the pieces are cut, and streams exactly that", () => {
    const piece = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 3 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n"), minLength: 1, maxLength: 3 }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), stops, (pieces, stop) => {
        const { text, streamed } = read(pieces, stop);
        const whole = pieces.join("");
        expect(streamed).toBe(text);
        expect(whole.startsWith(text)).toBe(true);
        expect(stop.some((each) => text.includes(each))).toBe(false);
        if (!stop.some((each) => whole.includes(each))) expect(text).toBe(whole);
      }),
    );
  });

  it("streams at once what cannot become a stop text, and holds back what can", () => {
    const pieces: string[] = [];
    const answer = new AnswerText({ stop: ["END"], onText: (piece) => pieces.push(piece) });
    answer.grow("go E");
    expect(pieces).toEqual(["go "]);
    answer.grow("go EN");
    expect(pieces).toEqual(["go "]);
    answer.grow("go ENT");
    expect(pieces).toEqual(["go ", "ENT"]);
  });

  it("does not stream half a character", () => {
    const pieces: string[] = [];
    const answer = new AnswerText({ stop: [], onText: (piece) => pieces.push(piece) });
    answer.grow("a\uFFFD");
    answer.grow("a✓");
    expect(pieces).toEqual(["a", "✓"]);
  });
});
