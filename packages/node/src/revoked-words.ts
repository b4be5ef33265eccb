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
  type StatementAhead,
  type StoredLesson,
} from "@grapevine/core";
import { revokedAuthorRule } from "@grapevine/reconcile";
import type { Batch } from "./batch.ts";
import type { MemberBook } from "./members.ts";

export interface RevokedWordsComponents {
  readonly store: Pick<LessonStore, "allGlances" | "attestation" | "list" | "statementsAhead" | "tombstone">;
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
  for await (const { id, attestations } of store.allGlances()) {
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
  for await (const { lesson, type } of wordsAhead(author, store)) {
    const isAttestation = type === "attestation";
    const said = isAttestation ? await store.attestation(lesson, author) : await store.tombstone(lesson, author);
    if (isRefused(said)) work.changes.push({ kind: isAttestation ? "attestation-remove" : "tombstone-remove", lesson, author });
  }
  return attested;
}

/** What the author said of lessons that are not here. */
async function* wordsAhead(
  author: AuthorId,
  store: Pick<LessonStore, "statementsAhead">,
): AsyncGenerator<StatementAhead, void, undefined> {
  for await (const statement of store.statementsAhead()) if (statement.author === author) yield statement;
}

/** From now on it is the owner's word that keeps it back, as long as there is one. */
function retractedByOwner(lesson: StoredLesson): StoredLesson {
  return { ...lesson, standing: { ...lesson.standing, rule: revokedAuthorRule } };
}
