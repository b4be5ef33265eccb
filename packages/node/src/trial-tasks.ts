/**
 * The tasks that lessons can be tried on: those of this node's own experiences that an environment judged, that can be set again, and that nothing outside
 * notices. What was kept of a test is left out, since nothing may be learnt from it.
 */
import {
  cosineOfUnitVectors,
  type Embedder,
  type Environment,
  type Experience,
  type ExperienceStore,
  type LessonBody,
  limits,
  messageOf,
  publicSpecification,
  type Task,
} from "@grapevine/core";
import type { Logger } from "pino";

export interface TrialTask {
  readonly environment: Environment;
  readonly task: Task;
  /** When it was first done here. Milliseconds since the epoch. */
  readonly since: number;
  /** Accepted actions of the shortest success; undefined as long as there is none. */
  readonly solvedIn: number | undefined;
  /** How it went without any lesson, newest first. */
  readonly alone: readonly LoneTry[];
}

/** What became of a task that was done without lessons. */
export interface LoneTry {
  readonly model: string;
  readonly solved: boolean;
  readonly actions: number;
}

export interface TrialTaskComponents {
  readonly experiences: Pick<ExperienceStore, "list" | "revision">;
  readonly embedder: Embedder;
  readonly openEnvironment: (specification: string) => Promise<Environment>;
  readonly log: Pick<Logger, "info">;
}

export interface TrialTasks {
  /** Is there a task that any lesson could be tried on? @throws what the store throws */
  some(): Promise<boolean>;
  /** The tasks on which the lesson should matter, at most `count`, the most telling first. @throws what embedder and store throw */
  for(lesson: LessonBody, count: number, signal: AbortSignal): Promise<TrialTask[]>;
}

/** Newest experiences with a task that are made use of: each task costs an embedding once, some 30 ms. */
const maxExperiences = 256;
/** Newest experiences that are looked through for them: with some hundred questions in between they are still found. */
const maxScanned = 2_000;
/** Texts that the embedder takes at once. */
const embeddingBatch = 16;
/** Cosine below which a task is not what the lesson speaks of, where the lesson does not say of itself which family of tasks it is about. */
const minSimilarity = 0.3;
/** Of so many times the wanted number, the nearest, those that failed come first: a task that goes well anyway tells nothing. */
const choicePerTask = 2;
/** As many held lessons as there is room for by default, and the tasks: some 10 MB. All of them are looked at again whenever there are new ones. */
const maxVectors = 6_000;
/** The fact by which a lesson names the environment that it depends on. */
const environmentFact = "environment";

