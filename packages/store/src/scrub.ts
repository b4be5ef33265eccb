/**
 * Makes what was forgotten leave the disk: LevelDB keeps a deleted or replaced value until it happens to merge the table that holds it, and the checkpoint keeps the
 * writes of the last commits.
 *
 * LevelDB merges the tables of its lowest level only with those above that have keys between theirs. So each key whose value is to go, all of which the commits have
 * noted, is deleted once more, or written once more with the value that it has now: when that is merged down, it meets every table that holds an older one.
 *
 * Guarantees: safe at any moment, also while others read and write; broken off by a kill it has changed nothing that is stored, and the next one does what this one has
 * not done. A range that somebody reads meanwhile may keep older values on the disk, until it is done once more. Does not: delete the copy of a damaged store that a repair
 * put beside it, which is the user's; overwrite the blocks that the file system has set free.
 */
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Checkpoint } from "./checkpoint.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { Database } from "./database.ts";
import { keyOfErased, keyspaceRange, keyspaces } from "./keyspace.ts";
import { filesBelow, unlessGone } from "./traces.ts";
import type { Transaction } from "./transaction.ts";

export interface ScrubReport {
  /** What the store took on the disk. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export interface ScrubComponents {
  /** The store's own folder. */
  readonly path: string;
  readonly database: Database;
  readonly commits: CommitQueue;
  readonly checkpoint: Checkpoint;
}

/** One after the other. */
export class Scrubbing {
  readonly #components: ScrubComponents;
  #last: Promise<unknown> = Promise.resolve();

  constructor(components: ScrubComponents) {
    this.#components = components;
  }

  /** @throws STORE_CLOSED, STORE_WRITE_FAILED, STORE_UNAVAILABLE, STORE_DAMAGED */
  async scrub(): Promise<ScrubReport> {
    const scrubbed = this.#last.then(() => scrubStore(this.#components));
    this.#last = Promise.allSettled([scrubbed]);
    return await scrubbed;
  }

  /** Resolves when none is under way. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

async function scrubStore({ path, database, commits, checkpoint }: ScrubComponents): Promise<ScrubReport> {
  const bytesBefore = await bytesBelow(path);
  await database.readersLeave();
  await database.flush(); // so that no value comes into one table with its deletion, which nothing might merge
  const erased = await commits.commitAlone(() => erasedKeys(database), writeAgain);
  await commits.commitAlone(
    () => checkpoint.clear(commits.state),
    () => undefined,
  );
  await database.compact();
  await database.readersLeave();
  await database.flush(); // those may have had old tables open
  await commits.commit((transaction) => {
    for (const key of erased) transaction.delete(key);
  });
  // What a repair leaves when it is broken off: nobody repairs a store that is open.
  for (const leftover of ["rebuilt", join("leveldb", "lost")]) await rm(join(path, leftover), { recursive: true, force: true });
  return { bytesBefore, bytesAfter: await bytesBelow(path) };
}

async function erasedKeys(database: Database): Promise<readonly Buffer[]> {
  const erased: Buffer[] = [];
  for await (const keys of database.keyChunks(keyspaceRange(keyspaces.erased))) erased.push(...keys);
  return erased;
}

function writeAgain(transaction: Transaction, erased: readonly Buffer[]): readonly Buffer[] {
  for (const note of erased) {
    const key = keyOfErased(note);
    const value = transaction.getSync(key);
    if (value === undefined) transaction.delete(key);
    else transaction.put(key, value);
  }
  return erased;
}

async function bytesBelow(folder: string): Promise<number> {
  const sizes = await Promise.all((await filesBelow(folder)).map((file) => unlessGone(async () => (await stat(file)).size)));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}
