/**
 * A node's learning without its network: a real store in a folder, the real way of records into it, the real agent, distiller and refinement. What others send is handed
 * to it, and what it has to say is asked of it: for measuring what experience is worth, one's own and that of others.
 */
import { homedir, hostname } from "node:os";
import { createAgent } from "@grapevine/agent";
import {
  type AuthorId,
  type Embedder,
  type Environment,
  type Experience,
  type ExperienceStore,
  type Identity,
  isUsable,
  type LanguageModel,
  type LessonBody,
  type LessonDraft,
  type RecalledLesson,
  type SignedRecord,
  type StoredLesson,
  systemClock,
  type Task,
} from "@grapevine/core";
import { createDistiller, createGate } from "@grapevine/distill";
import { openEnvironment } from "@grapevine/practice";
import { pino } from "pino";
import { createActivity } from "./activity.ts";
import { openAdmissionBench } from "./admission-bench.ts";
import { publishDraft } from "./authoring.ts";
import { createDraftTrials } from "./draft-trials.ts";
import { familiarLessons } from "./familiar-lessons.ts";
import { createIdleStages } from "./idle-work.ts";
import { createLearning } from "./learning.ts";
import { outcomeChanges } from "./outcomes.ts";
import { ReuseBook } from "./reusing.ts";

export interface LearningBenchInit {
  /** Empty, made here, or left by an earlier bench of the same identity, which then goes on. */
  readonly folder: string;
  readonly identity: Identity;
  readonly model: LanguageModel;
  readonly embedder: Embedder;
  /** Foreign lessons that it keeps; the node's own default where nothing is said. */
  readonly capacity?: number;
}

export interface PracticeTry {
  /** Most actions. */
  readonly maxSteps: number;
  /** True: what is known may stand in the prompt, and its counts follow the outcome. */
  readonly lessons: boolean;
}

export interface TestTry {
  /** Most actions. */
  readonly maxSteps: number;
  /** True: those that it recalls; a list: exactly these, whatever their state. */
  readonly lessons: boolean | readonly RecalledLesson[];
  /** True: what is verified to have done the very task in this environment is done again, without the model. */
  readonly reuse?: boolean;
  /** In place of the bench's own. */
  readonly model?: LanguageModel;
}

export interface RefinementTotals {
  readonly trials: number;
  readonly consolidations: number;
  /** How often the model was asked in trials. */
  readonly generations: number;
}

export interface LearningBench {
  readonly author: AuthorId;
  /** One try, kept; lessons are drawn from it by `learn`. */
  practise(environment: Environment, task: Task, options: PracticeTry): Promise<Experience>;
  /** Distils what was practised and is still in the queue. */
  learn(): Promise<void>;
  /** One try of which nothing is kept, and from which nothing is learnt. */
  test(environment: Environment, task: Task, options: TestTry): Promise<Experience>;
  /** A lesson of its own. @throws LESSON_REFUSED, RECORD_INVALID */
  teach(draft: LessonDraft): Promise<StoredLesson>;
  /** Records of others, as the network hands them over. */
  receive(records: readonly SignedRecord[]): Promise<void>;
  trust(author: AuthorId): Promise<void>;
  /** Trials and consolidation, one after the other, until nothing is left to be done or the trials have asked the model so often. */
  refine(maxGenerations: number): Promise<RefinementTotals>;
  /** Its own lessons that may be used, oldest first: what peers would have got. */
  ownLessons(): Promise<SignedRecord<LessonBody>[]>;
  /** All lessons, whatever their state. */
  lessons(): Promise<StoredLesson[]>;
  /** What was practised, oldest first. */
  experiences(): Promise<Experience[]>;
  close(): Promise<void>;
}

/** Known lessons that a draft is compared with, as in a node. */
const similarLessons = 8;
const nowhere: Pick<ExperienceStore, "append"> = { append: async () => undefined };

