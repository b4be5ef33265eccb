/**
 * Who may generate: one model at a time on one machine, because two models on two cores are many times slower than one after the other.
 *
 * Guarantees: no two generations of embedded models overlap, in one process or in several of one user; in one process they run in the order of the
 * calls; a process that has just generated lets one that waited go before it generates again. Does not guarantee strict order among processes.
 *
 * Two lock files make it fair: a process first takes the place at the head of the queue, and keeps it until it holds the generation lock. One that has
 * just generated finds that place taken by the one that waited, and cannot go first again.
 */
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "@grapevine/core";
import { throwIfAborted } from "../abort.ts";
import { modelErrors } from "../errors.ts";
import { acquireFileLock, type HeldLock } from "./file-lock.ts";
import { SerialQueue } from "./serial-queue.ts";

export interface GenerationLockInit {
  /** Where the lock files are; processes exclude each other when they name the same folder. Default: one folder a user. */
  readonly folder?: string;
}

export class GenerationLock {
  readonly #folder: string;
  readonly #queue: SerialQueue = new SerialQueue();

  constructor(init: GenerationLockInit) {
    this.#folder = init.folder ?? defaultLockFolder();
  }

  /** Runs the work alone. @throws MODEL_ABORTED while waiting, MODEL_FAILED when the lock files cannot be used, or what the work throws. */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#queue.run(async () => {
      const held = await this.#acquire(signal);
      try {
        return await work();
      } finally {
        await held.release();
      }
    }, signal);
  }

  /** Resolves when the calls made so far in this process have ended; other processes are not waited for. */
  async settled(): Promise<void> {
    await this.#queue.run(async () => undefined);
  }

  async #acquire(signal: AbortSignal | undefined): Promise<HeldLock> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const place = await acquireFileLock(join(this.#folder, "generation.queue"), signal);
      try {
        return await acquireFileLock(join(this.#folder, "generation.lock"), signal);
      } finally {
        await place.release();
      }
    } catch (error) {
      throwIfAborted(signal);
      throw modelErrors.create("MODEL_FAILED", `the lock in ${this.#folder} cannot be used: ${messageOf(error)}`, {
        hint: "See that the folder can be written by you; XDG_RUNTIME_DIR or TMPDIR moves it.",
        cause: error,
      });
    }
  }
}

/**
 * The same for all processes of one user: the runtime folder of the session, else one in the folder for temporary files. The user's number names it, for
 * in a container a user may have no name; where users have no numbers (Windows), each has a folder for temporary files of their own.
 */
function defaultLockFolder(): string {
  const runtimeFolder = process.env["XDG_RUNTIME_DIR"];
  return runtimeFolder ? join(runtimeFolder, "grapevine") : join(tmpdir(), `grapevine-${process.getuid?.() ?? "user"}`);
}
