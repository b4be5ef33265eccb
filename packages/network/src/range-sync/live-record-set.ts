/**
 * The node's `RecordSet`, shared by all its syncs: read once from the store's keys, then kept by what the store tells of its changes.
 *
 * While the keys are being read, changes are kept back and applied afterwards, in order; adding what is there and removing what is not is nothing, so that it does
 * not matter which of them the reading has seen. A store that tells nothing is read anew for each sync.
 */
import type { RecordKey } from "@grapevine/core";
import type { RecordSetChange, RecordSetChanges, SyncRecords } from "../network-types.ts";
import type { RangeItem } from "./range-bound.ts";
import { digestOf } from "./record-digest.ts";
import { RecordSet } from "./record-set.ts";

export interface LiveRecordSetComponents {
  readonly records: Pick<SyncRecords, "recordKeys">;
  readonly changes?: RecordSetChanges | undefined;
}

export class LiveRecordSet {
  readonly #components: LiveRecordSetComponents;
  readonly #stopFollowing: () => void;
  /** The set, or its making. */
  #current: Promise<RecordSet> | undefined;
  /** Present while the keys are being read: what has changed meanwhile. */
  #keptBack: RecordSetChange[] | undefined;
  #set: RecordSet | undefined;
  #stopped = false;

  constructor(components: LiveRecordSetComponents) {
    this.#components = components;
    this.#stopFollowing = components.changes?.follow((change) => this.#follow(change)) ?? ((): void => undefined);
  }

  /** For one sync: as the store is now, or was when another sync began that is still reading. Rejects as the store's reading does, and with an error after `stop`. */
  async current(): Promise<RecordSet> {
    this.#current ??= this.#read();
    return this.#current;
  }

  stop(): void {
    this.#stopped = true;
    this.#stopFollowing();
  }

  async #read(): Promise<RecordSet> {
    const set = new RecordSet();
    this.#keptBack = [];
    try {
      for await (const key of this.#components.records.recordKeys()) {
        if (this.#stopped) throw new Error("the network stopped while the record keys were read");
        set.add(itemOf(key));
      }
      for (const change of this.#keptBack) apply(set, change);
      this.#set = set;
      if (this.#components.changes === undefined) this.#current = undefined;
      return set;
    } catch (error) {
      this.#current = undefined;
      throw error;
    } finally {
      this.#keptBack = undefined;
    }
  }

  #follow(change: RecordSetChange): void {
    if (this.#keptBack !== undefined) this.#keptBack.push(change);
    else if (this.#set !== undefined) apply(this.#set, change);
  }
}

function apply(set: RecordSet, { added, removed }: RecordSetChange): void {
  for (const key of removed) set.remove(itemOf(key));
  for (const key of added) set.add(itemOf(key));
}

function itemOf({ id, createdAt }: Pick<RecordKey, "id" | "createdAt">): RangeItem {
  return { createdAt, digest: digestOf(id) };
}
