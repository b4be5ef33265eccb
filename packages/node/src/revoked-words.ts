/**
 * What a revoked member said of lessons, and the revocation does not keep: attestations, and retractions of the member's own lessons. It is taken out again, so that peers who
 * had it before the revocation hold the same as those who had it not. (The member's lessons stay as retracted, should the member be admitted again.)
 */
import {
  type AuthorId,
  type LessonStore,
  membershipRefusal,
  type RecordId,
  type SignedRecord,
  type StoredLesson,
} from "@grapevine/core";
import { revokedAuthorRule } from "@grapevine/reconcile";
import type { Batch } from "./batch.ts";
import type { MemberBook } from "./members.ts";

export interface RevokedWordsComponents {
  readonly store: Pick<LessonStore, "allGlances" | "attestation" | "list" | "tombstone">;
  readonly members: MemberBook;
}

/** Adds to the batch what takes them out; gives the lessons that lost an attestation by it. */
export async function takeOutRevokedWords(
  author: AuthorId,
  work: Batch,
  { store, members }: RevokedWordsComponents,
): Promise<RecordId[]> {
  const isRefused = (record: SignedRecord | undefined): boolean =>
    record !== undefined && membershipRefusal(record, members) === "revoked-author";
  const attested: RecordId[] = [];
  for (const { id, attestations } of await store.allGlances()) {
    if (!attestations.some((said) => said.author === author) || !isRefused(await store.attestation(id, author))) continue;
    work.changes.push({ kind: "attestation-remove", lesson: id, author });
    attested.push(id);
  }
  for await (const lesson of store.list({ author, states: ["retracted"] })) {
    const { id } = lesson.record;
    if (!isRefused(await store.tombstone(id, author))) continue;
    work.changes.push({ kind: "tombstone-remove", lesson: id, author });
    work.note(retractedByOwner(lesson));
  }
  return attested;
}

/** From now on it is the owner's word that keeps it back, as long as there is one. */
function retractedByOwner(lesson: StoredLesson): StoredLesson {
  return { ...lesson, standing: { ...lesson.standing, rule: revokedAuthorRule } };
}
