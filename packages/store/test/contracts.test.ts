import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@grapevine/core";
import { experienceStoreContract, lessonStoreContract, MemoryExperienceStore, MemoryLessonStore } from "@grapevine/testing";
import { openStore, type Store } from "../src/index.ts";

async function openTemporaryStore(maxRefused?: number): Promise<{ readonly store: Store; readonly close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "grapevine-store-"));
  const store = await openStore({
    path: join(folder, "store"),
    clock: systemClock,
    ...(maxRefused === undefined ? {} : { maxRefused }),
  });
  const close = async (): Promise<void> => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  return { store, close };
}

const nothingToClose = async (): Promise<void> => undefined;

experienceStoreContract("the store on LevelDB", {
  create: async () => {
    const { store, close } = await openTemporaryStore();
    return { store: store.experiences, close };
  },
});
experienceStoreContract("the store in memory", {
  create: async () => ({ store: new MemoryExperienceStore(), close: nothingToClose }),
});

lessonStoreContract("the store on LevelDB", {
  create: async ({ maxRefused }) => {
    const { store, close } = await openTemporaryStore(maxRefused);
    return { store: store.lessons, close };
  },
});
lessonStoreContract("the store in memory", {
  create: async ({ maxRefused }) => ({ store: new MemoryLessonStore({ maxRefused }), close: nothingToClose }),
});
