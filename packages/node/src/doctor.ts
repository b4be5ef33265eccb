/** What can be found out about a node, and mended: whether it runs or not, what is around it, and its store. */
import { rm } from "node:fs/promises";
import { type Clock, GrapevineError, systemClock } from "@grapevine/core";
import { openStore, type RepairReport, repairStore } from "@grapevine/store";
import {
  type Check,
  checkClock,
  checkDisk,
  checkIndex,
  checkModel,
  checkPermissions,
  checkPorts,
  checkReachability,
  checkRuntime,
} from "./checks.ts";
import { connectToNode, runningNodes } from "./client.ts";
import type { Status } from "./control/contract.ts";
import { homeOf, type NodeHome } from "./home.ts";
import { onlyName } from "./only-name.ts";
import { isNewHome, loadSettings, type NodeSettings, settle } from "./settings.ts";

export interface Examination {
  readonly name: string;
  /** The node's own folder. */
  readonly folder: string;
  readonly running: boolean;
  /** Nothing failed. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
  /** What is kept, when the store can be opened. */
  readonly kept?: { readonly experiences: number; readonly lessons: number };
  /** Why it cannot, as it would be said at the start of the node. */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint: string };
}

export interface ExaminationInit {
  readonly home: string;
  /** Default: the home's only node. */
  readonly name?: string;
  /** What the environment says, which comes before the node's file. */
  readonly passing?: NodeSettings;
}

/** Looks at everything, and opens the store of a node that does not run as a start would. @throws NODE_NAME_INVALID, NODE_AMBIGUOUS, HOME_UNUSABLE, SETTINGS_MALFORMED, STORE_LOCKED */
export async function examine(init: ExaminationInit, clock: Clock = systemClock): Promise<Examination> {
  const home = homeOf(init.home, init.name ?? (await onlyName(init.home)));
  const { name, folder } = home;
  const runtime = checkRuntime(process.version);
  if (isNewHome(home)) {
    const none: Check = { name: "home", state: "failed", found: `there is no node in ${folder}`, fix: "Start one: grapevine up" };
    return { name, folder, running: false, healthy: false, checks: [runtime, none] };
  }
  const running = await statusOf(home, init.home);
  const earlier = await loadSettings(home);
  const settings = { ...earlier, ...settle({ passing: init.passing ?? {} }, earlier).now };
  const { check: store, ...found } = running === undefined ? await examineStore(home) : inUse(running);
  const checks = [
    runtime,
    await checkPermissions(home),
    await checkDisk(folder),
    await checkClock(home, clock),
    await checkModel(settings, running),
    await checkPorts(settings, running),
    checkReachability(running),
    store,
    await checkIndex(home, running),
  ];
  const healthy = checks.every(({ state }) => state !== "failed");
  return { name, folder, running: running !== undefined, healthy, checks, ...found };
}

async function statusOf({ name }: NodeHome, home: string): Promise<Status | undefined> {
  const isRunning = (await runningNodes(home)).some((running) => running.name === name);
  return isRunning ? await (await connectToNode({ home, node: name })).status() : undefined;
}

interface ExaminedStore extends Pick<Examination, "kept" | "problem"> {
  readonly check: Check;
}

function inUse({ lessons, experiences }: Status): ExaminedStore {
  const all = lessons.own + lessons.admitted + lessons.held + lessons.archived;
  const found = `held against its checkpoint at the start; ${all} lessons, ${experiences} experiences`;
  return { check: { name: "store", state: "well", found }, kept: { experiences, lessons: all } };
}

async function examineStore({ storeFolder }: NodeHome): Promise<ExaminedStore> {
  try {
    const store = await openStore({ path: storeFolder, clock: systemClock, createIfMissing: false });
    const { experiences, lessons } = store.report;
    await store.close();
    const found = `as its checkpoint says; ${lessons} lessons, ${experiences} experiences`;
    return { check: { name: "store", state: "well", found }, kept: { experiences, lessons } };
  } catch (error) {
    if (!GrapevineError.is(error) || error.code === "STORE_LOCKED") throw error;
    const problem = error.toJSON().error;
    return {
      check: { name: "store", state: "failed", found: `${problem.code}: ${problem.message}`, fix: problem.hint },
      problem,
    };
  }
}

/** Saves the damaged store beside the new one, and keeps what still proves to be what was written. @throws STORE_LOCKED, STORE_MISSING, STORE_VERSION */
export async function repair(init: Pick<ExaminationInit, "home" | "name">): Promise<RepairReport> {
  const { storeFolder, indexFolder } = homeOf(init.home, init.name ?? (await onlyName(init.home)));
  const report = await repairStore({ path: storeFolder, clock: systemClock });
  // Labels may have been given anew: what the index says of them would be another lesson's.
  await rm(indexFolder, { recursive: true, force: true });
  return report;
}
