/** The `ExperienceStore` port on LevelDB. Experiences are JSON, checked by checksum and schema when they are read. */
import {
  type DistillationState,
  type Experience,
  type ExperienceQuery,
  type ExperienceStore,
  forgottenTitle,
  GrapevineError,
  type Outcome,
  type RecordId,
} from "@grapevine/core";
import type { CommitQueue } from "./commit-queue.ts";
import type { Database, Write } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { experienceSchema } from "./experience-schema.ts";
import { keyspaceRange, keyspaces, numberBytes, numberKey, prefixRange, textKey, textOfKey } from "./keyspace.ts";
import type { Transaction } from "./transaction.ts";

export interface LevelExperienceStoreComponents {
  readonly database: Database;
  readonly commits: CommitQueue;
}

export class LevelExperienceStore implements ExperienceStore {
  readonly #database: Database;
  readonly #commits: CommitQueue;
  #revision = 0;

  constructor({ database, commits }: LevelExperienceStoreComponents) {
    this.#database = database;
    this.#commits = commits;
  }

  async append(experience: Experience): Promise<void> {
    const valid = readExperience(experience);
    await this.#commits.commit((transaction) => {
      const key = textKey(keyspaces.experience, valid.id);
      if (transaction.getSync(key) !== undefined) {
        throw storeErrors.create("EXPERIENCE_EXISTS", `there is an experience ${valid.id} already`);
      }
      const order = transaction.takeOrder();
      // One that was in the making when a lesson was forgotten that it uses.
      const isForgotten = (lesson: RecordId): boolean => transaction.getSync(textKey(keyspaces.forgotten, lesson)) !== undefined;
      const lessons = valid.lessons.map((use) => (isForgotten(use.id) ? { ...use, title: forgottenTitle } : use));
      transaction.put(key, encodeExperience({ order, experience: { ...valid, lessons } }));
      transaction.put(numberKey(keyspaces.experienceOrder, order), encodePlace(valid));
      transaction.count("experience", valid.id, 1);
    });
  }

  async get(id: string): Promise<Experience | undefined> {
    const value = await this.#database.get(textKey(keyspaces.experience, id));
    return value === undefined ? undefined : decodeExperience(id, value).experience;
  }

  async resolve(abbreviation: string): Promise<string[]> {
    const found = new Set<string>();
    const beginning = prefixRange(textKey(keyspaces.experience, abbreviation));
    for await (const { key } of this.#database.entries(beginning, { limit: 2 })) found.add(textOfKey(key));
    // An ending has no order of its own: a key for it would cost every append more than this search costs the few who abbreviate so.
    for await (const { id } of this.#places(false)) {
      if (found.size >= 2) break;
      if (id.endsWith(abbreviation)) found.add(id);
    }
    return [...found].slice(0, 2);
  }

  async *list(query: ExperienceQuery = {}): AsyncGenerator<Experience, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY, distillation } = query;
    const asked = (experience: Experience): boolean => distillation === undefined || experience.distillation === distillation;
    let left = limit;
    let places: ListedPlace[] = [];
    for await (const place of this.#places(query.oldestFirst === true)) {
      if (left <= 0) break;
      if (distillation !== undefined && place.distillation !== distillation) continue;
      places.push(place);
      left--;
      if (places.length === experiencesPerRead) {
        // Its state may have changed since the listing began: what is yielded is as it is now.
        yield* (await this.#read(places)).filter(asked);
        places = [];
      }
    }
    yield* (await this.#read(places)).filter(asked);
  }

  count(): number {
    return this.#commits.state.presence.experience.count;
  }

  revision(): number {
    return this.#revision;
  }

  /** What a commit has written. */
  follow(writes: readonly Write[]): void {
    if (writes.some(({ key }) => key[0] === keyspaces.experience)) this.#revision++;
  }

  async update(
    id: string,
    { outcome, distillation }: { readonly outcome?: Outcome; readonly distillation?: DistillationState },
  ): Promise<Experience> {
    return await this.#commits.commit((transaction) =>
      changeExperience(transaction, id, (before) => ({
        ...before,
        ...(outcome === undefined ? {} : { outcome }),
        ...(distillation === undefined ? {} : { distillation }),
      })),
    );
  }

  async forget(id: string): Promise<void> {
    await this.#commits.commit((transaction) => {
      const key = textKey(keyspaces.experience, id);
      const value = transaction.getSync(key);
      if (value === undefined) throw unknown(id);
      transaction.erase(key);
      transaction.delete(numberKey(keyspaces.experienceOrder, decodeExperience(id, value).order));
      transaction.count("experience", id, -1);
    });
  }

  async forgetLesson(lesson: RecordId): Promise<number> {
    let users = 0;
    for await (const { id, lessons } of this.list()) {
      if (!lessons.some((use) => use.id === lesson && use.title !== forgottenTitle)) continue;
      try {
        await this.#commits.commit((transaction) => {
          changeExperience(transaction, id, (before) => ({
            ...before,
            lessons: before.lessons.map((use) => (use.id === lesson ? { ...use, title: forgottenTitle } : use)),
          }));
          transaction.noteErased(textKey(keyspaces.experience, id));
        });
        users++;
      } catch (error) {
        if (!GrapevineError.is(error, "EXPERIENCE_UNKNOWN")) throw error; // forgotten itself, meanwhile
      }
    }
    return users;
  }

  async *#places(oldestFirst: boolean): AsyncGenerator<ListedPlace, void, undefined> {
    const range = keyspaceRange(keyspaces.experienceOrder);
    for await (const { key, value } of this.#database.entries(range, { reverse: !oldestFirst })) {
      yield { ...decodePlace(value), key };
    }
  }

  /** One that was forgotten since it was listed is left out. @throws STORE_DAMAGED when it is still listed and not there */
  async #read(places: readonly ListedPlace[]): Promise<Experience[]> {
    const values = await this.#database.getMany(places.map(({ id }) => textKey(keyspaces.experience, id)));
    const gone = places.filter((_, i) => values[i] === undefined);
    const isListed = await this.#database.hasMany(gone.map(({ key }) => key));
    const lost = gone.find((_, i) => isListed[i] === true);
    if (lost !== undefined) throw storeErrors.create("STORE_DAMAGED", `experience ${lost.id} is listed but not there`);
    return values.flatMap((value, i) => (value === undefined ? [] : [decodeExperience(places[i]?.id ?? "", value).experience]));
  }
}

