/**
 * all-MiniLM-L6-v2 (384 dimensions, Apache-2.0) in a thread of its own.
 *
 * Guarantees: the main thread never computes; calls are answered in order; the thread starts with the first text, and ends when it was idle for a while,
 * since it holds some 230 MB. Does not guarantee that a text beyond the model's 256 tokens counts: the engine cuts it.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { type Embedder, messageOf } from "@grapevine/core";
import { modelErrors } from "../errors.ts";
import { SerialQueue } from "../locking/serial-queue.ts";
import type { EmbeddingJob, EmbeddingResult } from "./minilm-worker.ts";
import { unitVector } from "./unit-vector.ts";

export interface MiniLmInit {
  /** The thread ends when nothing was asked for so long, and starts again when needed (about half a second). */
  readonly idleMs?: number;
}

/** Long enough for the gaps in a conversation. */
const defaultIdleMs = 120_000;
/** The engine starts threads of its own from 24 texts on, each with a copy of the weights. Short batches also let other calls in. */
const textsPerJob = 16;
/** The question just asked, and the lessons just received, tend to be asked for again. 1.5 kB each. */
const keptVectors = 512;

export class MiniLmEmbedder implements Embedder {
  readonly id: string = "minilm-l6-v2-fp16";
  readonly dimensions: number = 384;
  readonly #idleMs: number;
  readonly #queue: SerialQueue = new SerialQueue();
  readonly #kept: Map<string, Float32Array> = new Map();
  #worker: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #jobs = 0;
  #closed = false;

  constructor(init: MiniLmInit = {}) {
    this.#idleMs = init.idleMs ?? defaultIdleMs;
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const missing = [...new Set(texts)].filter((text) => !this.#kept.has(text));
    const fresh = new Map<string, Float32Array>();
    for (let from = 0; from < missing.length; from += textsPerJob) {
      const batch = missing.slice(from, from + textsPerJob);
      const vectors = await this.#queue.run(() => this.#runJob(batch));
      for (const [index, text] of batch.entries()) fresh.set(text, unitVector(vectors[index] ?? []));
    }
    if (this.#closed) throw this.#closedError();
    const found = texts.map((text) => fresh.get(text) ?? this.#kept.get(text) ?? unitVector([]));
    for (const [text, vector] of fresh) this.#keep(text, vector);
    // Copies, so that a caller who changes a vector changes nobody else's.
    return found.map((vector) => vector.slice());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stopWorker();
  }

  #keep(text: string, vector: Float32Array): void {
    if (this.#kept.size >= keptVectors) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    this.#kept.set(text, vector);
  }

  async #runJob(texts: readonly string[]): Promise<readonly Float32Array[]> {
    if (this.#closed) throw this.#closedError();
    clearTimeout(this.#idleTimer);
    this.#worker ??= startWorker();
    const worker = this.#worker;
    worker.ref();
    try {
      return await askWorker(worker, { number: ++this.#jobs, texts });
    } catch (error) {
      await this.#stopWorker();
      if (this.#closed) throw this.#closedError();
      throw modelErrors.create("EMBEDDER_FAILED", `the thread of ${this.id} failed: ${messageOf(error)}`, { cause: error });
    } finally {
      worker.unref();
      this.#idleTimer = setTimeout(() => void this.#stopWorker(), this.#idleMs).unref();
    }
  }

  async #stopWorker(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #closedError(): Error {
    return modelErrors.create("EMBEDDER_FAILED", `the embedder ${this.id} is closed`);
  }
}

/** Beside this file, with its extension: `.ts` when run from source, `.js` when built. */
function startWorker(): Worker {
  return new Worker(new URL(`./minilm-worker${extname(import.meta.url)}`, import.meta.url));
}

function askWorker(worker: Worker, job: EmbeddingJob): Promise<readonly Float32Array[]> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      worker.off("exit", onExit);
      settle();
    };
    const onMessage = (result: EmbeddingResult): void => {
      if (result.number !== job.number) return;
      finish(() => ("vectors" in result ? resolve(result.vectors) : reject(new Error(result.problem))));
    };
    const onError = (error: unknown): void => finish(() => reject(error));
    const onExit = (code: number): void => finish(() => reject(new Error(`the thread ended with code ${code}`)));
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.on("exit", onExit);
    worker.postMessage(job);
  });
}
