/**
 * Holds an opened LevelDB against its own account and against the checkpoint outside, by keys and small values only.
 *
 * Guarantees: a commit that is missing at the end, in the middle or altogether is found, and so is an experience or a record that is not listed any more.
 * Does not: read every value; those are checked when they are read.
 */
import type { CheckpointEntry } from "./checkpoint.ts";
import { journalLength } from "./commit-queue.ts";
import type { Database } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { keyspaceRange, keyspaces, numberOfKey, stateKey } from "./keyspace.ts";
import { typeOfCode } from "./lesson-encoding.ts";
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
  /** Commits that LevelDB lacked and that were made again from the checkpoint. */
  readonly redone: number;
}

/** @throws STORE_DAMAGED saying what is missing; STORE_VERSION */
export async function verifyDatabase(database: Database, entries: readonly CheckpointEntry[]): Promise<Verified> {
  const redone = await redoLostCommits(database, entries);
  const state = await readState(database);
  const newest = entries.at(-1)?.state;
  if (newest === undefined || state.commit < newest.commit || state.commit > newest.commit + 1) {
    throw damaged(`LevelDB is at commit ${state.commit}, the checkpoint at ${newest?.commit ?? "none"}`);
  }
  if (state.commit === newest.commit) checkPresence("the checkpoint", newest.presence, state.presence);
  checkJournal(await readJournal(database), state);
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

/**
 * Makes again, from the first that LevelDB lacks, the commits that the checkpoint holds: all of them, since a later one may have changed what an earlier one
 * wrote. Does nothing when one of those is without its writes. Gives how many were lacking.
 */
export async function redoLostCommits(database: Database, entries: readonly CheckpointEntry[]): Promise<number> {
  const journal = await readJournal(database);
  const isLacking = ({ state }: CheckpointEntry): boolean => state.commit > 0 && !journal.has(state.commit);
  const first = entries.findIndex(isLacking);
  if (first < 0) return 0;
  const commits = entries.slice(first);
  if (commits.some(({ redo }) => redo === undefined)) return 0;
  for (const { redo } of commits) await database.write(redo ?? [], { sync: true });
  return commits.filter(isLacking).length;
}

/** The numbers of the last commits that LevelDB holds. */
async function readJournal(database: Database): Promise<ReadonlySet<number>> {
  const commits = new Set<number>();
  for await (const keys of database.keyChunks(keyspaceRange(keyspaces.journal))) {
    for (const key of keys) commits.add(numberOfKey(key));
  }
  return commits;
}

function checkJournal(journal: ReadonlySet<number>, { commit }: StoreState): void {
  const expected = Math.min(commit, journalLength);
  let found = 0;
  for (let number = commit - expected + 1; number <= commit; number++) if (journal.has(number)) found++;
  if (found !== expected) throw damaged(`${expected - found} of the last ${expected} commits are missing from LevelDB`);
}

async function countPresence(database: Database): Promise<StoreState["presence"]> {
  const tallies: Record<PresenceKind, PresenceTally> = {
    experience: new PresenceTally(),
    lesson: new PresenceTally(),
    attestation: new PresenceTally(),
    retraction: new PresenceTally(),
    rotation: new PresenceTally(),
    membership: new PresenceTally(),
  };
  for await (const entries of database.entryChunks(keyspaceRange(keyspaces.experienceOrder))) {
    for (const { value } of entries) tallies.experience.change("experience", decodePlace(value).id, 1);
  }
  // Without their checksums: an id or a type that was altered does not add up.
  for await (const entries of database.textChunks(keyspaceRange(keyspaces.recordType))) {
    for (const [key, value] of entries) {
      const type = typeOfCode(value.charCodeAt(0));
      if (type === undefined) throw damaged(`the type of record ${key.slice(1)} is not what was written`);
      tallies[type].change(type, key.slice(1), 1);
    }
  }
  return {
    experience: tallies.experience.presence(),
    lesson: tallies.lesson.presence(),
    attestation: tallies.attestation.presence(),
    retraction: tallies.retraction.presence(),
    rotation: tallies.rotation.presence(),
    membership: tallies.membership.presence(),
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
