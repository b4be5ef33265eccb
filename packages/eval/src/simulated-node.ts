/**
 * Nodes for simulations, without network and language model: a defended one, made of the very parts that a node is made of (store on the disk, vector index, ledger,
 * rules, room, recall), and an undefended one to hold it against, which takes everything for true and shows what is most like the question.
 */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AuthorId,
  type Clock,
  cosineOfUnitVectors,
  type Embedder,
  type Experience,
  type Identity,
  identityFromSeed,
  isLesson,
  type LessonBody,
  type LessonUse,
  lessonText,
  type Principal,
  type RecordId,
  type SignedRecord,
  type TrialEvidence,
  type Verdict,
} from "@grapevine/core";
import { openAdmissionBench, outcomeChanges, questionFallOff } from "@grapevine/node/pipeline";

export interface SimulatedNode {
  /** Records of others, in the order in which they came. */
  receive(records: readonly SignedRecord[]): Promise<void>;
  /** Lessons of one's own. */
  publish(lessons: readonly SignedRecord<LessonBody>[]): Promise<void>;
  /** The lessons that would stand in the prompt, first one first. */
  ask(question: string): Promise<LessonInPrompt[]>;
  /** What came of a prompt with these lessons. */
  conclude(lessons: readonly LessonInPrompt[], verdict: Verdict): Promise<void>;
  trust(author: AuthorId): Promise<void>;
  block(author: AuthorId): Promise<void>;
  /** What trials of held lessons showed. */
  tried(trials: ReadonlyMap<RecordId, TrialEvidence>): Promise<void>;
  /** Those that wait for a trial, an own success, or witnesses. */
  held(lessons: readonly RecordId[]): Promise<RecordId[]>;
  /** Those that there was no room for. */
  evicted(lessons: readonly RecordId[]): Promise<RecordId[]>;
  close(): Promise<void>;
}

/** Of a lesson in a prompt what its outcome is reckoned by. */
export type LessonInPrompt = Pick<LessonUse, "id" | "similarity">;

export interface SimulatedNodeInit {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly embedder: Embedder;
  /** Foreign lessons that it keeps. */
  readonly capacity: number;
}

/** Lessons in the prompt of a question to a model that chats, as the agent puts them there. */
export const lessonsInPrompt = 3;

/** The identity that a name stands for, the same one each time. */
export function identityCalled(name: string): Identity {
  return identityFromSeed(createHash("sha256").update(name).digest());
}

/** @throws what the store throws */
export async function openDefendedNode({ identity, clock, embedder, capacity }: SimulatedNodeInit): Promise<SimulatedNode> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-eval-"));
  const log = { info: ignored, warn: ignored, error: raise };
  const bench = await openAdmissionBench({ folder, self: identity.author, embedder, clock, log, capacity });
  const { admission, settled } = bench;
  const { lessons } = bench.store;
  const { ledger, principals, recall } = admission;
  admission.begin();
  const setStanding = async (author: AuthorId, standing: Principal["standing"]): Promise<void> => {
    await ledger.setPrincipal((principal) => ({ ...principal, standing }), author);
    await settled();
  };
  const inState = async (ids: readonly RecordId[], state: string): Promise<RecordId[]> => {
    const found = await lessons.getMany(ids);
    return ids.filter((_, position) => found[position]?.standing.state === state);
  };
  await settled();
  return {
    receive: async (records) => {
      await ledger.receive(records);
      await settled();
    },
    publish: async (own) => {
      for (const lesson of own) await ledger.publish(lesson);
      await settled();
    },
    ask: async (question) => {
      const recalled = await recall({ text: question, limit: lessonsInPrompt, maxFallOff: questionFallOff });
      return recalled.map(({ lesson, similarity }) => ({ id: lesson.record.id, similarity }));
    },
    conclude: async (used, verdict) => {
      const experience = experienceWith(used, clock.now());
      const outcome = { verdict, verifiedBy: "feedback", at: clock.now() } as const;
      await ledger.revise(() => outcomeChanges(experience, outcome, undefined, { store: lessons, principals, identity, clock }));
    },
    trust: (author) => setStanding(author, "trusted"),
    block: (author) => setStanding(author, "blocked"),
    tried: (trials) =>
      ledger.revise(async () => {
        const tried = await lessons.getMany([...trials.keys()]);
        return tried.flatMap((lesson) => {
          const trial = lesson?.standing.state === "held" ? trials.get(lesson.record.id) : undefined;
          return lesson === undefined || trial === undefined ? [] : [{ kind: "lesson", lesson: { ...lesson, trial } }];
        });
      }),
    held: (ids) => inState(ids, "held"),
    evicted: (ids) => inState(ids, "archived"),
    close: async () => {
      await bench.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Everything is believed on arrival, the most similar is shown, and what came first goes first where there is no room. */
export function openUndefendedNode({ embedder, capacity }: SimulatedNodeInit): SimulatedNode {
  const kept = new Map<RecordId, Float32Array>();
  const receive = async (records: readonly SignedRecord[]): Promise<void> => {
    const lessons = records.filter(isLesson);
    const vectors = await embedder.embed(lessons.map(({ body }) => lessonText(body)));
    for (const [position, { id }] of lessons.entries()) {
      kept.set(id, vectors[position] ?? new Float32Array(embedder.dimensions));
      if (kept.size > capacity) kept.delete(kept.keys().next().value ?? id);
    }
  };
  return {
    receive,
    publish: receive,
    ask: async (question) => {
      const [wanted] = await embedder.embed([question]);
      if (wanted === undefined) return [];
      const ranked = [...kept].map(([id, vector]) => ({ id, similarity: cosineOfUnitVectors(wanted, vector) }));
      ranked.sort((first, second) => second.similarity - first.similarity || (first.id < second.id ? -1 : 1));
      return ranked.slice(0, lessonsInPrompt);
    },
    conclude: async () => undefined,
    trust: async () => undefined,
    block: async () => undefined,
    tried: async () => undefined,
    held: async () => [],
    evicted: async (ids) => ids.filter((id) => !kept.has(id)),
    close: async () => undefined,
  };
}

function experienceWith(used: readonly LessonInPrompt[], now: number): Experience {
  const uses = used.map((lesson) => ({ ...lesson, title: "", author: "", trust: 0, own: false }));
  const text = { prompt: "", answer: "", model: "simulated" };
  return { id: String(now), createdAt: now, ...text, steps: [], lessons: uses, ms: 0, distillation: "waiting" };
}

function ignored(): void {
  // Nobody reads the log of a simulation.
}

/** What a node would log and try again later is a defect of a simulation. */
function raise(fields: unknown, message?: string): never {
  throw new Error(message ?? "the node logged an error", { cause: fields });
}
