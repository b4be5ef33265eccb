import { type RecordKey, recordIdFromDigest } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import type { RecordSetChange } from "../../src/index.ts";
import { LiveRecordSet } from "../../src/range-sync/live-record-set.ts";
import { itemOf, setOf } from "./sets.ts";

const items = Array.from({ length: 10 }, (_, number) => itemOf(number, number));
const keys: readonly RecordKey[] = items.map(({ digest, createdAt }) => ({
  id: recordIdFromDigest(digest),
  type: "lesson",
  createdAt,
}));

/** A store whose keys come when they are let. */
class SlowStore {
  follower: ((change: RecordSetChange) => void) | undefined;
  readonly #gate = Promise.withResolvers<void>();

  open(): void {
    this.#gate.resolve();
  }

  fail(): void {
    this.#gate.reject(new Error("the disk is gone"));
  }

  async *recordKeys(): AsyncIterable<RecordKey> {
    yield* keys.slice(0, 4);
    await this.#gate.promise;
    yield* keys.slice(4, 8);
  }

  follow(onChange: (change: RecordSetChange) => void): () => void {
    this.follower = onChange;
    return () => {
      this.follower = undefined;
    };
  }

  tell(added: readonly RecordKey[], removed: readonly RecordKey[]): void {
    this.follower?.({ added, removed });
  }
}

describe("the record set of a node", () => {
  it("has what changed while the keys were read, whether or not the reading saw it", async () => {
    const store = new SlowStore();
    const live = new LiveRecordSet({ records: store, changes: store });
    const reading = live.current();
    store.tell(keys.slice(8, 9), keys.slice(0, 1));
    store.tell(keys.slice(2, 3), keys.slice(6, 7));
    store.open();
    const set = await reading;
    const expected = setOf(items.filter((_, number) => ![0, 6, 9].includes(number)));
    expect(set.digests(0, set.size)).toEqual(expected.digests(0, expected.size));
    store.tell(keys.slice(9), keys.slice(8, 9));
    expect([set.size, set.has(items[9] as (typeof items)[0]), set.has(items[8] as (typeof items)[0])]).toEqual([7, true, false]);
    expect(await live.current()).toBe(set);
    live.stop();
    expect(store.follower).toBeUndefined();
  });

  it("says that the store could not be read, and reads it again when asked again", async () => {
    const store = new SlowStore();
    const live = new LiveRecordSet({ records: store, changes: store });
    const reading = live.current();
    store.fail();
    await expect(reading).rejects.toThrow("the disk is gone");
    await expect(live.current()).rejects.toThrow("the disk is gone");
  });
});
