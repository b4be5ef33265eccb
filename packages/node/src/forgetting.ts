/**
 * Forgetting: at the user's word a lesson or an experience leaves this node for good, and the proof is a search for its words in every file of the node's home.
 *
 * It guarantees that the deletion is one atomic batch, that no peer's copy comes back, and that a reply means that no trace was found; a kill on the way is made good at
 * the next start. It does not reach what peers hold, what the file system keeps of deleted files, nor what else here says the same: a lesson that was made of a forgotten
 * experience stays, and so does an experience in which the agent answered in a forgotten lesson's words. Those are named.
 */
import { relative } from "node:path";
import {
  type AuthorId,
  type Embedder,
  type Experience,
  type ExperienceStore,
  GrapevineError,
  type LessonStore,
  type StoredLesson,
  signatureBytes,
} from "@grapevine/core";
import { findTraces, type Searched } from "@grapevine/store";
import type { Logger } from "pino";
import type { ForgetReply } from "./control/lesson-contract.ts";
import { nodeErrors } from "./errors.ts";
import { findExperience, findLesson } from "./finding.ts";
import type { ForgettingNote, UnfinishedForgetting } from "./home.ts";
import type { Indexing } from "./indexing.ts";
import type { Ledger } from "./ledger.ts";

export interface ForgettingComponents {
  readonly store: LessonStore;
  readonly experiences: ExperienceStore;
  readonly ledger: Pick<Ledger, "revise">;
  readonly indexing: Pick<Indexing, "forget">;
  readonly embedder: Pick<Embedder, "id">;
  readonly self: AuthorId;
  /** The node's home: all of it is searched. */
  readonly folder: string;
  /** Makes what was deleted leave the disk. */
  readonly scrub: () => Promise<unknown>;
  readonly note: ForgettingNote;
  readonly log: Pick<Logger, "info" | "error">;
}

export interface Forgetting {
  /** @throws LESSON_UNKNOWN, ID_AMBIGUOUS, FORGET_INCOMPLETE, and what store and index throw */
  lesson(text: string): Promise<ForgetReply>;
  /** @throws EXPERIENCE_UNKNOWN, ID_AMBIGUOUS, FORGET_INCOMPLETE, and what the store throws */
  experience(text: string): Promise<ForgetReply>;
  /** Begins with what an earlier process did not end. */
  resume(): void;
  /** Resolves when nothing is being forgotten. */
  settled(): Promise<void>;
}

export function createForgetting(components: ForgettingComponents): Forgetting {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = Promise.allSettled([done]);
    return done;
  };
  return {
    lesson: (text) => inTurn(() => forgetLesson(text, components)),
    experience: (text) => inTurn(() => forgetExperience(text, components)),
    resume: () => {
      inTurn(() => resume(components)).catch((error: unknown) =>
        components.log.error(
          { err: error },
          "what was being forgotten could not be forgotten wholly; it is tried again at the next start",
        ),
      );
    },
    settled: async () => {
      await last;
    },
  };
}

async function forgetLesson(text: string, components: ForgettingComponents): Promise<ForgetReply> {
  const { store, experiences, ledger, indexing, embedder, note, self } = components;
  const lesson = await findLesson(text, store);
  const { id, body, frame } = lesson.record;
  const peersKeepIt = body.author === self && (await isPassedOn(lesson, store));
  const vector = await store.embedding(embedder.id, lesson.label);
  const traced: Traced = {
    texts: [body.title, body.situation, body.guidance].filter(isTelling),
    // No other record begins with the same signature.
    bytes: [frame.subarray(0, signatureBytes), ...(vector === undefined ? [] : [new Uint8Array(vector.buffer)])],
  };
  const forgotten = { lessons: [{ id, label: lesson.label }], experiences: [] };
  await noteBegun(forgotten, note);
  await ledger.revise(async () => [{ kind: "forget", id, reason: "forgotten" }]);
  await indexing.forget(lesson.label);
  await experiences.forgetLesson(id);
  const proof = await prove(traced, components);
  await noteEnded(forgotten, note);
  return { id, ...proof, peersKeepIt };
}

async function forgetExperience(text: string, components: ForgettingComponents): Promise<ForgetReply> {
  const { experiences, note } = components;
  const experience = await findExperience(text, experiences);
  const { id } = experience;
  const forgotten = { lessons: [], experiences: [id] };
  await noteBegun(forgotten, note);
  await experiences.forget(id);
  const proof = await prove({ texts: textsOf(experience), bytes: [] }, components);
  await noteEnded(forgotten, note);
  return { id, ...proof, peersKeepIt: false };
}

/** The note is older than the deletion: each step is done, whether it was done before or not. */
async function resume({ experiences, ledger, indexing, scrub, note, log }: ForgettingComponents): Promise<void> {
  const unfinished = await note.read();
  if (unfinished === undefined) return;
  for (const { id, label } of unfinished.lessons) {
    await ledger.revise(async () => [{ kind: "forget", id, reason: "forgotten" }]);
    await indexing.forget(label);
    await experiences.forgetLesson(id);
  }
  for (const id of unfinished.experiences) {
    await experiences.forget(id).catch((error: unknown) => {
      if (!GrapevineError.is(error, "EXPERIENCE_UNKNOWN")) throw error; // it was done before
    });
  }
  await scrub();
  await note.clear();
  log.info("what was being forgotten when the node stopped is forgotten");
}

