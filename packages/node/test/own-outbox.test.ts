import { GrapevineError } from "@grapevine/core";
import { MemoryLessonStore, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { expect, it } from "vitest";
import { createOwnOutbox } from "../src/own-outbox.ts";

it("gives what can be read of what waits, says once what cannot, and hides no other failure", async () => {
  const store = new MemoryLessonStore();
  const records = [1, 2, 3].map((seq) => sampleLesson(sampleIdentity(1), { seq }));
  for (const record of records) {
    await store.apply([
      { kind: "lesson", lesson: sampleStoredLesson(record, store.nextLabel()) },
      { kind: "outbox-add", id: record.id },
    ]);
  }
  const [first, second, third] = records.map(({ id }) => id);
  let code = "STORE_DAMAGED";
  const said: unknown[] = [];
  const outbox = createOwnOutbox({
    lessons: {
      outbox: () => store.outbox(),
      apply: (changes) => store.apply(changes),
      record: async (id) => {
        if (id === second) throw new GrapevineError(code, "it is not what was written", "Look at the disk.");
        return await store.record(id);
      },
    },
    log: { error: (facts: unknown) => said.push(facts) },
  });
  expect((await outbox.pending()).map(({ id }) => id)).toEqual([first, third]);
  await outbox.published(first ?? "");
  expect((await outbox.pending()).map(({ id }) => id)).toEqual([third]);
  expect(said).toMatchObject([{ record: second }]);
  expect(await store.outbox()).toEqual([second, third]);
  code = "STORE_CLOSED";
  await expect(outbox.pending()).rejects.toMatchObject({ code });
});
