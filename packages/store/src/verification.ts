/**
 * Holds an opened LevelDB against its own account and against the checkpoint outside, by keys and small values only.
 *
 * Guarantees: a commit that is missing at the end, in the middle or altogether is found, and so is an experience or a record that is not listed any more.
 * Does not: read every value; those are checked when they are read.
 */
import type { Slot } from "./checkpoint.ts";
import { journalLength } from "./commit-queue.ts";
import type { Database } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { keyspaceRange, keyspaces, stateKey, textOfKey } from "./keyspace.ts";
import { decodeType } from "./lesson-encoding.ts";
import { decodePlace } from "./level-experience-store.ts";
import {
  checkSchemaVersion,
  type PresenceKind,
  PresenceTally,
  type StoreState,
  samePresence,
  storeStateSchema,
} from "./state.ts";

export interface Verified {
  readonly state: StoreState;
  /** Commits that were made again from the checkpoint. */
  readonly redone: number;
}

/** `slots`: oldest first. @throws STORE_DAMAGED saying what is missing; STORE_VERSION */
export async function verifyDatabase(database: Database, slots: readonly Slot[]): Promise<Verified> {
  const { state, redone } = await redoLostCommits(database, slots);
  const newest = slots.at(-1)?.state;
  if (newest === undefined || state.commit < newest.commit || state.commit > newest.commit + 1) {
    throw damaged(`LevelDB is at commit ${state.commit}, the checkpoint at ${newest?.commit ?? "none"}`);
  }
  if (state.commit === newest.commit) checkPresence("the checkpoint", newest.presence, state.presence);
  await checkJournal(database, state);
  checkPresence("its own account", state.presence, await countPresence(database));
  return { state, redone };
}

/** @throws STORE_DAMAGED, STORE_VERSION */
export async function readState(database: Database): Promise<StoreState> {
  const value = await database.get(stateKey);
  if (value === undefined) throw damaged("LevelDB holds no state");
  const state = JSON.parse(value.toString());
  checkSchemaVersion(state.schemaVersion);
  return storeStateSchema.parse(state);
}

/** Writes again what the slots hold and LevelDB lacks: the last commits before a crash. */
export async function redoLostCommits(database: Database, slots: readonly Slot[]): Promise<Verified> {
  let state = await readState(database);
  let redone = 0;
  for (const slot of slots) {
    if (slot.state.commit !== state.commit + 1 || slot.redo === undefined) continue;
    await database.write(slot.redo);
    state = slot.state;
    redone++;
  }
  return { state, redone };
}

async function checkJournal(database: Database, { commit }: StoreState): Promise<void> {
  let found = 0;
  for await (const keys of database.keyChunks(keyspaceRange(keyspaces.journal))) found += keys.length;
  const expected = Math.min(commit, journalLength);
  if (found !== expected) throw damaged(`${expected - found} of the last ${expected} commits are missing from LevelDB`);
}

async function countPresence(database: Database): Promise<StoreState["presence"]> {
  const tallies: Record<PresenceKind, PresenceTally> = {
    experience: new PresenceTally(),
    lesson: new PresenceTally(),
    attestation: new PresenceTally(),
    retraction: new PresenceTally(),
    rotation: new PresenceTally(),
  };
  for await (const entries of database.entryChunks(keyspaceRange(keyspaces.experienceOrder))) {
    for (const { value } of entries) tallies.experience.change("experience", decodePlace(value).id, 1);
  }
  for await (const entries of database.entryChunks(keyspaceRange(keyspaces.recordType))) {
    for (const { key, value } of entries) {
      const type = decodeType(value);
      tallies[type].change(type, textOfKey(key), 1);
    }
  }
  return {
    experience: tallies.experience.presence(),
    lesson: tallies.lesson.presence(),
    attestation: tallies.attestation.presence(),
    retraction: tallies.retraction.presence(),
    rotation: tallies.rotation.presence(),
  };
}

function checkPresence(against: string, expected: StoreState["presence"], found: StoreState["presence"]): void {
  for (const kind of Object.keys(expected) as PresenceKind[]) {
    if (samePresence(expected[kind], found[kind])) continue;
    const counts = `LevelDB has ${found[kind].count} of kind ${kind}, by ${against} there are ${expected[kind].count}`;
    throw damaged(expected[kind].count === found[kind].count ? `${counts}, but others` : counts);
  }
}

function damaged(what: string): Error {
  return storeErrors.create("STORE_DAMAGED", `the store is damaged: ${what}`);
}
