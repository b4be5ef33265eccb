/**
 * The glances of all lessons, in memory once they were asked for: some hundred bytes a lesson. They are derived data in keyspaces of their own, written by the commit
 * that changes the lesson or what is attested of it, and memory follows every commit.
 *
 * Guarantees: when `load` has resolved there is one glance for each lesson, with one entry for each attestation, as of the last commit. What cannot be read, is
 * missing or has another format is made anew from the lessons, and the log says so. Does not: load by itself.
 */
import { setImmediate } from "node:timers/promises";
import type { GlanceQuery, LessonGlance, LessonState, RecordId } from "@grapevine/core";
import type { CommitQueue } from "./commit-queue.ts";
import type { Database, Write } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { GlanceMemory } from "./glance-memory.ts";
import { isGlancesMarked, rebuildGlances } from "./glance-rebuild.ts";
import { type Keyspace, keyspaceRange, keyspaces } from "./keyspace.ts";

export interface LessonGlancesComponents {
  readonly database: Database;
  /** Told, for people, when glances have to be made anew. */
  readonly log: (message: string) => void;
}

export class LessonGlances {
  readonly #components: LessonGlancesComponents;
  /** Follows the commits as soon as it is there. */
  #memory: GlanceMemory | undefined;
  #isLoaded = false;
  #loading: Promise<void> | undefined;

  constructor(components: LessonGlancesComponents) {
    this.#components = components;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Undefined where no lesson has the label, or nothing is loaded. */
  of(label: number): LessonGlance | undefined {
    return this.#memory?.of(label);
  }

  /** Undefined as in `of`. */
  idOf(label: number): RecordId | undefined {
    return this.#memory?.idOf(label);
  }

  /** Of the lessons that are asked for, once they are loaded. */
  async *all({ states, minClusterSize = 1 }: GlanceQuery): AsyncGenerator<LessonGlance, void, undefined> {
    const clusters = minClusterSize > 1 ? await this.#clustersOf(minClusterSize) : undefined;
    if (clusters?.size === 0) return;
    for await (const label of this.#labelsInTurns()) {
      if (states !== undefined && !this.#isIn(states, label)) continue;
      if (clusters?.has(this.#memory?.clusterOf(label) ?? "") === false) continue;
      const glance = this.of(label);
      if (glance !== undefined) yield glance;
    }
  }

  /** As `all`. The words are those in memory, which may be written over between two of them. */
  async *wordsIn(states: readonly LessonState[]): AsyncGenerator<Pick<LessonGlance, "label" | "words">, void, undefined> {
    for await (const label of this.#labelsInTurns()) {
      const words = this.#isIn(states, label) ? this.#memory?.wordsOf(label) : undefined;
      if (words !== undefined) yield { label, words };
    }
  }

  /** What a commit has written: to be called in the order of the commits, in the same moment in which their state becomes the store's. */
  follow(writes: readonly Write[]): void {
    for (const write of writes) this.#memory?.follow(write);
  }

  /** Once; again after a failure. @throws STORE_DAMAGED when a lesson cannot be read of which the glance is missing */
  async load(commits: CommitQueue): Promise<void> {
    this.#loading ??= this.#load(commits);
    try {
      await this.#loading;
    } catch (error) {
      this.#memory = undefined;
      this.#loading = undefined;
      throw error;
    }
  }

  #isIn(states: readonly LessonState[], label: number): boolean {
    const state = this.#memory?.stateOf(label);
    return state !== undefined && states.includes(state);
  }

  /** Clusters of at least so many lessons, more than one. Most lessons are alone in theirs: only those that have joined another's are counted by name. */
  async #clustersOf(minSize: number): Promise<ReadonlySet<RecordId>> {
    const sizes = new Map<RecordId, number>();
    const count = (cluster: RecordId): void => void sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
    for await (const label of this.#labelsInTurns()) {
      const joined = this.#memory?.joinedClusterOf(label);
      if (joined !== undefined) count(joined);
    }
    if (sizes.size === 0) return new Set();
    for await (const label of this.#labelsInTurns()) {
      const own = this.#memory?.joinedClusterOf(label) === undefined ? this.#memory?.clusterOf(label) : undefined;
      if (own !== undefined && sizes.has(own)) count(own);
    }
    return new Set([...sizes].filter(([, size]) => size >= minSize).map(([cluster]) => cluster));
  }

  /** Lets whatever else is to be done have its turn after some of them. */
  async *#labelsInTurns(): AsyncGenerator<number, void, undefined> {
    let left = labelsPerTurn;
    for (const label of this.#memory?.labels() ?? []) {
      yield label;
      if (--left > 0) continue;
      await setImmediate();
      left = labelsPerTurn;
    }
  }

  async #load(commits: CommitQueue): Promise<void> {
    const { database, log } = this.#components;
    if ((await isGlancesMarked(database)) && (await this.#read(commits))) return;
    log("the glances of the lessons are missing or incomplete: they are made anew");
    await rebuildGlances({ database, commits });
    if (await this.#read(commits)) return;
    throw storeErrors.create("STORE_DAMAGED", "the glances of the lessons do not stay what was written");
  }

  /** False when they are not complete. */
  async #read(commits: CommitQueue): Promise<boolean> {
    const memory = new GlanceMemory();
    this.#memory = memory;
    await Promise.all([keyspaces.glance, keyspaces.testimony].map((keyspace) => this.#readKeyspace(keyspace, memory)));
    const { lesson, attestation } = commits.state.presence;
    this.#isLoaded = memory.lessons === lesson.count && memory.attestations === attestation.count;
    if (this.#isLoaded) memory.endReading();
    else this.#memory = undefined;
    return this.#isLoaded;
  }

  async #readKeyspace(keyspace: Keyspace, memory: GlanceMemory): Promise<void> {
    for await (const chunk of this.#components.database.sealedChunks(keyspaceRange(keyspace))) {
      for (const { key, value } of chunk) memory.read(key, value);
    }
  }
}

/** One to two milliseconds' work where each is decoded. */
const labelsPerTurn = 256;
