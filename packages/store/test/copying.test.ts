/** A store as a stream, while it is used, and a store made of it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createExperienceId, type Experience, systemClock } from "@grapevine/core";
import { expect, it } from "vitest";
import { openStore, restoreStore, type Store } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function experience(number: number): Experience {
  return {
    id: createExperienceId(systemClock),
    createdAt: number,
    prompt: `prompt ${number} ${"x".repeat(2_000)}`,
    steps: [],
    answer: "",
    lessons: [],
    model: "none",
    ms: 0,
    distillation: "waiting",
  };
}

async function promptsOf(store: Store): Promise<number[]> {
  const found: number[] = [];
  for await (const { createdAt } of store.experiences.list({ oldestFirst: true })) found.push(createdAt);
  return found;
}

async function piecesOf(store: Store, meanwhile?: () => Promise<void>): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of store.copy()) {
    pieces.push(Buffer.from(piece));
    await meanwhile?.();
  }
  return pieces;
}

async function* streamed(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

it("holds one moment whole while commits go on, and gives no number away twice", async () => {
  const folder = temporaryFolder();
  const store = await openStore({ path: join(folder, "one"), clock: systemClock });
  for (let number = 0; number < 400; number++) await store.experiences.append(experience(number));
  let later = 400;
  const pieces = await piecesOf(store, async () => await store.experiences.append(experience(later++)));
  expect(pieces.length).toBeGreaterThan(2);
  expect(later).toBeGreaterThan(402);
  const next = store.lessons.nextSequence();
  await store.close();

  const path = join(folder, "other");
  const whole = Buffer.concat(pieces);
  // Cut anywhere: frames lie across pieces.
  const report = await restoreStore({ path, clock: systemClock, stream: streamed([whole.subarray(0, 7), whole.subarray(7)]) });
  expect(report).toMatchObject({ experiences: 400, redoneCommits: 0 });
  const restored = await openStore({ path, clock: systemClock, createIfMissing: false });
  expect(await promptsOf(restored)).toEqual(Array.from({ length: 400 }, (_, number) => number));
  expect(restored.lessons.nextSequence()).toBeGreaterThan(next);
  await restored.experiences.append(experience(1));
  await restored.close();
});

it("makes no store of a stream that was cut, altered or lengthened", async () => {
  const folder = temporaryFolder();
  const store = await openStore({ path: join(folder, "one"), clock: systemClock });
  for (let number = 0; number < 3; number++) await store.experiences.append(experience(number));
  const whole = Buffer.concat(await piecesOf(store));
  await store.close();
  const path = join(folder, "other");
  const refused = async (bytes: Buffer): Promise<void> => {
    await expect(restoreStore({ path, clock: systemClock, stream: streamed([bytes]) })).rejects.toMatchObject({
      code: "STORE_DAMAGED",
    });
    rmSync(path, { recursive: true });
  };
  for (const length of [0, 3, 100, whole.length >> 1, whole.length - 1]) await refused(whole.subarray(0, length));
  for (let at = 0; at < whole.length; at += 997) {
    const altered = Buffer.from(whole);
    altered[at] = (altered[at] ?? 0) ^ 0x55;
    await refused(altered);
  }
  await refused(Buffer.concat([whole, Buffer.of(0)]));
});
