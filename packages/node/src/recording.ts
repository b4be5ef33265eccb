/** Experiences that another agent lived through, with tools of its own: kept here, so that lessons can be drawn from them as from the node's own. */
import {
  createExperienceId,
  type Embedder,
  type Experience,
  type LessonStore,
  type LessonUse,
  lessonText,
  type Outcome,
  type StoredLesson,
} from "@grapevine/core";
import { type CapturingComponents, captureExperience } from "./capturing.ts";
import type { RecordReply, RecordRequest } from "./control/agent-contract.ts";
import { findLesson } from "./finding.ts";
import type { Learning } from "./learning.ts";
import type { PromptBar } from "./prompt-bar.ts";
import type { ViewComponents } from "./views.ts";

export interface RecordingComponents extends CapturingComponents, Pick<ViewComponents, "trustOf"> {
  readonly store: LessonStore;
  readonly embedder: Pick<Embedder, "embed">;
  readonly promptBar: Pick<PromptBar, "note">;
  readonly learning: Pick<Learning, "wake">;
}

/** Who acted is not known here, and no specification opens it again. */
const otherAgent = "other";

/** @throws LESSON_UNKNOWN, ID_AMBIGUOUS, and what the embedder and the store throw */
export async function recordExperience(request: RecordRequest, components: RecordingComponents): Promise<RecordReply> {
  const { clock, promptBar, learning } = components;
  const createdAt = clock.now();
  const lessons = await usesOf(request, components);
  const outcome: Outcome | undefined =
    request.verdict === undefined
      ? undefined
      : { verdict: request.verdict, verifiedBy: "feedback", comment: request.comment, at: createdAt };
  const experience: Experience = {
    id: createExperienceId(clock),
    createdAt,
    prompt: request.task,
    withinConversation: true,
    steps: (request.steps ?? []).map(({ action, observation = "", accepted = true }) => ({ action, observation, accepted })),
    answer: request.answer,
    ...(outcome !== undefined && { outcome }),
    lessons,
    model: request.model ?? otherAgent,
    ms: 0,
    distillation: outcome === undefined ? "waiting" : "queued",
  };
  await captureExperience(experience, components);
  if (outcome !== undefined) {
    promptBar.note(experience);
    learning.wake();
  }
  return { experienceId: experience.id, lessons: lessons.map(({ id }) => id) };
}

async function usesOf(request: RecordRequest, components: RecordingComponents): Promise<LessonUse[]> {
  const named = await Promise.all((request.lessons ?? []).map((text) => findLesson(text, components.store)));
  const found = [...new Map(named.map((lesson) => [lesson.record.id, lesson])).values()];
  if (found.length === 0) return [];
  // How near they were to the task is measured, not claimed: how near lessons must be is learnt from it.
  const [task, ...vectors] = await components.embedder.embed([
    request.task,
    ...found.map(({ record }) => lessonText(record.body)),
  ]);
  return found.map((lesson, position) => useOf(lesson, cosine(task, vectors[position]), components));
}

function useOf({ record }: StoredLesson, similarity: number, { identity, trustOf }: RecordingComponents): LessonUse {
  const { author, title } = record.body;
  return { id: record.id, title, author, similarity, trust: trustOf(author), own: author === identity.author };
}

/** Of two vectors of length 1. */
function cosine(one: Float32Array | undefined, other: Float32Array | undefined): number {
  return one?.reduce((sum, value, position) => sum + value * (other?.[position] ?? 0), 0) ?? 0;
}
