/**
 * What an outcome moves: the counts of the lessons that were in the prompt, the counts of their authors (from which trust is computed), what the word of others on
 * these lessons is worth, and this node's running attestation of each foreign lesson. An outcome that replaces an earlier one takes the earlier one's counts back first.
 *
 * A success is the first lesson's, the one that recall ranked highest: else a wrong lesson would be proved right by riding along with right ones. A failure may be that
 * of any lesson that was about the question; what stood beside them, far less like it, did not cause it.
 */
import {
  type AttestationBody,
  type Clock,
  type Experience,
  type Identity,
  type LessonStore,
  type LessonUse,
  type Outcome,
  type OutcomeCounts,
  type Principal,
  type RecordId,
  type StoreChange,
  signRecord,
  type Verdict,
} from "@grapevine/core";
import { checkOfWord, wordAfter } from "@grapevine/reconcile";
import type { PrincipalBook } from "./principals.ts";

export interface OutcomeComponents {
  readonly store: Pick<LessonStore, "getMany" | "nextSequence" | "attestations">;
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
  const known = (author: string): Principal => authors.get(author) ?? principals.get(author);
  const now = clock.now();
  const moved = movedBy(outcome, experience.lessons);
  const movedBefore = movedBy(replaced, experience.lessons);
  for (const lesson of await store.getMany([...new Set([...moved, ...movedBefore])])) {
    if (lesson === undefined) continue;
    const { id, body } = lesson.record;
    const change: CountChange = {
      ...(moved.has(id) && { added: outcome.verdict }),
      ...(movedBefore.has(id) && { taken: replaced?.verdict }),
    };
    const outcomes = counted(lesson.outcomes, change);
    changes.push({ kind: "lesson", lesson: { ...lesson, outcomes, usedAt: now } });
    for (const { body: said } of await store.attestations(id)) {
      if (said.author === identity.author || !principals.known.has(said.author)) continue;
      const witness = known(said.author);
      const word = wordAfter(witness.word, checkOfWord(lesson.outcomes, said), checkOfWord(outcomes, said));
      if (word !== witness.word) authors.set(said.author, { ...witness, word });
    }
    if (body.author === identity.author) continue;
    const author = known(body.author);
    authors.set(body.author, {
      ...author,
      outcomes: counted(author.outcomes, change),
      ...(isNews(outcomes, change) && rowAfter(author, lesson.receivedAt, change)),
    });
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

/** How much less like the question than the most similar a lesson may be for a failure to speak against it. */
const decisiveMargin = 0.15;

/** The lessons of the prompt whose counts the outcome changes. */
function movedBy(outcome: Outcome | undefined, uses: readonly LessonUse[]): ReadonlySet<RecordId> {
  if (outcome === undefined) return new Set();
  if (outcome.verdict !== "failed") return new Set(uses.slice(0, 1).map(({ id }) => id));
  const nearest = Math.max(...uses.map(({ similarity }) => similarity));
  const near = uses.filter(({ similarity }, position) => position === 0 || similarity >= nearest - decisiveMargin);
  return new Set(near.map(({ id }) => id));
}

interface CountChange {
  readonly added?: Verdict;
  /** Of the outcome that was replaced. */
  readonly taken?: Verdict | undefined;
}

function counted(counts: OutcomeCounts, { added, taken }: CountChange): OutcomeCounts {
  const changed = { ...counts };
  if (added !== undefined) changed[added] += 1;
  if (taken !== undefined) changed[taken] = Math.max(0, changed[taken] - 1);
  return changed;
}

/** Only a lesson's first outcome here says something of its author; and the same said once more of one experience is nothing new. */
function isNews(outcomes: OutcomeCounts, { added, taken }: CountChange): boolean {
  return added !== undefined && added !== taken && outcomes.worked + outcomes.changed + outcomes.failed === 1;
}

/**
 * A success takes back one failure and not all of them (a cumulative sum, E. S. Page, "Continuous Inspection Schemes", Biometrika 41, 1954), and only if its lesson came
 * no earlier than the row: who turns still has good lessons from before that nobody had tried.
 */
function rowAfter(
  { failuresInRow, failingSince }: Principal,
  receivedAt: number,
  { added }: CountChange,
): Pick<Principal, "failuresInRow" | "failingSince"> {
  if (added === "failed") {
    return {
      failuresInRow: failuresInRow + 1,
      failingSince: failuresInRow === 0 ? receivedAt : Math.min(failingSince ?? receivedAt, receivedAt),
    };
  }
  const isOfBefore = failingSince !== undefined && receivedAt < failingSince;
  return { failuresInRow: isOfBefore ? failuresInRow : Math.max(0, failuresInRow - 1), failingSince };
}
