/** What a repair makes of a lesson of which only the record is left. */
import { join } from "node:path";
import { systemClock } from "@grapevine/core";
import { sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { ClassicLevel } from "classic-level";
import { expect, it } from "vitest";
import { openStore, repairStore } from "../src/index.ts";
import { keyspaces, textKey } from "../src/keyspace.ts";
import { databaseFolder } from "../src/open-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

it("a draft that was kept back until its trial is not passed on, and what was passed on is", async () => {
  const [self, stranger] = [sampleIdentity(1), sampleIdentity(2)];
  const [proved, draft, own, foreign] = [
    sampleLesson(self, { seq: 1 }),
    sampleLesson(self, { seq: 2, derivedFrom: [sampleLesson(stranger).id] }),
    sampleLesson(self, { seq: 3 }),
    sampleLesson(stranger, { seq: 4 }),
  ] as const;
  const path = join(temporaryFolder(), "store");
  const store = await openStore({ path, clock: systemClock });
  await store.lessons.apply([
    { kind: "lesson", lesson: sampleStoredLesson(proved, 0, "own") },
    { kind: "lesson", lesson: { ...sampleStoredLesson(draft, 1, "held"), consolidates: proved.id } },
    { kind: "lesson", lesson: sampleStoredLesson(own, 2, "own") },
    { kind: "lesson", lesson: sampleStoredLesson(foreign, 3, "held") },
  ]);
  await store.close();
  const level = new ClassicLevel<Buffer, Buffer>(databaseFolder(path), { keyEncoding: "buffer", valueEncoding: "buffer" });
  await level.open();
  for (const { id } of [draft, own, foreign]) await level.put(textKey(keyspaces.standing, id), Buffer.from("no standing"));
  await level.close();
  await repairStore({ path, clock: systemClock });
  const repaired = await openStore({ path, clock: systemClock });
  const offered: string[] = [];
  for await (const { id } of repaired.lessons.recordKeys()) offered.push(id);
  expect(offered.sort()).toEqual([proved.id, own.id, foreign.id].sort());
  expect(await repaired.lessons.get(draft.id)).toMatchObject({
    standing: { state: "held" },
    consolidates: draft.body.derivedFrom[0],
  });
  expect((await repaired.lessons.get(own.id))?.consolidates).toBeUndefined();
  await repaired.close();
});
