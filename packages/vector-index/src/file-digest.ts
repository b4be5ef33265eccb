/**
 * The sha2-256 and the length of a file. A large one is read on a thread of its own: the graph of 100,000 lessons takes a sixth of a second, in which a node
 * that starts has other things to do. Run as a thread, this file digests the one that it was given.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { open, stat } from "node:fs/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

export interface FileDigest {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

const chunkBytes: number = 1024 * 1024;
/** From this size on a thread pays, which takes about 30 ms to start. */
const threadFromBytes: number = 32 * 1024 * 1024;

/** @throws the file system's error */
export async function digestFile(path: string): Promise<FileDigest> {
  const { size } = await stat(path);
  return size < threadFromBytes ? digestHere(path) : digestOnThread(path);
}

async function digestOnThread(path: string): Promise<FileDigest> {
  const request: DigestRequest = { digestPath: path };
  const thread = new Worker(new URL(import.meta.url), { workerData: request });
  try {
    // `once` rejects with what the thread could not catch.
    const [digest] = await once(thread, "message");
    return digest;
  } finally {
    await thread.terminate();
  }
}

async function digestHere(path: string): Promise<FileDigest> {
  const hash = createHash("sha256");
  let bytes = 0;
  // One buffer for the whole file: a stream's own would stay in memory, all 160 MB of them, until the garbage is next collected.
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const handle = await open(path, "r");
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes);
      if (bytesRead === 0) return { sha256: hash.digest("hex"), bytes };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

interface DigestRequest {
  readonly digestPath: string;
}

function isRequest(data: unknown): data is DigestRequest {
  return typeof data === "object" && data !== null && "digestPath" in data;
}

if (!isMainThread && isRequest(workerData)) parentPort?.postMessage(await digestHere(workerData.digestPath));
