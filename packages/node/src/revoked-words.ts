/**
 * What a revoked member, or a key that was replaced, said of lessons, and the revocation or the next key does not keep: attestations, and retractions of the author's own lessons. It is
 * taken out again, so that peers who had it before hold the same as those who had it not. (The author's lessons stay as retracted, should they be named after all.)
 */
import type { AuthorId, LessonStore, RecordId, SignedRecord, StatementAhead } from "@grapevine/core";
import type { revokedAuthorRule, rotatedAuthorRule } from "@grapevine/reconcile";
import type { Batch } from "./batch.ts";

export interface RevokedWordsComponents {
  readonly store: Pick<LessonStore, "allGlances" | "attestation" | "list" | "statementsAhead" | "tombstone">;
  /** The rule that the author's lessons fall under from now on. */
  readonly rule: typeof revokedAuthorRule | typeof rotatedAuthorRule;
}

/** Adds to the batch what takes them out; gives the lessons that lost an attestation by it. */
export async function takeOutRevokedWords(
  author: AuthorId,
  work: Batch,
  { store, rule }: RevokedWordsComponents,
): Promise<RecordId[]> {
  const isRefused = (record: SignedRecord | undefined): boolean => record !== undefined && work.knowledge.isOut(record);
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
    work.note({ ...lesson, standing: { ...lesson.standing, rule } });
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
