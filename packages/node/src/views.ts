/** What the node keeps, in the form in which the control API shows it. */
import type { LeftOutLesson as LeftOut } from "@grapevine/agent";
import type { AuthorId, Experience, LessonUse, StoredLesson } from "@grapevine/core";
import type { ExperienceDetails, ExperienceSummary } from "./control/agent-contract.ts";
import type { LeftOutLesson, LessonDetails, LessonSummary, UsedLesson } from "./control/lesson-contract.ts";

/** What a view needs to know beside the thing itself. */
export interface ViewComponents {
  readonly trustOf: (author: AuthorId) => number;
  readonly utilitiesOf: (lessons: readonly StoredLesson[]) => Promise<readonly number[]>;
  /** The user's or the peer's own name for an author; undefined when none is known. */
  readonly nameOf: (author: AuthorId) => string | undefined;
}

export async function lessonSummaries(lessons: readonly StoredLesson[], components: ViewComponents): Promise<LessonSummary[]> {
  const utilities = await components.utilitiesOf(lessons);
  return lessons.map((lesson, position) => lessonSummary(lesson, utilities[position] ?? 0, components));
}

function lessonSummary(lesson: StoredLesson, utility: number, components: ViewComponents): LessonSummary {
  const { id, body } = lesson.record;
  return {
    id,
    state: lesson.standing.state,
    kind: body.kind,
    title: body.title,
    situation: body.situation,
    guidance: body.guidance,
    author: body.author,
    authorName: components.nameOf(body.author),
    trust: rounded(components.trustOf(body.author)),
    utility: rounded(utility),
    cluster: lesson.cluster,
    createdAt: body.createdAt,
  };
}

/** What a view of one lesson shows beside the lesson itself. */
export type LessonSurroundings = Pick<LessonDetails, "attestations" | "conflicts" | "explanation">;

export async function lessonDetails(
  lesson: StoredLesson,
  { attestations, conflicts, explanation }: LessonSurroundings,
  components: ViewComponents,
): Promise<LessonDetails> {
  const { body } = lesson.record;
  const [utility = 0] = await components.utilitiesOf([lesson]);
  return {
    ...lessonSummary(lesson, utility, components),
    example: body.example,
    evidence: body.evidence,
    tags: body.tags,
    environment: body.environment ?? {},
    model: body.model,
    derivedFrom: body.derivedFrom,
    supersedes: body.supersedes,
    receivedAt: lesson.receivedAt,
    outcomes: lesson.outcomes,
    attestations: attestations.map(({ author, worked, changed, failed }) => ({ author, worked, changed, failed })),
    pinned: lesson.pinned,
    trial: lesson.trial,
    conflicts,
    explanation,
    history: [...lesson.history, lesson.standing],
  };
}

export function usedLesson(use: LessonUse, components: ViewComponents): UsedLesson {
  return { ...use, similarity: rounded(use.similarity), trust: rounded(use.trust), authorName: components.nameOf(use.author) };
}

export function leftOutLesson({ lesson, similarity, trust, reason }: LeftOut, components: ViewComponents): LeftOutLesson {
  const { id, body } = lesson.record;
  const use = { id, title: body.title, author: body.author, similarity, trust, own: lesson.standing.state === "own" };
  return { ...usedLesson(use, components), reason };
}

export function experienceSummary(experience: Experience): ExperienceSummary {
  return {
    id: experience.id,
    createdAt: experience.createdAt,
    prompt: experience.prompt,
    answer: experience.answer,
    verdict: experience.outcome?.verdict ?? "unknown",
    lessons: experience.lessons.length,
    distillation: experience.distillation,
  };
}

export function experienceDetails(experience: Experience, components: ViewComponents): ExperienceDetails {
  return {
    ...experienceSummary(experience),
    task: experience.task,
    askedBy: experience.askedBy,
    answeredBy: experience.answeredBy,
    reusedFrom: experience.reusedFrom,
    steps: experience.steps,
    comment: experience.outcome?.comment,
    usedLessons: experience.lessons.map((use) => usedLesson(use, components)),
    model: experience.model,
    ms: experience.ms,
  };
}

/** Three digits: more would pretend to a precision that no posterior here has. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
