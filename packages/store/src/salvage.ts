/** Reads what is left of a damaged database, value by value, and stores it anew. Whatever fails its checksum, schema or id is counted and left. */

import type { SignedRecord, StoreChange, StoredLesson } from "@grapevine/core";
import {
  type Clock,
  GrapevineError,
  isAttestation,
  isLesson,
  isMembership,
  isRetraction,
  isRotation,
  type LessonBody,
  noOutcomes,
} from "@grapevine/core";
import type { Database } from "./database.ts";
import {
  embeddingPrefix,
  type KeyRange,
  keyspaceRange,
  keyspaces,
  labelOfEmbeddingKey,
  prefixRange,
  recordKeyKey,
  textKey,
  textOfKey,
} from "./keyspace.ts";
import { decodeNumber, decodePrincipal, decodeStanding, decodeVector, type LessonStanding } from "./lesson-encoding.ts";
import { decodeExperience } from "./level-experience-store.ts";
import type { Store } from "./open-store.ts";
import { unseal } from "./sealed-value.ts";
import type { PresenceKind } from "./state.ts";
import { decodeFrame } from "./stored-frame.ts";

export interface SalvageComponents {
  readonly from: Database;
  readonly to: Pick<Store, "experiences" | "lessons">;
  readonly clock: Clock;
}

export interface SalvageCounts {
  readonly kept: Readonly<Record<PresenceKind, number>>;
  readonly unreadable: number;
  /** Larger than every label that was kept. */
  readonly nextLabel: number;
  /** The largest sequence number of records by authors of one's own lessons. */
  readonly lastOwnSequence: number;
}

