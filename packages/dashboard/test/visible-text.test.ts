import { expect, it } from "vitest";
import { visibleText } from "../page/parts/visible-text.ts";

it("leaves what people write as it is", () => {
  for (const text of ["Öl auf die Scharniere", "два\nпо\tдва", "नमस्ते", "👩‍👩‍👧", "e\u0301"]) expect(visibleText(text)).toBe(text);
});

it("makes visible what has no shape, or turns the direction", () => {
  expect(visibleText("a\u202eb\u0000c\u200bd\u2066e\u3164f\u001b[31m")).toBe("a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffd[31m");
});

it("cuts stacks of marks, which would reach over other lines", () => {
  expect(visibleText(`e${"\u0301".repeat(4)}`)).toBe(`e${"\u0301".repeat(4)}`);
  expect(visibleText(`e${"\u0301".repeat(40)}x`)).toBe(`e${"\u0301".repeat(4)}x`);
});
