/** Experience and lesson stores on LevelDB: keyspaces, integrity checkpoint, lock and repair. */
export { storeErrors } from "./errors.ts";
export { readExperience } from "./level-experience-store.ts";
export { type OpenReport, openStore, type Store, type StoreInit } from "./open-store.ts";
export { type RepairReport, repairStore } from "./repair-store.ts";
export { type RestoreInit, restoreStore } from "./restore-store.ts";
export type { ScrubReport } from "./scrub.ts";
export { findTraces, type Searched, type Trace } from "./traces.ts";
