/** LevelDB with sealed values and this package's errors: the only file that talks to `classic-level`. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { GrapevineError, messageOf } from "@grapevine/core";
import { ClassicLevel } from "classic-level";
import { storeErrors } from "./errors.ts";
import type { KeyRange } from "./keyspace.ts";
import { unseal } from "./sealed-value.ts";

/** One write of a batch. A value is sealed already; undefined deletes. */
export interface Write {
  readonly key: Buffer;
  readonly sealed: Buffer | undefined;
}

export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface RangeOptions {
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** What LevelDB's iterators over entries and over keys have in common. */
interface ChunkedIterator<Item> {
  nextv(size: number): Promise<Item[]>;
  close(): Promise<void>;
}

export class Database {
  readonly #level: ClassicLevel<Buffer, Buffer>;
  /** One for each range that is being read; each settles when it has been. */
  readonly #reading: Set<Promise<void>> = new Set();
  /** Logs whose names are durable: a new one's must not be lost either. */
  #namedLogs: ReadonlySet<string> = new Set();

  private constructor(level: ClassicLevel<Buffer, Buffer>) {
    this.#level = level;
  }

  /** @throws STORE_DAMAGED, STORE_LOCKED, STORE_UNAVAILABLE */
  static async open(location: string, options: { readonly createIfMissing: boolean }): Promise<Database> {
    const level = new ClassicLevel<Buffer, Buffer>(location, {
      keyEncoding: "buffer",
      valueEncoding: "buffer",
      cacheSize: blockCacheBytes,
      createIfMissing: options.createIfMissing,
    });
    try {
      await level.open();
    } catch (error) {
      throw asStoreError(error, `LevelDB cannot open ${location}`);
    }
    return new Database(level);
  }

  /** LevelDB's own salvage: collects the tables and logs that are left under a new manifest. */
  static async salvage(location: string): Promise<void> {
    try {
      await ClassicLevel.repair(location);
    } catch (error) {
      throw asStoreError(error, `LevelDB cannot repair ${location}`);
    }
  }

  async get(key: Buffer): Promise<Buffer | undefined> {
    const sealed = await this.#guard(() => this.#level.get(key));
    return sealed === undefined ? undefined : unseal(key, sealed);
  }

  /**
   * Reads at once: for the few small reads that a write needs or an answer waits for, most of which find nothing or find it in memory. A trip through the thread pool
   * would cost more than the read.
   */
  getSync(key: Buffer): Buffer | undefined {
    try {
      const sealed = this.#level.getSync(key);
      return sealed === undefined ? undefined : unseal(key, sealed);
    } catch (error) {
      throw asStoreError(error, "LevelDB cannot read");
    }
  }

  async getMany(keys: readonly Buffer[]): Promise<(Buffer | undefined)[]> {
    if (keys.length === 0) return [];
    const values = await this.#guard(() => this.#level.getMany([...keys]));
    return values.map((sealed, i) => (sealed === undefined ? undefined : unseal(keys[i] as Buffer, sealed)));
  }

  async hasMany(keys: readonly Buffer[]): Promise<boolean[]> {
    return keys.length === 0 ? [] : await this.#guard(() => this.#level.hasMany([...keys]));
  }

  /** Streams a range as it is at the call, in key order. */
  async *entries(range: KeyRange, options: RangeOptions = {}): AsyncGenerator<Entry, void, undefined> {
    for await (const { key, value: sealed } of this.sealedEntries(range, options)) yield { key, value: unseal(key, sealed) };
  }

  /** As `entries`, with the checksums unchecked and still on the values. */
  async *sealedEntries(range: KeyRange, options: RangeOptions = {}): AsyncGenerator<Entry, void, undefined> {
    const iterator = this.#level.iterator({ ...range, ...options });
    for await (const chunk of this.#chunks(iterator, entriesPerChunk)) {
      for (const [key, value] of chunk) yield { key, value };
    }
  }

  /** Whole chunks of keys: for counting a hundred thousand of them without a promise each. */
  async *keyChunks(range: KeyRange): AsyncGenerator<readonly Buffer[], void, undefined> {
    yield* this.#chunks(this.#level.keys({ ...range, highWaterMarkBytes: bytesPerChunk }), keysPerChunk);
  }

  /** Whole chunks of entries, unsealed. */
  async *entryChunks(range: KeyRange): AsyncGenerator<readonly Entry[], void, undefined> {
    for await (const chunk of this.sealedChunks(range)) {
      yield chunk.map(({ key, value }) => ({ key, value: unseal(key, value) }));
    }
  }

  /**
   * Whole chunks of keys and sealed values as texts, for keyspaces whose keys are texts: what is not UTF-8 in a value, its checksum among it, is lost. For looking at a
   * hundred thousand small entries at once: strings cost a third of what buffers do.
   */
  async *textChunks(range: KeyRange): AsyncGenerator<readonly (readonly [string, string])[], void, undefined> {
    const bounds = { gte: range.gte.toString("latin1"), lt: range.lt.toString("latin1") };
    const iterator = this.#level.iterator<string, string>({
      ...bounds,
      keyEncoding: "utf8",
      valueEncoding: "utf8",
      highWaterMarkBytes: bytesPerChunk,
    });
    yield* this.#chunks(iterator, keysPerChunk);
  }

  /** As `entryChunks`, with the checksums unchecked and still on the values. */
  async *sealedChunks(range: KeyRange): AsyncGenerator<readonly Entry[], void, undefined> {
    const iterator = this.#level.iterator({ ...range, highWaterMarkBytes: bytesPerChunk });
    for await (const chunk of this.#chunks(iterator, keysPerChunk)) yield chunk.map(([key, value]) => ({ key, value }));
  }

  /** All of it or nothing. On the disk when it resolves, if `sync`; else in the operating system's hands, which a kill cannot undo but a power cut can. */
  async write(writes: readonly Write[], { sync }: { readonly sync: boolean }): Promise<void> {
    await this.#level.batch(
      writes.map(({ key, sealed }) => (sealed === undefined ? { type: "del", key } : { type: "put", key, value: sealed })),
      { sync },
    );
  }

  /** Makes everything that was written durable: it is in LevelDB's logs, or in its tables, which LevelDB syncs before it deletes the log. */
  async syncLogs(): Promise<void> {
    const logs = (await readdir(this.#level.location)).filter((name) => name.endsWith(".log"));
    await Promise.all(logs.map((name) => syncUnlessGone(join(this.#level.location, name))));
    if (logs.every((name) => this.#namedLogs.has(name))) return;
    await syncNames(this.#level.location);
    this.#namedLogs = new Set(logs);
  }

  /** Writes the log out into tables, and deletes the files that nobody reads any more. */
  async flush(): Promise<void> {
    await this.#compact(lowestKey, lowestKey);
  }

  /** As `flush`, and merges the tables of all levels into those of the lowest, which leaves out what was deleted or replaced there. */
  async compact(): Promise<void> {
    await this.#compact(lowestKey, highestKey);
  }

  /** Waits, a while, until the ranges have been read that are being read now: what they may still give stays on the disk. */
  async readersLeave(): Promise<void> {
    const waiting = new AbortController();
    const readers = Promise.all(this.#reading).then(() => waiting.abort());
    await Promise.race([readers, setTimeout(readersWaitMs, undefined, { signal: waiting.signal }).catch(ignoreAbort)]);
  }

  async close(): Promise<void> {
    await this.#level.close();
  }

  async #compact(from: Buffer, to: Buffer): Promise<void> {
    try {
      await this.#level.compactRange(from, to);
    } catch (error) {
      throw asStoreError(error, "LevelDB cannot rewrite its tables");
    }
  }

  /** Called when the reading of a range begins; what it gives, when it ends. */
  #hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#reading.add(promise);
    return () => {
      this.#reading.delete(promise);
      resolve();
    };
  }

  /** Everything that an iterator gives, so many at a time. It is closed, and let go of, however the reading ends. */
  async *#chunks<Item>(iterator: ChunkedIterator<Item>, size: number): AsyncGenerator<readonly Item[], void, undefined> {
    const release = this.#hold();
    try {
      for (;;) {
        const chunk = await this.#guard(() => iterator.nextv(size));
        if (chunk.length === 0) return;
        yield chunk;
      }
    } finally {
      await iterator.close();
      release();
    }
  }

  async #guard<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw asStoreError(error, "LevelDB cannot read");
    }
  }
}

/** Holds the small keyspaces of a large store; the frames that matter are cached decoded, above. */
const blockCacheBytes: number = 16 * 1024 * 1024;
/** Longer than a page of a list takes to be read by whoever asked for it; whoever takes longer makes a rewriting incomplete, which a search for traces shows. */
const readersWaitMs = 5_000;
/** Before and behind all keyspaces. */
const lowestKey: Buffer = Buffer.of(0);
const highestKey: Buffer = Buffer.of(0xff);
const entriesPerChunk = 100;
const keysPerChunk = 5000;
/** LevelDB's own limit of 16 KiB would make twenty trips through the thread pool out of each chunk. */
const bytesPerChunk: number = 128 * 1024;

async function syncUnlessGone(file: string): Promise<void> {
  try {
    const handle = await open(file, "r+");
    await handle.datasync().finally(() => handle.close());
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error; // gone into a table since it was listed
  }
}

async function syncNames(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}

/** The wait was cut short because nobody reads any more. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}

function asStoreError(error: unknown, what: string): GrapevineError {
  if (GrapevineError.is(error)) return error;
  const code = codeOf(error);
  const cause = error instanceof Error ? error.cause : undefined;
  const message = `${what}: ${cause === undefined ? messageOf(error) : messageOf(cause)}`;
  if (codeOf(cause) === "LEVEL_LOCKED") return storeErrors.create("STORE_LOCKED", message, { cause: error });
  if (/Permission denied|No space left|Too many open files|Read-only file system/i.test(message)) {
    return storeErrors.create("STORE_UNAVAILABLE", message, { cause: error });
  }
  if (cause === undefined && (code === "LEVEL_DATABASE_NOT_OPEN" || code === "LEVEL_ITERATOR_NOT_OPEN")) {
    return storeErrors.create("STORE_CLOSED", "the store is closed", { cause: error });
  }
  return storeErrors.create("STORE_DAMAGED", message, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
