/** Tells those who keep a copy of what is passed on which keys each commit has added to it and taken out. */
import type { RecordId } from "@grapevine/core";
import type { Write } from "./database.ts";
import { keyspaces, recordKeyParts } from "./keyspace.ts";

export interface ListedRecord {
  readonly id: RecordId;
  /** The author's clock, milliseconds. */
  readonly createdAt: number;
}

export interface RecordKeyChange {
  readonly added: readonly ListedRecord[];
  readonly removed: readonly ListedRecord[];
}

export class RecordKeyChanges {
  readonly #followers = new Set<(change: RecordKeyChange) => void>();

  /** Calls back after each commit that changes what is passed on, before the commit is acknowledged. A key may be named that was there already. */
  follow(onChange: (change: RecordKeyChange) => void): () => void {
    this.#followers.add(onChange);
    return () => void this.#followers.delete(onChange);
  }

  note(writes: readonly Write[]): void {
    if (this.#followers.size === 0) return;
    const concerned = writes.filter(({ key }) => key[0] === keyspaces.recordKey);
    if (concerned.length === 0) return;
    const keysOf = (some: readonly Write[]): ListedRecord[] => some.map(({ key }) => recordKeyParts(key));
    const added = keysOf(concerned.filter(({ sealed }) => sealed !== undefined));
    const removed = keysOf(concerned.filter(({ sealed }) => sealed === undefined));
    for (const follower of this.#followers) follower({ added, removed });
  }
}
