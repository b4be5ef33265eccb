/**
 * Makes all glances and all testimony anew from the lessons and the attestations, a small commit at a time, while the store is in use. A mark in the store says that they
 * are complete and of which format: it is taken away before anything else is written by a program that has another format, and set last.
 */
import { glanceOf, isAttestation, type LessonBody, type RecordId, type SignedRecord } from "@grapevine/core";
import type { CommitQueue } from "./commit-queue.ts";
import type { Database, Write } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { encodeCounts, encodeGlance, glanceFormat } from "./glance-encoding.ts";
import { authoredKey, glanceKey, type Keyspace, keyspaceRange, keyspaces, prefixRange, textKey, textOfKey } from "./keyspace.ts";
import { decodePointer, decodeStanding, type LessonStanding } from "./lesson-encoding.ts";
import { seal } from "./sealed-value.ts";
import { asLesson, decodeFrame } from "./stored-frame.ts";
import type { Transaction } from "./transaction.ts";

export interface RebuildComponents {
  readonly database: Database;
  readonly commits: CommitQueue;
}

/** Of the glances that this program makes. */
const markKey: Buffer = textKey(keyspaces.meta, `glances ${glanceFormat}`);
const marksPrefix: Buffer = textKey(keyspaces.meta, "glances ");
const nothing: Uint8Array = new Uint8Array(0);

/** For a store without lessons. */
export function glancesMark(): Write {
  return { key: markKey, sealed: seal(markKey, nothing) };
}

export async function isGlancesMarked(database: Database): Promise<boolean> {
  return (await database.hasMany([markKey]))[0] === true;
}

/** To be called at opening, before anything is written. */
export async function dropForeignMarks(database: Database): Promise<void> {
  for await (const keys of database.keyChunks(prefixRange(marksPrefix))) {
    const foreign = keys.filter((key) => !key.equals(markKey));
    if (foreign.length > 0)
      await database.write(
        foreign.map((key) => ({ key, sealed: undefined })),
        { sync: true },
      );
  }
}

/** @throws STORE_DAMAGED when a lesson or an attestation cannot be read */
export async function rebuildGlances(components: RebuildComponents): Promise<void> {
  await eachPage(keyspaces.glance, components, deletion);
  await eachPage(keyspaces.testimony, components, deletion);
  await eachLesson(components, (transaction, record, kept) =>
    transaction.put(glanceKey(kept.label), encodeGlance(glanceOf({ ...kept, record }, []))),
  );
  await eachPage(keyspaces.attestation, components, testimony);
  await components.commits.commit((transaction) => transaction.put(markKey, nothing));
}

/** What one commit writes, of what was read before it. */
type Page = (transaction: Transaction) => void;

const keysPerPage = 50;

/** All keys that are there when it begins. What comes later writes its own. */
async function eachPage(
  keyspace: Keyspace,
  { database, commits }: RebuildComponents,
  prepare: (keys: readonly Buffer[], database: Database) => Promise<Page>,
): Promise<void> {
  for await (const keys of database.keyChunks(keyspaceRange(keyspace))) {
    for (let from = 0; from < keys.length; from += keysPerPage) {
      await commits.commit(await prepare(keys.slice(from, from + keysPerPage), database));
    }
  }
}

async function deletion(keys: readonly Buffer[]): Promise<Page> {
  return (transaction) => {
    for (const key of keys) transaction.delete(key);
  };
}

/**
 * As `eachPage`, over all lessons. Records never change, so that they may be read before the commit; what is kept about a lesson is read in it.
 * @throws STORE_DAMAGED when a lesson cannot be read
 */
export async function eachLesson(
  components: RebuildComponents,
  write: (transaction: Transaction, record: SignedRecord<LessonBody>, kept: LessonStanding) => void,
): Promise<void> {
  await eachPage(keyspaces.standing, components, async (keys, database) => {
    const ids = keys.map(textOfKey);
    const frames = await database.getMany(ids.map((id) => textKey(keyspaces.frame, id)));
    return (transaction) => {
      for (const [position, key] of keys.entries()) {
        const value = transaction.getSync(key);
        if (value === undefined) continue; // gone since
        write(transaction, asLesson(decodeFrame(ids[position] as RecordId, frames[position])), decodeStanding(value));
      }
    };
  });
}

async function testimony(keys: readonly Buffer[], database: Database): Promise<Page> {
  const pointers = (await database.getMany(keys)).map((value) => (value === undefined ? undefined : decodePointer(value)));
  const frames = await database.getMany(pointers.map((pointer) => textKey(keyspaces.frame, pointer?.id ?? "")));
  return (transaction) => {
    for (const [position, key] of keys.entries()) {
      const pointer = pointers[position];
      const value = transaction.getSync(key);
      if (pointer === undefined || value === undefined || decodePointer(value).id !== pointer.id) continue; // replaced since
      const record = decodeFrame(pointer.id, frames[position]);
      if (!isAttestation(record)) throw storeErrors.create("STORE_DAMAGED", `record ${record.id} is not an attestation`);
      transaction.put(authoredKey(keyspaces.testimony, record.body.lesson, record.body.author), encodeCounts(record.body));
    }
  };
}
