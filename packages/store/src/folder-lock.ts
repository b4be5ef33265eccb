/**
 * One open store a folder, over all processes. The lock is the kernel's, on a file that stays: it is gone with the process that held it, however that
 * process ended. Not guaranteed on network file systems whose servers do not keep locks.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Clock } from "@grapevine/core";
import { storeErrors } from "./errors.ts";

/** The part of fs-native-extensions that is used; the package has no types. */
interface FileLocks {
  /** Takes the whole file for this open descriptor, or gives false at once. */
  tryLock(descriptor: number): boolean;
}
const require: NodeJS.Require = createRequire(import.meta.url);
const fileLocks: FileLocks = require("fs-native-extensions");

export interface FolderLock {
  release(): void;
}

/** @throws STORE_LOCKED naming the folder and, where it is known, the process that holds it */
export function lockFolder(path: string, clock: Clock): FolderLock {
  const file = join(path, "lock");
  const descriptor = openSync(file, "a+", 0o600);
  if (!fileLocks.tryLock(descriptor)) {
    closeSync(descriptor);
    throw storeErrors.create("STORE_LOCKED", `${path} is in use${holderOf(file)}`);
  }
  ftruncateSync(descriptor);
  writeSync(descriptor, `process ${process.pid} since ${new Date(clock.now()).toISOString()}`);
  let held = true;
  return {
    release: (): void => {
      if (held) closeSync(descriptor); // closing the descriptor releases the lock
      held = false;
    },
  };
}

function holderOf(file: string): string {
  const holder = readFileSync(file, "utf8");
  return holder === "" ? "" : ` by ${holder}`;
}