export class Salvage {
  readonly #components: SalvageComponents;
  readonly #kept: Record<PresenceKind, number> = {
    experience: 0,
    lesson: 0,
    attestation: 0,
    retraction: 0,
    rotation: 0,
    membership: 0,
  };
  readonly #lastSequences: Map<string, number> = new Map();
  readonly #ownAuthors: Set<string> = new Set();
  readonly #labels: Set<number> = new Set();
  #nextLabel = 0;
  #unreadable = 0;

  constructor(components: SalvageComponents) {
    this.#components = components;
  }

  /** Once. */
  async run(): Promise<SalvageCounts> {
    await this.#experiences();
    await this.#forgotten();
    await this.#records();
    await this.#decisions();
    await this.#embeddings();
    const own = [...this.#ownAuthors].map((author) => this.#lastSequences.get(author) ?? 0);
    return {
      kept: this.#kept,
      unreadable: this.#unreadable,
      nextLabel: this.#nextLabel,
      lastOwnSequence: Math.max(0, ...own),
    };
  }

  async #experiences(): Promise<void> {
    const { from, to } = this.#components;
    const places: { readonly id: string; readonly order: number }[] = [];
    await this.#each(keyspaceRange(keyspaces.experience), async (key, value) => {
      const id = textOfKey(key);
      places.push({ id, order: decodeExperience(id, value).order });
    });
    places.sort((first, second) => first.order - second.order);
    for (const { id } of places) {
      const value = await from.get(textKey(keyspaces.experience, id));
      if (value === undefined) continue;
      await to.experiences.append(decodeExperience(id, value).experience);
      this.#kept.experience++;
    }
  }

  /** Before the records: what was said of a lesson after it had been forgotten is kept. */
  async #forgotten(): Promise<void> {
    const batch = this.#batches();
    await this.#each(keyspaceRange(keyspaces.forgotten), async (key, value) => {
      await batch.add({ kind: "forget", id: textOfKey(key), reason: value.toString() });
    });
    await batch.flush();
  }

  /** Lessons in the order of their receipt; those whose order is lost come last. */
  async #records(): Promise<void> {
    const batch = this.#batches();
    const places: LessonPlace[] = [];
    await this.#each(keyspaceRange(keyspaces.frame), async (key, value) => {
      const record = decodeFrame(textOfKey(key), value);
      const { author, seq } = record.body;
      this.#lastSequences.set(author, Math.max(this.#lastSequences.get(author) ?? 0, seq));
      if (isLesson(record)) places.push({ id: record.id, author, kept: await this.#attempt(() => this.#standing(record.id)) });
      if (isAttestation(record)) await batch.add({ kind: "attestation", record });
      if (isRetraction(record)) await batch.add({ kind: "tombstone", record });
      if (isRotation(record)) await batch.add({ kind: "rotation", record });
      if (isMembership(record)) await batch.add({ kind: "membership", record });
      if (!isLesson(record)) this.#kept[record.body.type]++;
    });
    this.#nextLabel = places.reduce((next, { kept }) => Math.max(next, (kept?.label ?? -1) + 1), 0);
    places.sort((first, second) => orderOf(first) - orderOf(second));
    for (const { kept, author } of places) if (kept?.standing.state === "own") this.#ownAuthors.add(author);
    for (const place of places) await batch.add({ kind: "lesson", lesson: await this.#lesson(place) });
    await batch.flush();
  }

  async #lesson({ id, kept }: LessonPlace): Promise<StoredLesson> {
    const record = decodeFrame(id, (await this.#components.from.get(textKey(keyspaces.frame, id))) as Buffer);
    const label = kept === undefined || this.#labels.has(kept.label) ? this.#nextLabel++ : kept.label;
    this.#labels.add(label);
    this.#kept.lesson++;
    const lesson = record as SignedRecord<LessonBody>;
    if (kept === undefined) {
      const held = heldLesson(lesson, label, this.#components.clock.now());
      return (await this.#wasKeptBack(lesson)) ? { ...held, consolidates: lesson.body.derivedFrom[0] ?? id } : held;
    }
    const { order: _, ...rest } = kept;
    return { ...rest, record: lesson, label };
  }

  /** A draft of one's own for a cluster, which nobody was to get before its trial. Which member it was to beat is lost; one that it was made of takes that one's place. */
  async #wasKeptBack({ id, body }: SignedRecord<LessonBody>): Promise<boolean> {
    if (!this.#ownAuthors.has(body.author)) return false;
    const [isPassedOn] = await this.#components.from.hasMany([recordKeyKey(body.createdAt, id)]);
    return isPassedOn !== true;
  }

  async #standing(id: string): Promise<LessonStanding | undefined> {
    const value = await this.#components.from.get(textKey(keyspaces.standing, id));
    return value === undefined ? undefined : decodeStanding(value);
  }

  async #decisions(): Promise<void> {
    const batch = this.#batches();
    await this.#each(keyspaceRange(keyspaces.principal), async (_key, value) => {
      await batch.add({ kind: "principal", principal: decodePrincipal(value) });
    });
    await this.#each(keyspaceRange(keyspaces.review), async (key) => {
      await batch.add({ kind: "review-begin", author: textOfKey(key) });
    });
    await this.#each(keyspaceRange(keyspaces.refused), async (key, value) => {
      await batch.add({ kind: "refused", id: textOfKey(key), reason: value.toString() });
    });
    const outbox: { readonly id: string; readonly order: number }[] = [];
    await this.#each(keyspaceRange(keyspaces.outbox), async (key, value) => {
      outbox.push({ id: textOfKey(key), order: decodeNumber(value) });
    });
    outbox.sort((first, second) => first.order - second.order);
    for (const { id } of outbox) await batch.add({ kind: "outbox-add", id });
    await batch.flush();
  }

  async #embeddings(): Promise<void> {
    const batch = this.#batches();
    await this.#each(keyspaceRange(keyspaces.embedder), async (embedderKey, number) => {
      const embedder = textOfKey(embedderKey);
      await this.#each(prefixRange(embeddingPrefix(number.readUInt16BE(0))), async (key, value) => {
        await batch.add({ kind: "embedding", embedder, label: labelOfEmbeddingKey(key), vector: decodeVector(value) });
      });
    });
    await batch.flush();
  }

  /** Visits every value of a range that is what was written. */
  async #each(range: KeyRange, visit: (key: Buffer, value: Buffer) => Promise<void>): Promise<void> {
    for await (const { key, value } of this.#components.from.sealedEntries(range)) {
      await this.#attempt(() => visit(key, unseal(key, value)));
    }
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!GrapevineError.is(error, "STORE_DAMAGED")) throw error;
      this.#unreadable++;
      return undefined;
    }
  }

  #batches(): { add(change: StoreChange): Promise<void>; flush(): Promise<void> } {
    const { lessons } = this.#components.to;
    let changes: StoreChange[] = [];
    const flush = async (): Promise<void> => {
      const full = changes;
      changes = [];
      await lessons.apply(full);
    };
    return {
      add: async (change) => {
        if (changes.push(change) >= changesPerBatch) await flush();
      },
      flush,
    };
  }
}

const changesPerBatch = 200;

/** A lesson whose frame can be read, and what is kept of it where that can be read too. */
interface LessonPlace {
  readonly id: string;
  readonly author: string;
  readonly kept: LessonStanding | undefined;
}

function orderOf({ kept }: LessonPlace): number {
  return kept?.order ?? Number.MAX_SAFE_INTEGER;
}

/** A lesson of which only the record is left: held, as a stranger's would be, until it earns its place again. */
function heldLesson(record: SignedRecord<LessonBody>, label: number, now: number): StoredLesson {
  const standing = {
    state: "held",
    rule: "repaired",
    reason: "what was known of it was lost with the damaged store",
    since: now,
  } as const;
  return {
    record,
    standing,
    history: [],
    cluster: record.id,
    label,
    pinned: false,
    receivedAt: now,
    outcomes: noOutcomes,
    usedAt: 0,
    conflicts: [],
    topic: label,
  };
}