/** Model and embedder stay the caller's to close. @throws what store and index throw when they are opened */
export async function openLearningBench(init: LearningBenchInit): Promise<LearningBench> {
  const { folder, identity, model, embedder, capacity } = init;
  const clock = systemClock;
  const self = identity.author;
  const log = pino({ level: "silent" });
  const bench = await openAdmissionBench({ folder, self, embedder, clock, log, capacity });
  const { admission, settled } = bench;
  const { lessons, experiences } = bench.store;
  const { ledger, principals, recall, indexing } = admission;
  const reuse = new ReuseBook(experiences);
  const activity = createActivity();
  const gate = createGate({ hostNames: [hostname()], homeFolders: [homedir()] });
  const authoring = { store: lessons, ledger, gate, identity, clock };
  const agentParts = { model: () => model, recall, clock, self, nameOf: shortName };
  const agent = createAgent({ ...agentParts, experiences });
  const distiller = createDistiller({
    model: () => model,
    gate,
    similar: (text) => recall({ text, limit: similarLessons }),
    familiar: familiarLessons({ recall, indexing }),
    tryOut: createDraftTrials({ agent, openEnvironment, identity, clock, log }),
    log: () => undefined,
  });
  const learning = createLearning({ experiences, distiller, teach: (draft) => publishDraft(draft, authoring), activity, log });
  const idleStages = { lessons, experiences, admission, authoring, agent, model, embedder, gate, self, clock, log };
  const { trials, consolidating } = createIdleStages(idleStages);
  const all = async (author?: AuthorId): Promise<StoredLesson[]> => {
    const found: StoredLesson[] = [];
    for await (const lesson of lessons.list(author === undefined ? {} : { author })) found.push(lesson);
    return found;
  };
  admission.begin();
  await settled();
  await reuse.open();
  return {
    author: self,
    practise: async (environment, task, { lessons: withLessons, maxSteps }) => {
      const experience = await agent.attempt(environment, task, { lessons: withLessons, maxSteps, learn: true });
      const { outcome } = experience;
      if (outcome !== undefined && experience.lessons.length > 0) {
        await ledger.revise(() =>
          outcomeChanges(experience, outcome, undefined, { store: lessons, principals, identity, clock }),
        );
      }
      reuse.note(experience);
      return experience;
    },
    learn: async () => {
      learning.start();
      await learning.settled();
      await settled();
    },
    test: async (environment, task, { lessons: given, maxSteps, reuse: isReused = false, model: other }) => {
      const tester = createAgent({
        ...agentParts,
        experiences: nowhere,
        ...(typeof given !== "boolean" && { recall: async () => [...given] }),
        ...(other !== undefined && { model: () => other }),
      });
      const known = isReused ? await reuse.find(task.prompt, environment.id) : undefined;
      return await tester.attempt(environment, task, {
        lessons: given !== false,
        maxSteps,
        learn: false,
        ...(known && { known }),
      });
    },
    teach: async (draft) => {
      const lesson = await publishDraft(draft, authoring);
      await settled();
      return lesson;
    },
    receive: async (records) => {
      await ledger.receive(records);
      await settled();
    },
    trust: async (author) => {
      await ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), author);
      await settled();
    },
    refine: async (maxGenerations) => {
      const { signal } = new AbortController();
      let [tried, drafted] = [0, 0];
      while (trials.totals().generations < maxGenerations) {
        if ((await trials.next(signal)) !== undefined) tried += 1;
        else if (await consolidating.next(signal)) drafted += 1;
        else break;
        await settled();
      }
      return { trials: tried, consolidations: drafted, generations: trials.totals().generations };
    },
    ownLessons: async () => {
      const own = (await all(self)).filter(isUsable).map(({ record }) => record);
      return own.sort((first, second) => first.body.seq - second.body.seq);
    },
    lessons: () => all(),
    experiences: async () => {
      const kept: Experience[] = [];
      for await (const experience of experiences.list({ oldestFirst: true })) kept.push(experience);
      return kept;
    },
    close: async () => {
      activity.close();
      await learning.stop();
      await bench.close();
    },
  };
}

function shortName(author: AuthorId): string {
  return `…${author.slice(-8)}`;
}
