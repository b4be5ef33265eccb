/** What can be found out about a node that does not run, and mended: its home and its store. */
import { rm } from "node:fs/promises";
import { GrapevineError, systemClock } from "@grapevine/core";
import { openStore, type RepairReport, repairStore } from "@grapevine/store";
import { homeOf } from "./home.ts";
import { onlyName } from "./only-name.ts";

export interface Examination {
  readonly name: string;
  /** The node's own folder. */
  readonly folder: string;
  readonly healthy: boolean;
  /** What is kept, when the store can be opened. */
  readonly kept?: { readonly experiences: number; readonly lessons: number };
  /** Why it cannot, as it would be said at the start of the node. */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint: string };
}

export interface ExaminationInit {
  readonly home: string;
  /** Default: the home's only node. */
  readonly name?: string;
}

/** Opens the store as a start would, and closes it again. @throws NODE_NAME_INVALID, NODE_AMBIGUOUS, HOME_UNUSABLE, STORE_LOCKED */
export async function examine(init: ExaminationInit): Promise<Examination> {
  const { name, folder, storeFolder } = homeOf(init.home, init.name ?? (await onlyName(init.home)));
  try {
    const store = await openStore({ path: storeFolder, clock: systemClock, createIfMissing: false });
    const { experiences, lessons } = store.report;
    await store.close();
    return { name, folder, healthy: true, kept: { experiences, lessons } };
  } catch (error) {
    if (!GrapevineError.is(error) || error.code === "STORE_LOCKED") throw error;
    return { name, folder, healthy: false, problem: error.toJSON().error };
  }
}

/** Saves the damaged store beside the new one, and keeps what still proves to be what was written. @throws STORE_LOCKED, STORE_MISSING, STORE_VERSION */
export async function repair(init: ExaminationInit): Promise<RepairReport> {
  const { storeFolder, indexFolder } = homeOf(init.home, init.name ?? (await onlyName(init.home)));
  const report = await repairStore({ path: storeFolder, clock: systemClock });
  // Labels may have been given anew: what the index says of them would be another lesson's.
  await rm(indexFolder, { recursive: true, force: true });
  return report;
}
