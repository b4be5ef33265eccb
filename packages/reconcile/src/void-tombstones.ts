/** Retractions that turn out to be void. */
import type { LessonBody, RetractionBody, SignedRecord } from "@grapevine/core";

/**
 * The retractions of the lesson that others than its author made. They could be kept only as long as nobody knew whose lesson it is; a node that met the lesson
 * first refuses them, so a node that met them first gives them up when it keeps the lesson. So both pass on the same records.
 */
export function voidTombstones(
  lesson: SignedRecord<LessonBody>,
  tombstones: readonly SignedRecord<RetractionBody>[],
): SignedRecord<RetractionBody>[] {
  return tombstones.filter(({ body }) => body.lesson === lesson.id && body.author !== lesson.body.author);
}

/** Why they are remembered as refused: the words of the rule that refuses those that come after the lesson. */
export const voidTombstoneReason = "only its author can take a lesson back";