/** Experiences may be tens of kilobytes each: a list holds few of them at a time. */
const experiencesPerRead = 20;

/** @throws EXPERIENCE_UNKNOWN, EXPERIENCE_INVALID */
export function changeExperience(transaction: Transaction, id: string, changed: (before: Experience) => Experience): Experience {
  const key = textKey(keyspaces.experience, id);
  const value = transaction.getSync(key);
  if (value === undefined) throw unknown(id);
  const { order, experience: before } = decodeExperience(id, value);
  const experience = readExperience(changed(before));
  transaction.put(key, encodeExperience({ order, experience }));
  transaction.put(numberKey(keyspaces.experienceOrder, order), encodePlace(experience));
  return experience;
}

function unknown(id: string): GrapevineError {
  return storeErrors.create("EXPERIENCE_UNKNOWN", `there is no experience ${id.slice(0, 80)}`);
}

/** The value, where it is an experience. @throws EXPERIENCE_INVALID */
export function readExperience(value: unknown): Experience {
  const result = experienceSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw storeErrors.create("EXPERIENCE_INVALID", `${issue?.path.join(".") || "experience"}: ${issue?.message ?? "is invalid"}`);
}

/** An experience and its number in the order of appending. */
export interface OrderedExperience {
  readonly order: number;
  readonly experience: Experience;
}

function encodeExperience({ order, experience }: OrderedExperience): Buffer {
  const json = Buffer.from(JSON.stringify(experience));
  const value = Buffer.allocUnsafe(numberBytes + json.length);
  value.writeUIntBE(order, 0, numberBytes);
  value.set(json, numberBytes);
  return value;
}

/** @throws STORE_DAMAGED naming the id */
export function decodeExperience(id: string, value: Buffer): OrderedExperience {
  const result = experienceSchema.safeParse(JSON.parse(value.toString("utf8", numberBytes)));
  if (!result.success || result.data.id !== id) {
    throw storeErrors.create("STORE_DAMAGED", `experience ${id} is not what was written`, { cause: result.error });
  }
  return { order: value.readUIntBE(0, numberBytes), experience: result.data };
}

/** What the order of experiences holds of each, so that a list finds those in one state without reading the others. */
export interface Place {
  readonly id: string;
  readonly distillation: DistillationState;
}

/** A place, and its key in the order. */
interface ListedPlace extends Place {
  readonly key: Buffer;
}

function encodePlace({ id, distillation }: Place): Buffer {
  return Buffer.concat([Buffer.of(distillationStates.indexOf(distillation)), Buffer.from(id)]);
}

export function decodePlace(value: Buffer): Place {
  return { id: value.toString("utf8", 1), distillation: distillationStates[value.readUInt8(0)] as DistillationState };
}

/** Their places in this list are on the disk: add at the end only. */
const distillationStates: readonly DistillationState[] = ["waiting", "queued", "distilled", "nothing-new", "failed"];
