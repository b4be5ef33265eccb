/**
 * A node in one file: a tar archive, compressed, for its user alone. First stands `backup.json`, then keys, settings and what the node remembers,
 * then the store in parts, last `contents.json` with the length and the SHA-256 of each.
 *
 * Guarantees: the store in it is that after one commit, whether or not the node runs meanwhile; there is the whole file or none. Does not: hold what can be made anew (index,
 * token, log). Keys are in it unless they are left out, so whoever has the file can be the node. restoring.ts makes a node of it again.
 */
import { hash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Clock, messageOf, systemClock } from "@grapevine/core";
import { openStore } from "@grapevine/store";
import { type Pack, pack } from "tar-stream";
import {
  type About,
  aboutName,
  type Content,
  contentsName,
  keptNames,
  keyNames,
  storePartBytes,
  storePrefix,
  usableFile,
} from "./backup-format.ts";
import { connectToNode, runningNodes } from "./client.ts";
import { homeOf, type NodeHome, optional } from "./home.ts";
import { onlyName } from "./only-name.ts";

export interface BackupInit {
  readonly home: string;
  /** Default: the home's only node. */
  readonly name?: string;
  /** Absolute path; what is there is replaced when the new one is whole. */
  readonly file: string;
  /** False: whoever restores it needs the file `key` from elsewhere. Default true. */
  readonly keys?: boolean;
  readonly signal?: AbortSignal;
  /** Told how many bytes of the store were written. */
  readonly onProgress?: (bytes: number) => void;
}

export interface BackupReport {
  readonly node: string;
  readonly file: string;
  /** Of the file. */
  readonly bytes: number;
  /** The key files that are in it. */
  readonly keys: readonly string[];
}

/** @throws NODE_AMBIGUOUS, NODE_NAME_INVALID, BACKUP_FILE_UNUSABLE, STORE_MISSING, STORE_LOCKED, STORE_DAMAGED, NODE_STOPPED */
export async function backUp(init: BackupInit, clock: Clock = systemClock): Promise<BackupReport> {
  const home = homeOf(init.home, init.name ?? (await onlyName(init.home)));
  const { keys: wantsKeys = true, file, signal, onProgress } = init;
  const store = await openCopy(home, init.home, signal);
  const unfinished = `${file}.${randomUUID().slice(0, 8)}.part`;
  const archive = new Archive(clock.now());
  try {
    const written = archive.writeTo(unfinished, signal);
    const filled = (async (): Promise<string[]> => {
      const about: About = { version: 1, node: home.name, createdAt: clock.now() };
      await archive.add(aboutName, Buffer.from(JSON.stringify(about)));
      const found: string[] = [];
      for (const name of wantsKeys ? [...keyNames, ...keptNames] : keptNames) {
        const bytes = await optional(readFile(join(home.folder, name)));
        if (bytes === undefined) continue;
        await archive.add(name, bytes);
        if (keyNames.includes(name)) found.push(name);
      }
      await addStore(archive, store.pieces, onProgress);
      await archive.end();
      return found;
    })();
    // Whichever fails first is what is said; the other is waited for, so that nothing is written any more.
    filled.catch((error: unknown) => archive.fail(error));
    const [keys] = await Promise.all([filled, written]).finally(() => Promise.allSettled([filled, written]));
    await usableFile(file, () => rename(unfinished, file));
    return { node: home.name, file, bytes: (await stat(file)).size, keys };
  } finally {
    await store.close();
    await rm(unfinished, { force: true });
  }
}

/** Of the running node, from it; else out of its store, which nobody may open meanwhile. */
async function openCopy(
  home: NodeHome,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly pieces: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
  if ((await runningNodes(folder)).some(({ name }) => name === home.name)) {
    const node = await connectToNode({ home: folder, node: home.name });
    return { pieces: node.copyStore(signal === undefined ? {} : { signal }), close: async () => undefined };
  }
  const store = await openStore({ path: home.storeFolder, clock: systemClock, createIfMissing: false });
  return { pieces: store.copy(), close: () => store.close() };
}

async function addStore(
  archive: Archive,
  pieces: AsyncIterable<Uint8Array>,
  onProgress: ((bytes: number) => void) | undefined,
): Promise<void> {
  let part: Uint8Array[] = [];
  let [partBytes, allBytes, number] = [0, 0, 0];
  const flush = async (): Promise<void> => {
    number += 1;
    await archive.add(`${storePrefix}${String(number).padStart(8, "0")}`, Buffer.concat(part));
    [part, partBytes] = [[], 0];
    onProgress?.(allBytes);
  };
  for await (const piece of pieces) {
    part.push(piece);
    partBytes += piece.length;
    allBytes += piece.length;
    if (partBytes >= storePartBytes) await flush();
  }
  if (partBytes > 0) await flush();
}

/** A file that is being written, and the account of what is in it. */
class Archive {
  readonly #pack: Pack = pack();
  readonly #contents: Content[] = [];
  readonly #mtime: Date;

  constructor(now: number) {
    this.#mtime = new Date(now);
  }

  /** Resolves when it is on the disk. @throws BACKUP_FILE_UNUSABLE */
  async writeTo(file: string, signal: AbortSignal | undefined): Promise<void> {
    const target = createWriteStream(file, { flags: "wx", mode: privateFileMode, flush: true });
    await usableFile(file, () => pipeline(this.#pack, createGzip({ level: 1 }), target, signal === undefined ? {} : { signal }));
  }

  async add(name: string, bytes: Buffer): Promise<void> {
    await this.#write(name, bytes);
    this.#contents.push({ name, bytes: bytes.length, sha256: hash("sha256", bytes) });
  }

  async end(): Promise<void> {
    await this.#write(contentsName, Buffer.from(JSON.stringify(this.#contents)));
    this.#pack.finalize();
  }

  fail(error: unknown): void {
    this.#pack.destroy(error instanceof Error ? error : new Error(messageOf(error)));
  }

  async #write(name: string, bytes: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pack
      .entry({ name, size: bytes.length, mode: privateFileMode, mtime: this.#mtime }, (error) =>
        error === null || error === undefined ? resolve() : reject(error),
      )
      .end(bytes);
    await promise;
  }
}

/** Keys and questions are for the user alone. */
const privateFileMode = 0o600;
