/** What a kill leaves of a rotation, at every step, and what the next start makes of it. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Identity, keyHashOf, type RotationBody, type SignedRecord, signRecord } from "@grapevine/core";
import { MemoryLessonStore } from "@grapevine/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadIdentity, type NodeHome, openHome, readKey, readOrMakeKey, replaceFile } from "../src/home.ts";
import { commitNextKey, keyFilesOf, settleKeys } from "../src/key-files.ts";

const clock = { now: () => 1_700_000_000_000 };
let folder: string;
let home: NodeHome;
let store: MemoryLessonStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-keys-"));
  home = await openHome(folder, "bo");
  store = new MemoryLessonStore();
});
afterEach(() => rm(folder, { recursive: true }));

const start = async (): Promise<Identity> => {
  await settleKeys(home, store);
  const identity = await loadIdentity(home, { mayCreate: true });
  await commitNextKey(home, identity, store, clock);
  return identity;
};
const names = async (): Promise<string[]> => (await readdir(home.folder)).sort();
const atRest = ["identity.json", "key", "next-key"];

function successor(next: Identity, follows: Identity, afterNext: Identity): SignedRecord<RotationBody> {
  const draft = {
    type: "rotation",
    seq: 9,
    createdAt: 1,
    nextKeyHash: keyHashOf(afterNext.author),
    follows: follows.author,
  } as const;
  return signRecord<RotationBody>(next, draft);
}

describe("the next key", () => {
  it("is made and committed to at the first start, and at no other", async () => {
    const { author } = await start();
    const [commitment] = await store.rotations();
    const next = await readKey(keyFilesOf(home).next);
    expect(commitment?.body).toMatchObject({ author, nextKeyHash: keyHashOf(next?.author ?? "") });
    expect(await store.outbox()).toEqual([commitment?.id]);
    await rm(keyFilesOf(home).next); // it is kept elsewhere
    await start();
    expect(await names()).toEqual(["identity.json", "key"]);
    expect(await store.rotations()).toEqual([commitment]);
  });

  it("is the one that is there already, where a kill came before the commitment", async () => {
    const made = await readOrMakeKey(keyFilesOf(home).next);
    await start();
    expect((await store.rotations())[0]?.body.nextKeyHash).toEqual(keyHashOf(made.author));
  });
});

describe("a rotation that is broken off", () => {
  it("before it is in the store has changed nothing", async () => {
    const present = await start();
    await readOrMakeKey(keyFilesOf(home).afterNext);
    expect((await start()).author).toBe(present.author);
    expect((await store.rotations()).length).toBe(1);
  });

  it.each([0, 1, 2])("after it is in the store is ended, wherever: %i files renamed", async (renamed) => {
    const files = keyFilesOf(home);
    const present = await start();
    const next = await readOrMakeKey(files.next);
    const afterNext = await readOrMakeKey(files.afterNext);
    await store.apply([{ kind: "rotation", record: successor(next, present, afterNext) }]);
    if (renamed > 0) await replaceFile(files.next, files.key);
    if (renamed > 1) await replaceFile(files.afterNext, files.next);
    expect((await start()).author).toBe(next.author);
    expect((await readKey(files.next))?.author).toBe(afterNext.author);
    expect(await names()).toEqual(atRest);
    expect(await store.rotations()).toHaveLength(2);
  });
});
