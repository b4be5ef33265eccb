/**
 * Opens the store of a node: one LevelDB, the checkpoint that watches over it, the reserved numbers, and the lock that keeps others out, all in one folder.
 *
 * Guarantees: what is opened is what was acknowledged, or there is an error; a store that was once initialised is never opened as an empty one.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Clock, type ExperienceStore, GrapevineError, type LessonStore, messageOf } from "@grapevine/core";
import { Checkpoint, type CheckpointEntry, readCheckpoint, resetCheckpoint } from "./checkpoint.ts";
import { CommitQueue } from "./commit-queue.ts";
import { copyStore } from "./copying.ts";
import { Database, type Write } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { dropForeignMarks, glancesMark } from "./glance-rebuild.ts";
import { stateKey } from "./keyspace.ts";
import { LessonGlances } from "./lesson-glances.ts";
import { linksMark } from "./lesson-links.ts";
import { LevelExperienceStore } from "./level-experience-store.ts";
import { LevelLessonStore } from "./level-lesson-store.ts";
import { RecordKeyChanges } from "./record-key-changes.ts";
import { Reservations, writeMarks } from "./reservations.ts";
import { Scrubbing, type ScrubReport } from "./scrub.ts";
import { seal } from "./sealed-value.ts";
import { emptyState } from "./state.ts";
import { readState, type Verified, verifyDatabase } from "./verification.ts";

export interface StoreInit {
  /** The store's own folder. */
  readonly path: string;
  /** Makes a store where there is none; true by default. Never makes one where there was one. */
  readonly createIfMissing?: boolean;
  /** Refused ids that are remembered; 100,000 by default. */
  readonly maxRefused?: number;
  readonly clock: Clock;
  /** Told as soon as the folder's lock is held, while the store is still being verified: what lies beside it may be opened from then on. */
  readonly onLocked?: () => void;
  /** Told, for people, what was found amiss and is being mended; nobody by default. */
  readonly log?: (message: string) => void;
}

/** What opening found. */
export interface OpenReport {
  /** There was no store before. */
  readonly created: boolean;
  /** Commits that LevelDB had lost and that were made again from the checkpoint: more than 0 only after a power cut, or damage that could be undone. */
  readonly redoneCommits: number;
  readonly experiences: number;
  /** Of all states. */
  readonly lessons: number;
}

export interface Store {
  readonly experiences: ExperienceStore;
  readonly lessons: LessonStore;
  /** What each commit changes of the records that are passed on. */
  readonly recordChanges: Pick<RecordKeyChanges, "follow">;
  readonly report: OpenReport;
  /** Makes what was forgotten leave the disk. Safe while the store is in use. */
  scrub(): Promise<ScrubReport>;
  /** Everything in it as of one commit, for `restoreStore`. Safe while the store is in use. @throws STORE_CLOSED when it is closed meanwhile, STORE_DAMAGED */
  copy(): AsyncIterable<Uint8Array>;
  /** Waits for the writes that were begun. Idempotent. */
  close(): Promise<void>;
}

/** @throws STORE_LOCKED, STORE_MISSING, STORE_DAMAGED, STORE_VERSION, STORE_UNAVAILABLE */
export async function openStore(init: StoreInit): Promise<Store> {
  const { path, createIfMissing = true, clock } = init;
  const lock = withFiles(path, () => {
    if (createIfMissing) mkdirSync(path, { recursive: true, mode: 0o700 });
    else if (!existsSync(path)) throw missing(path);
    return lockFolder(path, clock);
  });
  try {
    init.onLocked?.();
    return await openLocked(init, lock);
  } catch (error) {
    lock.release();
    throw GrapevineError.is(error, "STORE_DAMAGED") ? naming(path, error) : error;
  }
}

/** Where LevelDB's own files lie in a store's folder. */
export function databaseFolder(path: string): string {
  return join(path, "leveldb");
}

