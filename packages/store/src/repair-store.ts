/**
 * The way out of STORE_DAMAGED: saves a copy of the folder, reads whatever still proves to be what was written, and builds a new store from it through the
 * same code that wrote the old one, so that every index and count is right again.
 *
 * Guarantees: nothing unproved gets into the new store; the old one stays beside it. Does not: bring back what is gone. Lessons come back from peers by
 * anti-entropy; experiences do not. Broken off in the middle it can be run again.
 */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { type Clock, GrapevineError } from "@grapevine/core";
import { type CheckpointEntry, readCheckpoint } from "./checkpoint.ts";
import { Database } from "./database.ts";
import { syncFolder } from "./durable-file.ts";
import { storeErrors } from "./errors.ts";
import { lockFolder } from "./folder-lock.ts";
import { databaseFolder, openStore } from "./open-store.ts";
import { type Marks, readMarks, sequenceGap, writeMarks } from "./reservations.ts";
import { Salvage, type SalvageCounts } from "./salvage.ts";
import type { PresenceKind } from "./state.ts";
import { redoLostCommits } from "./verification.ts";

export interface RepairInit {
  /** The store's own folder. */
  readonly path: string;
  readonly clock: Clock;
}

export interface RepairReport {
  /** The copy of the folder as it was. */
  readonly savedTo: string;
  readonly kept: Readonly<Record<PresenceKind, number>>;
  /** By the checkpoint; undefined where that was lost too. */
  readonly lost: Readonly<Record<PresenceKind, number>> | undefined;
  /** Values that were there and were not what was written. */
  readonly unreadable: number;
}

/** Repairs a closed store; also one that is not damaged. @throws STORE_LOCKED, STORE_MISSING, STORE_VERSION */
export async function repairStore({ path, clock }: RepairInit): Promise<RepairReport> {
  if (!existsSync(path)) throw storeErrors.create("STORE_MISSING", `there is no store in ${path}`);
  const lock = lockFolder(path, clock);
  try {
    const entries = readCheckpoint(path);
    const savedTo = `${path}.damaged-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, "-")}`;
    cpSync(path, savedTo, { recursive: true, filter: (source) => basename(source) !== rebuiltName });
    const counts = await rebuild(path, entries ?? [], clock);
    replaceWithRebuilt(path);
    return { savedTo, kept: counts.kept, lost: lostOf(counts, entries), unreadable: counts.unreadable };
  } finally {
    lock.release();
  }
}

const rebuiltName = "rebuilt";

async function rebuild(path: string, entries: readonly CheckpointEntry[], clock: Clock): Promise<SalvageCounts> {
  const rebuiltPath = join(path, rebuiltName);
  rmSync(rebuiltPath, { recursive: true, force: true });
  mkdirSync(databaseFolder(path), { recursive: true });
  await Database.salvage(databaseFolder(path));
  const damaged = await Database.open(databaseFolder(path), { createIfMissing: true });
  try {
    await unlessDamaged(() => redoLostCommits(damaged, entries));
    const rebuilt = await openStore({ path: rebuiltPath, clock });
    const salvage = new Salvage({ from: damaged, to: rebuilt, clock });
    const counts = await salvage.run().finally(() => rebuilt.close());
    writeMarks(rebuiltPath, marksAfter(await unlessDamaged(async () => readMarks(path)), counts));
    return counts;
  } finally {
    await damaged.close();
  }
}

/** Where the reserved numbers are lost, numbers that are certainly new. */
function marksAfter(before: Marks | undefined, counts: SalvageCounts): Marks {
  return {
    label: Math.max(before?.label ?? 0, counts.nextLabel),
    sequence: Math.max(before?.sequence ?? 0, counts.lastOwnSequence + (before === undefined ? sequenceGap : 1)),
  };
}

/** The checkpoint last: until it is there the folder counts as damaged, and can be repaired again. */
function replaceWithRebuilt(path: string): void {
  const rebuiltPath = join(path, rebuiltName);
  rmSync(databaseFolder(path), { recursive: true });
  for (const name of ["leveldb", "reservations", "checkpoint-0", "checkpoint-1"]) {
    renameSync(join(rebuiltPath, name), join(path, name));
  }
  syncFolder(path);
  rmSync(rebuiltPath, { recursive: true });
}

function lostOf({ kept }: SalvageCounts, entries: readonly CheckpointEntry[] | undefined): RepairReport["lost"] {
  const presence = entries?.at(-1)?.state.presence;
  if (presence === undefined) return undefined;
  const lost = (kind: PresenceKind): number => Math.max(0, presence[kind].count - kept[kind]);
  return {
    experience: lost("experience"),
    lesson: lost("lesson"),
    attestation: lost("attestation"),
    retraction: lost("retraction"),
    rotation: lost("rotation"),
    membership: lost("membership"),
  };
}

async function unlessDamaged<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (GrapevineError.is(error, "STORE_DAMAGED")) return undefined; // a part of what is being repaired
    throw error;
  }
}
