/**
 * Locks between the processes of one machine.
 *
 * Guarantees: one holder at a time for a lock file, in this process or any other; the kernel frees the lock when its holder ends, however it ends.
 * Does not guarantee: any order among those who wait (see `generation-lock.ts`), or anything against programs that do not ask for the lock.
 *
 * A waiter asks again and again instead of blocking inside the kernel: a blocked call would hold a thread of Node's small pool, could not be
 * given up, and would keep the process from exiting.
 */
import { open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { tryLock, unlock } from "fs-native-extensions";

/** Pauses shrink while one waits, so that whoever has waited long asks more often than one who has just come. Short beside a generation. */
const firstPauseMs = 20;
const lastPauseMs = 8;

export interface HeldLock {
  release(): Promise<void>;
}

/** Waits for the lock on the file, which is made if it is not there. @throws the signal's reason, or the error of opening the file */
export async function acquireFileLock(path: string, signal?: AbortSignal): Promise<HeldLock> {
  const file = await open(path, "a", 0o600);
  try {
    for (let tries = 0; !tryLock(file.fd); tries++) {
      await pause(Math.max(lastPauseMs, firstPauseMs - tries), undefined, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    release: async (): Promise<void> => {
      unlock(file.fd);
      await file.close();
    },
  };
}
