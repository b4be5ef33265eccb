/**
 * The one way to write. Changes are prepared one after the other, each seeing what those before it wrote, and go to the disk in groups: whatever
 * waits while a commit is being written becomes the next one.
 *
 * Guarantees: a change is written whole or not at all, and survives a kill and a power cut when its promise resolves (see checkpoint.ts for how); a change whose
 * preparation throws leaves no trace. Every commit leaves a key in the journal, for as many commits as LevelDB's logs can hold, since LevelDB skips a
 * damaged stretch of a log without a word. After a failed write nobody knows what is on the disk, so every later write is refused until the store is opened again.
 */
import { GrapevineError, messageOf } from "@grapevine/core";
import { type Checkpoint, maxRedoBytes } from "./checkpoint.ts";
import type { Database, Write } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { keyspaces, numberKey, stateKey } from "./keyspace.ts";
import { seal } from "./sealed-value.ts";
import type { StoreState } from "./state.ts";
import { Transaction } from "./transaction.ts";

/** A commit writes 500 bytes or more, so that LevelDB's two logs of 4 MiB cannot hold this many. */
export const journalLength = 32_768;

export interface CommitQueueComponents {
  readonly database: Database;
  readonly checkpoint: Checkpoint;
  /** Told what a commit has written, once it is on the disk: in the moment in which `state` becomes that of the commit, before anybody is told. */
  readonly onWritten: (writes: readonly Write[]) => void;
}

interface Waiting {
  /** To be waited for before the change is prepared, while no commit is under way. */
  readonly look?: () => Promise<void>;
  /** Prepares the change; gives what settles its promise once the commit is on the disk. */
  readonly prepare: (transaction: Transaction) => () => void;
  readonly reject: (error: unknown) => void;
}

export class CommitQueue {
  readonly #components: CommitQueueComponents;
  readonly #waiting: Waiting[] = [];
  #state: StoreState;
  #draining: Promise<void> | undefined;
  #refusal: GrapevineError | undefined;

  constructor(components: CommitQueueComponents, state: StoreState) {
    this.#components = components;
    this.#state = state;
  }

  /** As of the last commit that is on the disk. */
  get state(): StoreState {
    return this.#state;
  }

  /** Resolves to what `change` gives, when all that it wrote is on the disk. @throws STORE_CLOSED, STORE_WRITE_FAILED, and what `change` throws */
  commit<T>(change: (transaction: Transaction) => T): Promise<T> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        prepare: (transaction) => {
          const result = change(transaction);
          return (): void => resolve(result);
        },
        reject,
      });
      this.#draining ??= this.#drain();
    });
  }

  /**
   * As `commit`, for a change that needs to know what is on the disk: `look` runs when all earlier changes are there, and no other is written before this one.
   * @throws what `look` throws, too
   */
  commitAlone<Seen, T>(look: () => Promise<Seen>, change: (transaction: Transaction, seen: Seen) => T): Promise<T> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return new Promise<T>((resolve, reject) => {
      let seen: Seen;
      this.#waiting.push({
        look: async () => {
          seen = await look();
        },
        prepare: (transaction) => {
          const result = change(transaction, seen);
          return (): void => resolve(result);
        },
        reject,
      });
      this.#draining ??= this.#drain();
    });
  }

  /** Refuses new changes and waits for those that were accepted. */
  async close(): Promise<void> {
    this.#refusal ??= storeErrors.create("STORE_CLOSED", "the store is closed");
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commitGroup();
    this.#draining = undefined;
  }

  async #commitGroup(): Promise<void> {
    const group = new Transaction(this.#components.database, this.#state);
    const members: { readonly settle: () => void; readonly reject: (error: unknown) => void }[] = [];
    while (this.#waiting.length > 0 && group.bytes < maxGroupBytes) {
      if (this.#waiting[0]?.look !== undefined && members.length > 0) break; // what it looks at must be on the disk
      const waiting = this.#waiting.shift() as Waiting;
      const part = new Transaction(group, group.state);
      try {
        await waiting.look?.();
        const settle = waiting.prepare(part);
        group.absorb(part);
        members.push({ settle, reject: waiting.reject });
      } catch (error) {
        waiting.reject(error);
      }
    }
    try {
      if (group.bytes > 0) await this.#write(group);
    } catch (error) {
      for (const { reject } of members) reject(error);
      return;
    }
    for (const { settle } of members) settle();
  }

  async #write(group: Transaction): Promise<void> {
    if (GrapevineError.is(this.#refusal, "STORE_WRITE_FAILED")) throw this.#refusal;
    const state: StoreState = { ...group.state, commit: this.#state.commit + 1 };
    const journalKey = numberKey(keyspaces.journal, state.commit);
    const writes: Write[] = [
      ...group.writes(),
      { key: stateKey, sealed: seal(stateKey, Buffer.from(JSON.stringify(state))) },
      { key: journalKey, sealed: seal(journalKey, Buffer.alloc(0)) },
    ];
    if (state.commit > journalLength) {
      writes.push({ key: numberKey(keyspaces.journal, state.commit - journalLength), sealed: undefined });
    }
    try {
      await this.#writeTwice(state, writes, group.bytes);
    } catch (error) {
      this.#refusal = storeErrors.create("STORE_WRITE_FAILED", `the store could not write: ${messageOf(error)}`, {
        cause: error,
      });
      throw this.#refusal;
    }
    this.#state = state;
    this.#components.onWritten(writes);
  }

  async #writeTwice(state: StoreState, writes: readonly Write[], bytes: number): Promise<void> {
    const { database, checkpoint } = this.#components;
    if (bytes > maxRedoBytes) {
      // What could not be made again must be durable, and so must all before it: making only those again would undo it.
      const writeEntry = await checkpoint.prepare(state, undefined);
      await database.syncLogs();
      await database.write(writes, { sync: true });
      await database.syncLogs();
      await writeEntry();
      return;
    }
    const writeEntry = await checkpoint.prepare(state, writes);
    // Both are waited for, even when one fails: a write that is still going on must not meet the closing of its file.
    const results = await Promise.allSettled([writeEntry(), database.write(writes, { sync: false })]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

/** A group takes no further change once it is this large, so that what many small changes make is small enough to be made again. */
const maxGroupBytes: number = 32 * 1024;
