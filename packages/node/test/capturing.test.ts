/** An outcome and what it moves, on a store on the disk: both are there, or neither. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExperienceId, type Experience, type LessonStore, type Outcome, type StoreChange } from "@grapevine/core";
import { openStore, type Store } from "@grapevine/store";
import { sampleExperience, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type CapturingComponents, captureExperience, concludeExperience } from "../src/capturing.ts";
import { createLedger } from "../src/ledger.ts";
import { openPrincipalBook } from "../src/principals.ts";
import { ReuseBook } from "../src/reusing.ts";
import { createRoom } from "../src/room.ts";

const clock = { now: () => 1_800_000_000_000 };
const [self, friend] = [sampleIdentity(1), sampleIdentity(2)];
const lesson = sampleLesson(friend);
const worked: Outcome = { verdict: "worked", verifiedBy: "environment", at: clock.now() };
const used: Experience = sampleExperience(createExperienceId(clock), {
  outcome: worked,
  distillation: "queued",
  lessons: [{ id: lesson.id, title: lesson.body.title, author: friend.author, similarity: 0.9, trust: 0, own: false }],
});
const { outcome: _, ...open } = used;

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-capturing-"));
  store = await openStore({ path: folder, clock });
  await store.lessons.apply([{ kind: "lesson", lesson: sampleStoredLesson(lesson, 0) }]);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** `breaks`: the batch that holds the counts is never written, as when the process ends before it. */
async function components(breaks = false): Promise<CapturingComponents> {
  const principals = await openPrincipalBook(store.lessons);
  const lessons: LessonStore = new Proxy(store.lessons, {
    get: (target, name) => {
      if (name === "apply" && breaks) {
        return async (changes: readonly StoreChange[]) => {
          if (changes.some(({ kind }) => kind === "lesson")) throw new Error("the process ends here");
          await target.apply(changes);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const limits = { capacity: 100, heldShare: 0.5, authorShare: 1 };
  const utilitiesOf = async (glances: readonly unknown[]): Promise<number[]> => glances.map(() => 0);
  const room = createRoom({ store: lessons, principals, self: self.author, limits, utilitiesOf });
  const unheard = (): void => undefined;
  const ledger = createLedger({
    store: lessons,
    principals,
    self: self.author,
    clock,
    room,
    onLessons: unheard,
    onOutbox: unheard,
  });
  return {
    store: lessons,
    principals,
    identity: self,
    clock,
    experiences: store.experiences,
    ledger,
    reuse: new ReuseBook(store.experiences),
  };
}

/** What is there after the store was opened anew. */
async function left(): Promise<readonly unknown[]> {
  await store.close();
  store = await openStore({ path: folder, clock });
  const experience = await store.experiences.get(used.id);
  return [experience?.outcome, experience?.distillation, (await store.lessons.get(lesson.id))?.outcomes];
}

it("what the agent lived through has its outcome and its counts, or waits for both", async () => {
  const nothing = { worked: 0, changed: 0, failed: 0 };
  await expect(captureExperience(used, await components(true))).rejects.toThrow("the process ends here");
  expect(await left()).toEqual([undefined, "waiting", nothing]);
  await concludeExperience(used.id, worked, await components());
  expect(await left()).toEqual([worked, "queued", { ...nothing, worked: 1 }]);
});

it("what the user says of an experience is counted with it, once", async () => {
  const failed: Outcome = { ...worked, verdict: "failed" };
  await captureExperience(used, await components());
  expect(await left()).toEqual([worked, "queued", { worked: 1, changed: 0, failed: 0 }]);
  await expect(concludeExperience(used.id, failed, await components(true))).rejects.toThrow("the process ends here");
  expect(await left()).toEqual([worked, "queued", { worked: 1, changed: 0, failed: 0 }]);
  for (let time = 0; time < 2; time++) await concludeExperience(used.id, failed, await components());
  expect(await left()).toEqual([failed, "queued", { worked: 0, changed: 0, failed: 1 }]);
});

it("an outcome of an experience that is not there undoes the whole batch", async () => {
  const change = { kind: "experience-outcome", id: "01NOBODY", outcome: worked, distillation: "queued" } as const;
  const counted = { kind: "lesson", lesson: { ...sampleStoredLesson(lesson, 0), usedAt: 5 } } as const;
  await expect(store.lessons.apply([counted, change])).rejects.toMatchObject({ code: "EXPERIENCE_UNKNOWN" });
  expect((await store.lessons.get(lesson.id))?.usedAt).toBe(0);
  await store.experiences.append({ ...open });
  const before = store.experiences.revision();
  await store.lessons.apply([counted, { ...change, id: used.id }]);
  expect(store.experiences.revision()).not.toBe(before);
  expect((await store.experiences.get(used.id))?.outcome).toEqual(worked);
});
