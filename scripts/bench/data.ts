/**
 * What is measured on: signed lessons of made-up words, with vectors that lie in clusters as embeddings do. Everything follows from the number of lessons alone.
 *
 * A home of many lessons takes minutes to make, most of them for the index's graph. It is made once and kept in the system's folder for temporary files under a
 * name that changes with the format; a bench that starts a node on one copies it first.
 */
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttestationBody,
  type Identity,
  identityFromSeed,
  type LessonBody,
  type LessonState,
  noOutcomes,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
  signRecord,
  strangerCalled,
  systemClock,
} from "@grapevine/core";
import { openEmbedder } from "@grapevine/model";
import { openStore } from "@grapevine/store";
import { openVectorIndex } from "@grapevine/vector-index";
import { loadIdentity, type NodeHome, openHome } from "../../packages/node/src/home.ts";
import { clusteredVectors, seededRandom } from "../../packages/testing/src/clustered-vectors.ts";

/** Raised when what is made changes, so that nothing older is measured. */
const dataFormat = 3;
/** Of the node whose home is made here. */
export const nodeName = "bench";
const madeAt = 1_700_000_000_000;
/** Lessons of which one is near: as many as there are of a topic, not fewer the larger the store is. */
const lessonsPerCluster = 50;
const lessonsPerWrite = 1_000;
const authorCount = 64;
/** Of the authors, those that the user named. */
const trustedCount = 16;
/** Every so many lessons, one that somebody else has tried and attested. */
const attestedEvery = 10;

/** The home of a node that holds so many lessons, from the cache. It must not be changed: see `copiedHome`. */
export async function preparedHome(lessons: number, say: (text: string) => void): Promise<NodeHome> {
  const cache = join(tmpdir(), `grapevine-bench-${dataFormat}`);
  const finished = join(cache, `lessons-${lessons}`);
  await mkdir(cache, { recursive: true });
  if (!existsSync(finished)) {
    const unfinished = await mkdtemp(join(cache, "making-"));
    try {
      await fill(await openHome(unfinished, nodeName), lessons, say);
      await rename(unfinished, finished);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  }
  return await openHome(finished, nodeName);
}

/** A home of one's own to run a node on, without any lesson for 0. Whoever asked for it removes its folder. */
export async function copiedHome(lessons: number, say: (text: string) => void): Promise<string> {
  const folder = await temporaryFolder();
  if (lessons > 0) await cp((await preparedHome(lessons, say)).folder, join(folder, nodeName), { recursive: true });
  return folder;
}

export async function temporaryFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "grapevine-bench-run-"));
}

/** The lesson of a number, by one of the authors in turn. */
export function benchLesson(
  number: number,
  author: Identity = benchAuthor(number),
  createdAt: number = madeAt + number,
): SignedRecord<LessonBody> {
  const random = seededRandom(number);
  const words = (count: number): string => Array.from({ length: count }, () => benchWord(random)).join(" ");
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq: number + 1,
    createdAt,
    kind: "procedure",
    title: `How to ${words(3)} ${number}`,
    situation: `When ${words(10)} with the tool ${benchWord(random)}`,
    guidance: `Use ${words(16)}`,
    example: { task: `Show ${words(5)}`, steps: [`${words(1)} ${words(1)} --by ${words(1)}`] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [benchWord(random), benchWord(random)],
    derivedFrom: [],
  });
}

/** A question about a lesson: its vector, somewhat off, and some of its words. */
export function questionAbout(lesson: LessonBody, vector: Float32Array, random: () => number): BenchQuestion {
  const length = Math.hypot(...vector);
  const step = (2 * questionSpread * length) / Math.sqrt(vector.length);
  return { text: `How do I ${lesson.situation.slice(5)}?`, vector: vector.map((element) => element + step * (random() - 0.5)) };
}

export interface BenchQuestion {
  readonly text: string;
  readonly vector: Float32Array;
}

/** How far a question lies from its lesson, as a share of the vector's length: a cosine of about 0.9. */
const questionSpread = 0.8;

const authors: Identity[] = Array.from({ length: authorCount }, (_, number) =>
  identityFromSeed(new Uint8Array(32).fill(number + 1)),
);

export function benchAuthor(number: number): Identity {
  return authors[number % authorCount] as Identity;
}

/** What a node that knows the trusted ones of the authors has stored about them. */
export function benchPrincipals(): StoreChange[] {
  return authors.slice(0, trustedCount).map(({ author }, number) => ({
    kind: "principal",
    principal: { ...strangerCalled(author), name: `author-${number}`, standing: "trusted" },
  }));
}

async function fill(home: NodeHome, lessons: number, say: (text: string) => void): Promise<void> {
  const store = await openStore({ path: home.storeFolder, clock: systemClock });
  const embedder = await openEmbedder();
  const { id, dimensions } = embedder;
  const { index } = await openVectorIndex({ path: home.indexFolder, embedder: id, dimensions });
  const self = await loadIdentity(home, { mayCreate: true });
  const vectors = clusteredVectors({ count: lessons, dimensions, clusters: Math.ceil(lessons / lessonsPerCluster), seed: 1 });
  await store.lessons.apply(benchPrincipals());
  for (let from = 0; from < lessons; from += lessonsPerWrite) {
    const changes: StoreChange[] = [];
    for (let number = from; number < Math.min(from + lessonsPerWrite, lessons); number++) {
      const vector = vectors[number] as Float32Array;
      changes.push(...changesOf(number, self), { kind: "embedding", label: number, embedder: id, vector });
      index.add(number, vector);
    }
    await store.lessons.apply(changes);
    say(`making the data to measure on, once: ${Math.min(from + lessonsPerWrite, lessons)} of ${lessons} lessons`);
  }
  await index.save();
  await index.close();
  await embedder.close();
  await store.close();
}

/** One in ten is the node's own, one in ten is held, one in ten is attested by an author whom the user trusts. */
function changesOf(number: number, self: Identity): StoreChange[] {
  const own = number % 10 === 0;
  const state: LessonState = own ? "own" : number % 10 === 1 ? "held" : "admitted";
  const record = benchLesson(number, own ? self : benchAuthor(number));
  const changes: StoreChange[] = [{ kind: "lesson", lesson: storedLesson(record, number, state) }];
  if (number % attestedEvery === 5) changes.push({ kind: "attestation", record: attestationOf(record, number) });
  return changes;
}

function attestationOf(record: SignedRecord<LessonBody>, number: number): SignedRecord<AttestationBody> {
  return signRecord<AttestationBody>(authors[(number / 5) % trustedCount] as Identity, {
    type: "attestation",
    seq: 1_000_000_000 + number,
    createdAt: madeAt + number,
    lesson: record.id,
    worked: 1,
    changed: 0,
    failed: 0,
  });
}

function storedLesson(record: SignedRecord<LessonBody>, label: number, state: LessonState): StoredLesson {
  return {
    record,
    standing: { state, rule: "bench", reason: "made to be measured", since: madeAt },
    history: [],
    cluster: record.id,
    label,
    pinned: false,
    receivedAt: madeAt,
    outcomes: noOutcomes,
    usedAt: 0,
    conflicts: [],
    topic: label,
  };
}

const syllables = ["ba", "cor", "del", "fen", "gim", "hol", "jun", "kat", "lim", "mor", "nes", "pol", "ras", "tem"];

/** One of 2,744 words of three syllables. */
function benchWord(random: () => number): string {
  return Array.from({ length: 3 }, () => syllables[Math.floor(random() * syllables.length)]).join("");
}
