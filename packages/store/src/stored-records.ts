/**
 * Records of all five types, by their ids, and what authors say of lessons. What was decoded is cached, since it is sent on to several peers; a record never changes, and
 * one that is gone is not given.
 */
import type { RecordId, SignedRecord } from "@grapevine/core";
import { LRUCache } from "lru-cache";
import type { Database } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { type Keyspace, keyspaces, prefixRange, textKey } from "./keyspace.ts";
import { decodePointer } from "./lesson-encoding.ts";
import { checkedFrame, decodeFrame } from "./stored-frame.ts";

export class StoredRecords {
  readonly #database: Database;
  readonly #records: LRUCache<RecordId, SignedRecord> = new LRUCache({ max: maxCachedRecords });

  constructor(database: Database) {
    this.#database = database;
  }

  async get(id: RecordId): Promise<SignedRecord | undefined> {
    const cached = this.#records.get(id);
    const keys = [textKey(keyspaces.recordType, id), textKey(keyspaces.frame, id)];
    const [type, frame] = await this.#database.getMany(cached === undefined ? keys : keys.slice(0, 1));
    if (type === undefined) return undefined;
    if (cached !== undefined) return cached;
    const record = decodeFrame(id, frame);
    this.keep(record);
    return record;
  }

  /** Read together and not decoded; undefined where there is none. @throws STORE_DAMAGED */
  async frames(ids: readonly RecordId[]): Promise<(Uint8Array | undefined)[]> {
    const keys = [keyspaces.recordType, keyspaces.frame].flatMap((keyspace) => ids.map((id) => textKey(keyspace, id)));
    const found = await this.#database.getMany(keys);
    return ids.map((id, index) => (found[index] === undefined ? undefined : checkedFrame(id, found[ids.length + index])));
  }

  /** Remembers what was read otherwise. */
  keep(record: SignedRecord): void {
    this.#records.set(record.id, record);
  }

  /** In memory; it may be gone from the store. */
  cached(id: RecordId): SignedRecord | undefined {
    return this.#records.get(id);
  }

  /** Lets go of all that is in memory: what is there of a lesson that is forgotten is only known by what it says. */
  clear(): void {
    this.#records.clear();
  }

  /** What all authors say of a lesson, or all that is said of the members of a swarm: what the keys that begin so point to. */
  async allAuthored<Kind extends SignedRecord>(
    keyspace: Keyspace,
    about: string,
    isKind: (record: SignedRecord) => record is Kind,
  ): Promise<Kind[]> {
    const keys: Buffer[] = [];
    for await (const { key } of this.#database.entries(prefixRange(textKey(keyspace, about)))) keys.push(key);
    const records = await Promise.all(keys.map((key) => this.authored(key, isKind)));
    return records.filter((record) => record !== undefined);
  }

  /** The record that a key's pointer names. A commit may replace both between the two reads: then the new one is read. */
  async authored<Kind extends SignedRecord>(
    key: Buffer,
    isKind: (record: SignedRecord) => record is Kind,
  ): Promise<Kind | undefined> {
    let missing: RecordId | undefined;
    for (;;) {
      const value = await this.#database.get(key);
      if (value === undefined) return undefined;
      const { id } = decodePointer(value);
      const record = await this.get(id);
      if (record !== undefined && isKind(record)) return record;
      if (id === missing) throw storeErrors.create("STORE_DAMAGED", `record ${id} is named but not there`);
      missing = id;
    }
  }
}

/** Two to three kilobytes each, decoded. */
const maxCachedRecords = 2048;