const nothing: UnfinishedForgetting = { lessons: [], experiences: [] };

async function noteBegun({ lessons, experiences }: UnfinishedForgetting, note: ForgettingNote): Promise<void> {
  const before = (await note.read()) ?? nothing;
  await note.write({ lessons: [...before.lessons, ...lessons], experiences: [...before.experiences, ...experiences] });
}

/** What an earlier forgetting could not end stays noted: only the next start ends it. */
async function noteEnded({ lessons, experiences }: UnfinishedForgetting, note: ForgettingNote): Promise<void> {
  const noted = (await note.read()) ?? nothing;
  const left: UnfinishedForgetting = {
    lessons: noted.lessons.filter(({ id }) => !lessons.some((ended) => ended.id === id)),
    experiences: noted.experiences.filter((id) => !experiences.includes(id)),
  };
  const isEmpty = left.lessons.length + left.experiences.length === 0;
  await (isEmpty ? note.clear() : note.write(left));
}

/** What a search looks for. */
interface Traced {
  readonly texts: readonly string[];
  readonly bytes: readonly Uint8Array[];
}

/** Shorter texts are found everywhere. */
const minTextLength = 12;

function isTelling(text: string | undefined): text is string {
  return text !== undefined && text.length >= minTextLength;
}

function textsOf({ prompt, answer, steps, outcome }: Experience): string[] {
  const texts = [prompt, answer, outcome?.comment, ...steps.flatMap(({ action, observation }) => [action, observation])];
  return [...new Set(texts.filter(isTelling))];
}

/** Peers are offered it, and it has been published. A draft for a cluster that never passed its trial is nothing that they could have. */
async function isPassedOn({ record }: StoredLesson, store: LessonStore): Promise<boolean> {
  const { createdAt } = record.body;
  for await (const key of store.recordKeys({ id: "", type: "lesson", createdAt })) {
    if (key.createdAt !== createdAt) break;
    if (key.id === record.id) return !(await store.outbox()).includes(record.id);
  }
  return false;
}

type Proof = Pick<ForgetReply, "files" | "bytes" | "traces" | "sameWords">;

interface Needle {
  readonly bytes: Uint8Array;
  /** Where it is one of a text's forms: others may say the same. */
  readonly text?: string;
}

/** @throws FORGET_INCOMPLETE */
async function prove({ texts, bytes }: Traced, components: ForgettingComponents): Promise<Proof> {
  const { scrub, folder } = components;
  const needles: Needle[] = [
    ...bytes.map((each) => ({ bytes: each })),
    ...texts.flatMap((text) => [text, inJson(text)].map((form) => ({ bytes: Buffer.from(form), text }))),
  ];
  const search = (): Promise<Searched> =>
    findTraces(
      folder,
      needles.map((needle) => needle.bytes),
    );
  await scrub();
  let searched = await search();
  const found = new Set(searched.traces.map(({ needle }) => needles[needle]?.text).filter((text) => text !== undefined));
  const { sameWords, explained } = await holdersOf([...found], components);
  const unexplained = (): string[] => {
    const traces = searched.traces.filter(({ needle }) => !explained.has(needles[needle]?.text ?? ""));
    return [...new Set(traces.map(({ file }) => relative(folder, file)))];
  };
  if (unexplained().length > 0) {
    await scrub(); // a list that was being read may have kept a table from being written anew
    searched = await search();
  }
  const left = unexplained();
  if (left.length > 0) throw nodeErrors.create("FORGET_INCOMPLETE", `traces are left in ${left.join(", ")}`);
  return { files: searched.files, bytes: searched.bytes, traces: [], sameWords };
}

interface Holders {
  readonly sameWords: ForgetReply["sameWords"];
  /** The texts that somebody holds. */
  readonly explained: ReadonlySet<string>;
}

/** What is kept and holds the texts: another lesson for the same situation, an answer that quotes the lesson. Goes through everything, if there is anything to look for. */
async function holdersOf(texts: readonly string[], { store, experiences }: ForgettingComponents): Promise<Holders> {
  const explained = new Set<string>();
  const holds = (kept: unknown): boolean => {
    const json = JSON.stringify(kept);
    const held = texts.filter((text) => json.includes(inJson(text)));
    for (const text of held) explained.add(text);
    return held.length > 0;
  };
  const sameWords = { lessons: [] as string[], experiences: [] as string[] };
  if (texts.length === 0) return { sameWords, explained };
  for await (const lesson of store.list()) {
    const { record, standing, history } = lesson;
    if (holds([record.body, standing, history])) sameWords.lessons.push(record.id);
  }
  for await (const experience of experiences.list()) if (holds(experience)) sameWords.experiences.push(experience.id);
  return { sameWords, explained };
}

/** As experiences and standings are kept. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
