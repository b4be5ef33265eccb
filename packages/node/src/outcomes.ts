/**
 * What an outcome moves: the counts of the lessons that were in the prompt, the counts of their authors (from which trust is computed), and this node's running
 * attestation of each foreign lesson. An outcome that replaces an earlier one takes the earlier one's counts back first.
 */
import {
  type AttestationBody,
  type Clock,
  type Experience,
  type Identity,
  type LessonStore,
  type Outcome,
  type OutcomeCounts,
  type Principal,
  type StoreChange,
  signRecord,
} from "@grapevine/core";
import type { PrincipalBook } from "./principals.ts";

export interface OutcomeComponents {
  readonly store: Pick<LessonStore, "getMany" | "nextSequence">;
  readonly principals: PrincipalBook;
  readonly identity: Identity;
  readonly clock: Clock;
}

/** The changes for one experience; `replaced` is the outcome that it had before. Must run alone (see `Ledger.revise`). */
export async function outcomeChanges(
  experience: Experience,
  outcome: Outcome,
  replaced: Outcome | undefined,
  components: OutcomeComponents,
): Promise<StoreChange[]> {
  const { store, principals, identity, clock } = components;
  // What another peer says it used is its claim: it must not move lessons or authors here.
  if (experience.answeredBy !== undefined) return [];
  const changes: StoreChange[] = [];
  const authors = new Map<string, Principal>();
  const now = clock.now();
  for (const lesson of await store.getMany(experience.lessons.map(({ id }) => id))) {
    if (lesson === undefined) continue;
    const { id, body } = lesson.record;
    const outcomes = counted(lesson.outcomes, outcome, replaced);
    changes.push({ kind: "lesson", lesson: { ...lesson, outcomes, usedAt: now } });
    if (body.author === identity.author) continue;
    const author = authors.get(body.author) ?? principals.get(body.author);
    authors.set(body.author, { ...author, outcomes: counted(author.outcomes, outcome, replaced) });
    const attestation = signRecord<AttestationBody>(identity, {
      type: "attestation",
      seq: store.nextSequence(),
      createdAt: now,
      lesson: id,
      ...outcomes,
    });
    changes.push({ kind: "attestation", record: attestation }, { kind: "outbox-add", id: attestation.id });
  }
  for (const principal of authors.values()) changes.push({ kind: "principal", principal });
  return changes;
}

function counted(counts: OutcomeCounts, outcome: Outcome, replaced: Outcome | undefined): OutcomeCounts {
  const added = { ...counts, [outcome.verdict]: counts[outcome.verdict] + 1 };
  if (replaced === undefined) return added;
  return { ...added, [replaced.verdict]: Math.max(0, added[replaced.verdict] - 1) };
}