export function createTrialTasks(components: TrialTaskComponents): TrialTasks {
  const { experiences, embedder } = components;
  const places = new Map<string, Promise<Environment | undefined>>();
  const vectors = new Map<string, Float32Array>();
  let known: readonly TrialTask[] = [];
  let knownRevision: number | undefined;

  const refresh = async (): Promise<void> => {
    const revision = experiences.revision();
    if (revision === knownRevision) return;
    const tasks = new Map<string, TrialTask>();
    let used = 0;
    for await (const experience of experiences.list({ limit: maxScanned })) {
      const environment = isRepeatable(experience) ? await place(experience.task.environment) : undefined;
      if (environment === undefined || experience.task === undefined) continue;
      const key = nameOfTask(environment, experience.task);
      tasks.set(key, withExperience(tasks.get(key), environment, experience));
      used += 1;
      if (used >= maxExperiences) break;
    }
    known = [...tasks.values()];
    knownRevision = revision;
  };

  /** The environment, when a node may try things out there by itself. */
  const place = (specification: string): Promise<Environment | undefined> => {
    const opening = places.get(specification) ?? openSimulated(specification, components);
    places.set(specification, opening);
    return opening;
  };

  const vectorsOf = async (texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> => {
    const missing = [...new Set(texts)].filter((text) => !vectors.has(text));
    if (vectors.size + missing.length > maxVectors) vectors.clear();
    const wanted = vectors.size === 0 ? [...new Set(texts)] : missing;
    for (let at = 0; at < wanted.length; at += embeddingBatch) {
      signal.throwIfAborted();
      const batch = wanted.slice(at, at + embeddingBatch);
      for (const [position, vector] of (await embedder.embed(batch)).entries()) vectors.set(batch[position] ?? "", vector);
    }
    return texts.map((text) => vectors.get(text) ?? new Float32Array(embedder.dimensions));
  };

  return {
    some: async () => {
      await refresh();
      return known.length > 0;
    },
    for: async (lesson, count, signal) => {
      await refresh();
      const possible = known.filter(({ environment, task }) => mayConcern(lesson, environment, task));
      const claimed = possible.filter(({ task }) => namesFamily(lesson, task));
      const candidates = claimed.length > 0 ? claimed : possible;
      if (candidates.length === 0) return [];
      const [own, ...others] = await vectorsOf([situationText(lesson), ...candidates.map(({ task }) => task.prompt)], signal);
      const ranked = candidates.flatMap((task, position) => {
        const vector = others[position];
        if (own === undefined || vector === undefined) return [];
        const nearness = cosineOfUnitVectors(own, vector);
        return claimed.length > 0 || nearness >= minSimilarity ? [{ task, nearness }] : [];
      });
      ranked.sort((a, b) => b.nearness - a.nearness || (a.task.task.id < b.task.task.id ? -1 : 1));
      const nearest = ranked.slice(0, count * choicePerTask).map(({ task }) => task);
      return [...nearest.filter(hasFailed), ...nearest.filter((task) => !hasFailed(task))].slice(0, count);
    },
  };
}

/** Of one that is set again it is the same. */
export function nameOfTask(environment: Pick<Environment, "id">, task: Pick<Task, "id">): string {
  return `${environment.id} ${task.id}`;
}

function isRepeatable(experience: Experience): experience is Experience & { readonly task: NonNullable<Experience["task"]> } {
  const isTest = experience.distillation === "waiting";
  return experience.task !== undefined && experience.outcome?.verifiedBy === "environment" && !isTest;
}

async function openSimulated(
  specification: string,
  { openEnvironment, log }: TrialTaskComponents,
): Promise<Environment | undefined> {
  try {
    const environment = await openEnvironment(specification);
    return environment.simulated ? environment : undefined;
  } catch (error) {
    log.info({ reason: messageOf(error) }, "an environment is not there any more; nothing is tried in it");
    return undefined;
  }
}

/** Experiences come newest first. */
function withExperience(
  task: TrialTask | undefined,
  environment: Environment,
  { task: reference, prompt, steps, outcome, lessons, model, createdAt }: Experience,
): TrialTask {
  const solved = outcome?.verdict === "worked";
  const accepted = Math.max(1, steps.filter((step) => step.accepted).length);
  return {
    environment,
    task: task?.task ?? { id: reference?.id ?? "", family: reference?.family ?? "", prompt },
    since: createdAt,
    solvedIn: solved ? Math.min(accepted, task?.solvedIn ?? accepted) : task?.solvedIn,
    alone: lessons.length > 0 ? (task?.alone ?? []) : [...(task?.alone ?? []), { model, solved, actions: steps.length }],
  };
}

/** A lesson that names an environment is tried there alone; its own example's task is no test of it. */
function mayConcern(lesson: LessonBody, environment: Environment, task: Task): boolean {
  const named = lesson.environment?.[environmentFact];
  return task.prompt !== lesson.example?.task && (named === undefined || named === publicSpecification(environment.id));
}

/** Does the lesson say that it is about tasks of this family? Distillation writes the family into the tags of a lesson that names its environment. */
function namesFamily({ environment, tags }: LessonBody, { family }: Task): boolean {
  return environment?.[environmentFact] !== undefined && tags.includes(family.slice(0, limits.maxTagLength));
}

/** What a lesson says of when it applies. */
function situationText({ situation, example }: LessonBody): string {
  return example === undefined ? situation : `${situation}. ${example.task}`;
}

function hasFailed({ alone }: TrialTask): boolean {
  return alone[0]?.solved === false;
}
