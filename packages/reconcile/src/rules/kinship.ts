/** Rules on what else a lesson says the same as, or the opposite of. None of them decides: they are noted, and the questioning goes on. */
import { type LessonBody, type RecordId, type StoredLesson, shortId } from "@grapevine/core";
import { contradictingSimilarity, guidanceContradiction } from "../conflict.ts";
import { contradictionOf, differenceOf, isNear } from "../near-duplicate.ts";
import { type Decision, type Rule, ruleFor } from "./rule.ts";

export const kinshipRules: readonly Rule[] = [
  ruleFor<LessonBody>("same-text", "SAME_TEXT", ["lesson"], {
    summary: "A lesson in the same words as one that is here joins its cluster, unless marks or facts in it differ.",
    decide: ({ record, state }, compared) => {
      const others = candidates(state.sameText, record.id);
      if (others.length === 0) return undefined;
      const twin = others.find((lesson) => !contradictionOf(compared(record.body), compared(lesson.record.body)));
      return twin === undefined || isPlaced(record.id, state.stored, [twin])
        ? undefined
        : joining(twin, `it has the same text as ${shortId(twin.record.id)}`);
    },
  }),
  ruleFor<LessonBody>("near-duplicate", "NEAR_DUPLICATE", ["lesson"], {
    summary:
      "A lesson that is near another, shares its words, and agrees with it in negation, numbers, code and facts, joins its cluster.",
    decide: ({ record, neighbours, state }, compared) => {
      const near = neighbours.filter(({ lesson, similarity }) => isNear(similarity) && canBeJoined(lesson, record.id));
      const others = near.map(({ lesson }) => lesson);
      if (near.length === 0 || isPlaced(record.id, state.stored, others)) return undefined;
      const nearest = near.find(
        ({ lesson, similarity }) => !differenceOf(compared(record.body), compared(lesson.record.body), similarity),
      );
      if (nearest === undefined) return undefined;
      const name = shortId(nearest.lesson.record.id);
      return joining(nearest.lesson, `it says the same as ${name} (similarity ${nearest.similarity.toFixed(2)})`);
    },
  }),
  ruleFor<LessonBody>("conflict", "CONFLICT", ["lesson"], {
    summary:
      "A lesson that gives opposite guidance for the situation of another is linked with it; both are kept, and at most one of them enters a prompt.",
    decide: ({ record, neighbours, state }, compared) => {
      const known = new Set(state.stored?.conflicts);
      const near = neighbours.filter(
        ({ lesson, similarity }) =>
          similarity >= contradictingSimilarity && canBeJoined(lesson, record.id) && !known.has(lesson.record.id),
      );
      if (near.length === 0) return undefined;
      const found = near.flatMap(({ lesson }) => {
        const reason = guidanceContradiction(compared(record.body), compared(lesson.record.body));
        return reason === undefined ? [] : [{ id: lesson.record.id, reason }];
      });
      const [first] = found;
      if (first === undefined) return undefined;
      return {
        action: "contradict",
        with: found.map(({ id }) => id),
        reason: `it contradicts ${shortId(first.id)}: ${first.reason}`,
      };
    },
  }),
];

/** Those a lesson can join, the one that was here first in front. */
function candidates(lessons: readonly StoredLesson[], id: RecordId): StoredLesson[] {
  return lessons
    .filter((lesson) => canBeJoined(lesson, id))
    .sort((first, second) => first.receivedAt - second.receivedAt || (first.record.id < second.record.id ? -1 : 1));
}

function canBeJoined({ record, standing }: StoredLesson, id: RecordId): boolean {
  return record.id !== id && standing.state !== "retracted" && standing.state !== "archived";
}

/** A lesson that has joined a cluster stays there, and so does one that others of the kind have joined. */
function isPlaced(id: RecordId, stored: StoredLesson | undefined, twins: readonly StoredLesson[]): boolean {
  return stored !== undefined && (stored.cluster !== id || twins.some((twin) => twin.cluster === id));
}

function joining(twin: StoredLesson, reason: string): Decision {
  return { action: "join", with: twin.record.id, cluster: twin.cluster, reason };
}
