/** The glances and the testimony that lie in memory: filled by reading them from the disk once, while commits already change them. */
import type { AttestedCounts, LessonGlance, LessonState, RecordId, WeighedWords } from "@grapevine/core";
import type { Write } from "./database.ts";
import {
  decodeCounts,
  decodeGlance,
  idOfGlance,
  joinedClusterOfGlance,
  stateOfGlance,
  wordsOfGlance,
} from "./glance-encoding.ts";
import { authorOfAuthoredKey, keyspaces, labelOfGlanceKey, lessonOfAuthoredKey } from "./keyspace.ts";
import { PackedValues } from "./packed-values.ts";
import { unseal, unsealed } from "./sealed-value.ts";

export class GlanceMemory {
  readonly #glances: PackedValues = new PackedValues();
  readonly #attestations: Map<RecordId, readonly AttestedCounts[]> = new Map();
  #attestationCount = 0;
  readonly #texts: Map<string, string> = new Map();
  /** Keys that commits have written while the disk was being read; undefined when it is not. */
  #newer: Set<string> | undefined = new Set();

  get lessons(): number {
    return this.#glances.size;
  }

  get attestations(): number {
    return this.#attestationCount;
  }

  labels(): Iterable<number> {
    return this.#glances.keys();
  }

  of(label: number): LessonGlance | undefined {
    const bytes = this.#glances.get(label);
    return bytes === undefined ? undefined : decodeGlance(bytes, this.#share, this.#attestationsOf);
  }

  idOf(label: number): RecordId | undefined {
    const bytes = this.#glances.get(label);
    return bytes === undefined ? undefined : idOfGlance(bytes);
  }

  stateOf(label: number): LessonState | undefined {
    const bytes = this.#glances.get(label);
    return bytes === undefined ? undefined : stateOfGlance(bytes);
  }

  /** A view of what is in memory. */
  wordsOf(label: number): WeighedWords | undefined {
    const bytes = this.#glances.get(label);
    return bytes === undefined ? undefined : wordsOfGlance(bytes);
  }

  /** The cluster that the lesson is in; undefined where no lesson has the label. */
  clusterOf(label: number): RecordId | undefined {
    const bytes = this.#glances.get(label);
    return bytes === undefined ? undefined : (joinedClusterOfGlance(bytes) ?? idOfGlance(bytes));
  }

  /** The cluster that the lesson has joined; undefined where it is in that of its own id. */
  joinedClusterOf(label: number): RecordId | undefined {
    const bytes = this.#glances.get(label);
    return bytes === undefined ? undefined : joinedClusterOfGlance(bytes);
  }

  /** What was found on the disk: a value that is not what was written is left out, and so is one that a commit has replaced since. */
  read(key: Buffer, sealed: Buffer): void {
    const value = unsealed(key, sealed);
    if (value !== undefined && this.#newer?.has(key.toString("latin1")) !== true) this.#set(key, value);
  }

  endReading(): void {
    this.#newer = undefined;
  }

  /** What a commit has written, of whatever keyspace. */
  follow({ key, sealed }: Write): void {
    if (key[0] !== keyspaces.glance && key[0] !== keyspaces.testimony) return;
    this.#newer?.add(key.toString("latin1"));
    this.#set(key, sealed === undefined ? undefined : unseal(key, sealed));
  }

  #set(key: Buffer, value: Buffer | undefined): void {
    if (key[0] === keyspaces.testimony) this.#setAttestation(key, value);
    else if (value === undefined) this.#glances.delete(labelOfGlanceKey(key));
    else this.#glances.set(labelOfGlanceKey(key), value);
  }

  #setAttestation(key: Buffer, value: Buffer | undefined): void {
    const lesson = lessonOfAuthoredKey(key);
    const author = this.#share(authorOfAuthoredKey(key));
    const before = this.#attestationsOf(lesson);
    const after = before.filter((each) => each.author !== author);
    if (value !== undefined) after.push({ author, ...decodeCounts(value) });
    this.#attestationCount += after.length - before.length;
    if (after.length === 0) this.#attestations.delete(lesson);
    else this.#attestations.set(lesson, after);
  }

  readonly #attestationsOf = (lesson: RecordId): readonly AttestedCounts[] => this.#attestations.get(lesson) ?? [];

  /** One string for all that are equal: there are far fewer authors and environments than lessons. */
  readonly #share = (text: string): string => {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  };
}
