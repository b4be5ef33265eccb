/** How a draft becomes a lesson of this node: the redaction gate, the signature, the ledger. Nothing is signed that the gate has not passed. */
import {
  type Clock,
  cleanText,
  type Identity,
  type LessonBody,
  type LessonDraft,
  type LessonStore,
  lessonText,
  limits,
  normalisedText,
  type RetractionBody,
  type StoredLesson,
  signRecord,
} from "@grapevine/core";
import type { DraftFinding, Gate } from "@grapevine/distill";
import type { TeachRequest } from "./control/lesson-contract.ts";
import { nodeErrors } from "./errors.ts";
import type { Ledger, PublishOptions } from "./ledger.ts";

export interface AuthoringComponents {
  readonly store: Pick<LessonStore, "get" | "getMany" | "sameText" | "nextSequence">;
  readonly ledger: Ledger;
  readonly gate: Gate;
  readonly identity: Identity;
  readonly clock: Clock;
}

/**
 * Signs and keeps a draft. A lesson of one's own in the very same words is not made twice: the one that is there comes back. A draft that consolidates a cluster
 * is held, and not passed on, until it has beaten the member that is named.
 * @throws LESSON_REFUSED, RECORD_INVALID
 */
export async function publishDraft(
  draft: LessonDraft,
  components: AuthoringComponents,
  options: PublishOptions = {},
): Promise<StoredLesson> {
  const { store, ledger, gate, identity, clock } = components;
  const twin = await ownTwin(draft, components);
  if (twin !== undefined) return twin;
  const { passes, findings } = await gate.checkDraft(draft);
  if (!passes) throw nodeErrors.create("LESSON_REFUSED", `the redaction gate stopped it: ${findings.map(inWords).join("; ")}`);
  const record = signRecord<LessonBody>(identity, {
    ...draft,
    type: "lesson",
    seq: store.nextSequence(),
    createdAt: clock.now(),
  });
  await ledger.publish(record, options);
  const lesson = await store.get(record.id);
  if (lesson === undefined) throw nodeErrors.create("LESSON_REFUSED", "no rule of admission kept it");
  return lesson;
}

/** @throws LESSON_NOT_OWN */
export async function publishRetraction(
  lesson: StoredLesson,
  reason: string | undefined,
  components: AuthoringComponents,
): Promise<StoredLesson> {
  const { store, ledger, identity, clock } = components;
  const { id, body } = lesson.record;
  if (body.author !== identity.author) throw nodeErrors.create("LESSON_NOT_OWN", `${id} is by ${body.author}`);
  if (lesson.standing.state === "retracted") return lesson;
  const cleaned = reason === undefined ? "" : cleanText(reason, limits.maxReasonLength);
  await checkReason(cleaned, components.gate);
  const record = signRecord<RetractionBody>(identity, {
    type: "retraction",
    seq: store.nextSequence(),
    createdAt: clock.now(),
    lesson: id,
    reason: cleaned === "" ? undefined : cleaned,
  });
  await ledger.publish(record);
  return (await store.get(id)) ?? lesson;
}

/** What the user taught, as a draft. @throws LESSON_REFUSED when nothing is left of a text after cleaning */
export function taughtDraft(request: TeachRequest): LessonDraft {
  const situation = cleanText(request.situation, limits.maxSituationLength);
  const guidance = cleanText(request.guidance, limits.maxGuidanceLength);
  if (situation === "" || guidance === "") {
    throw nodeErrors.create("LESSON_REFUSED", `the ${situation === "" ? "situation" : "guidance"} is empty`);
  }
  if (request.situation.trim().length > limits.maxSituationLength || request.guidance.trim().length > limits.maxGuidanceLength) {
    const most = `${limits.maxSituationLength} characters of situation and ${limits.maxGuidanceLength} of guidance`;
    throw nodeErrors.create("LESSON_REFUSED", `a lesson has at most ${most}`, {
      hint: "Shorten it: short lessons are followed best.",
    });
  }
  const title = cleanText(request.title ?? "", limits.maxTitleLength) || cleanText(guidance, titleFromGuidanceLength);
  return {
    kind: request.kind ?? "strategy",
    title,
    situation,
    guidance,
    evidence: { worked: 0, changed: 0, failed: 0, verifiedBy: "author" },
    tags: (request.tags ?? []).map((tag) => cleanText(tag, limits.maxTagLength)).filter((tag) => tag !== ""),
    derivedFrom: [],
  };
}

const titleFromGuidanceLength = 60;

async function ownTwin(draft: LessonDraft, { store, identity }: AuthoringComponents): Promise<StoredLesson | undefined> {
  const ids = await store.sameText(normalisedText(lessonText(draft)));
  const lessons = await store.getMany(ids);
  return lessons.find((lesson) => lesson?.record.body.author === identity.author && lesson.standing.state === "own");
}

async function checkReason(reason: string, gate: Gate): Promise<void> {
  const { passes, findings } = await gate.check(reason);
  const rules = findings.map(({ rule }) => rule).join(", ");
  if (!passes) throw nodeErrors.create("LESSON_REFUSED", `the redaction gate stopped the reason: ${rules}`);
}

function inWords({ field, kind, rule, start, end }: DraftFinding): string {
  return `${field}, characters ${start} to ${end}: ${kind} (${rule})`;
}