async function openLocked(
  { path, createIfMissing = true, maxRefused = defaultMaxRefused, log = ignored }: StoreInit,
  lock: FolderLock,
): Promise<Store> {
  const entries = withFiles(path, () => initialisedCheckpoint(path, createIfMissing));
  const created = entries === undefined;
  if (created) await initialise(path);
  const database = await Database.open(databaseFolder(path), { createIfMissing: false });
  try {
    const verified = await verifyDatabase(database, entries ?? readCheckpoint(path) ?? []);
    const reservations = withFiles(path, () => new Reservations(path));
    await dropForeignMarks(database);
    await database.syncLogs();
    const checkpoint = await Checkpoint.begin({
      folder: path,
      state: verified.state,
      syncDatabase: () => database.syncLogs(),
    });
    const glances = new LessonGlances({ database, log });
    const recordChanges = new RecordKeyChanges();
    const onWritten = (writes: readonly Write[]): void => {
      experiences.follow(writes);
      glances.follow(writes);
      recordChanges.note(writes);
    };
    const commits = new CommitQueue({ database, checkpoint, onWritten }, verified.state);
    const experiences = new LevelExperienceStore({ database, commits });
    const scrubbing = new Scrubbing({ path, database, commits, checkpoint });
    return {
      experiences,
      lessons: new LevelLessonStore({ database, commits, reservations, glances }, { maxRefused }),
      recordChanges,
      report: reportOf(created, verified),
      scrub: () => scrubbing.scrub(),
      copy: () => copyStore(path, database),
      close: closing({ commits, scrubbing, database, checkpoint, reservations, lock }),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Undefined where nothing was ever acknowledged. @throws STORE_MISSING, STORE_DAMAGED, STORE_VERSION */
function initialisedCheckpoint(path: string, createIfMissing: boolean): readonly CheckpointEntry[] | undefined {
  const entries = readCheckpoint(path);
  if (entries === undefined) {
    if (hasFiles(databaseFolder(path))) throw storeErrors.create("STORE_DAMAGED", "the checkpoint is missing");
    if (!createIfMissing) throw missing(path);
    return undefined;
  }
  if (entries.length === 0) throw storeErrors.create("STORE_DAMAGED", "the checkpoint cannot be read");
  return entries.some((entry) => entry.phase === "ready") ? entries : undefined;
}

/** In an order that can be broken off anywhere: until the checkpoint says `ready`, the next open begins again. */
async function initialise(path: string): Promise<void> {
  withFiles(path, () => resetCheckpoint(path, "initialising", emptyState));
  const database = await Database.open(databaseFolder(path), { createIfMissing: true });
  try {
    const value = await database.get(stateKey);
    if (value !== undefined) await checkUnused(database);
    else await database.write([initialState(), glancesMark(), linksMark()], { sync: true });
  } finally {
    await database.close();
  }
  withFiles(path, () => {
    writeMarks(path, { label: 0, sequence: 1 });
    resetCheckpoint(path, "ready", emptyState);
  });
}

function initialState(): Write {
  return { key: stateKey, sealed: seal(stateKey, Buffer.from(JSON.stringify(emptyState))) };
}

function ignored(): void {
  // Whoever wants to hear it gives a log.
}

/** A checkpoint that says `initialising` over a database in use is itself damaged. */
async function checkUnused(database: Database): Promise<void> {
  const { commit } = await readState(database);
  if (commit > 0) throw storeErrors.create("STORE_DAMAGED", `LevelDB is at commit ${commit}, the checkpoint at its beginning`);
}

interface OpenParts {
  readonly commits: CommitQueue;
  readonly scrubbing: Scrubbing;
  readonly database: Database;
  readonly checkpoint: Checkpoint;
  readonly reservations: Reservations;
  readonly lock: FolderLock;
}

function closing({ commits, scrubbing, database, checkpoint, reservations, lock }: OpenParts): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await commits.close();
    await scrubbing.settled();
    try {
      await database.close();
      await checkpoint.close();
      reservations.close();
    } finally {
      lock.release();
    }
  };
  return (): Promise<void> => {
    closed ??= close();
    return closed;
  };
}

function reportOf(created: boolean, { state, redone }: Verified): OpenReport {
  return {
    created,
    redoneCommits: redone,
    experiences: state.presence.experience.count,
    lessons: state.presence.lesson.count,
  };
}

/** About 10 MB: the ids of what a flooding peer offered, long enough that it is not fetched again the same day. */
const defaultMaxRefused = 100_000;

function hasFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

function missing(path: string): GrapevineError {
  return storeErrors.create("STORE_MISSING", `there is no store in ${path}`);
}

function naming(path: string, error: GrapevineError): GrapevineError {
  return storeErrors.create("STORE_DAMAGED", `${path}: ${error.message}`, { cause: error });
}

/** File system errors become this package's. */
function withFiles<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (GrapevineError.is(error) || !(error instanceof Error && "syscall" in error)) throw error;
    throw storeErrors.create("STORE_UNAVAILABLE", `${path}: ${messageOf(error)}`, { cause: error });
  }
}
