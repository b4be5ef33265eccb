import { createIdentity, decodeRecord } from "@grapevine/core";
import { expect, it } from "vitest";
import { mutate, refuseOversized } from "../src/flood/bytes.ts";
import { floodLesson } from "../src/flood/flood-lesson.ts";

it("takes no altered frame for a record, and would take many if their form were all", () => {
  const { tried, taken, takenByForm } = mutate(300, 1);
  expect([tried, taken]).toEqual([300, 0]);
  expect(takenByForm).toBeGreaterThan(0.2);
});

it("alters frames that were records", () => {
  const identity = createIdentity();
  expect(decodeRecord(floodLesson(identity, 7).frame).body.author).toBe(identity.author);
});

it("refuses oversized messages in less time and memory than decoding them takes", () => {
  const { defended, undefended } = refuseOversized();
  expect(defended.mostMs).toBeLessThan(undefended.mostMs);
  expect(undefended.mostMs).toBeGreaterThan(5);
});
