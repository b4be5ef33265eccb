/** Lessons that contradict each other, as the user sees them. */
import type { AuthorId, LessonStore, RecordId, StoredLesson } from "@grapevine/core";
import { type ConflictEvidence, conflictState, conflictStateBetween } from "@grapevine/reconcile";
import type { Conflict, ConflictQuery, ConflictSide } from "./control/lesson-contract.ts";

export interface DisagreementComponents {
  readonly store: Pick<LessonStore, "allGlances" | "getMany">;
  readonly utilitiesOf: (lessons: readonly StoredLesson[]) => Promise<readonly number[]>;
  readonly nameOf: (author: AuthorId) => string | undefined;
}

/** Of a page of conflicts that nobody says more about. */
const defaultPageLength = 100;

/** Those of which both sides are still here, the open ones first, a page at a time: anybody can make any number of them, and only those of the page are read. */
export async function listConflicts(
  { limit = defaultPageLength, offset = 0 }: ConflictQuery,
  components: DisagreementComponents,
): Promise<Conflict[]> {
  const found: Conflict[] = [];
  for (const pair of (await conflictingPairs(components)).slice(offset, offset + limit)) {
    const [first, second] = await components.store.getMany(pair);
    if (first !== undefined && second !== undefined) found.push(await conflictBetween(first, second, components));
  }
  return found;
}

/** From glances, in an order that stays: open ones first, then by their ids. */
async function conflictingPairs({ store }: DisagreementComponents): Promise<(readonly [RecordId, RecordId])[]> {
  const sides = new Map<RecordId, ConflictEvidence>();
  const pairs = new Map<string, readonly [RecordId, RecordId]>();
  for await (const glance of store.allGlances({ states: ["own", "admitted", "held"] })) {
    const { id, state, outcomes, trial, conflicts } = glance;
    sides.set(id, { id, state, outcomes, ...(trial === undefined ? {} : { trial }) });
    for (const other of conflicts) {
      const pair: [RecordId, RecordId] = id < other ? [id, other] : [other, id];
      pairs.set(pair.join(" "), pair);
    }
  }
  const ordered: { readonly pair: readonly [RecordId, RecordId]; readonly key: string }[] = [];
  for (const [key, pair] of pairs) {
    const [first, second] = [sides.get(pair[0]), sides.get(pair[1])];
    if (first === undefined || second === undefined) continue; // taken back, or archived
    const isDecided = conflictStateBetween(first, second).state === "decided";
    ordered.push({ pair, key: `${isDecided ? 1 : 0} ${key}` });
  }
  return ordered.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ pair }) => pair);
}

/** The other sides of one lesson's conflicts. */
export async function conflictsOf(lesson: StoredLesson, components: DisagreementComponents): Promise<ConflictSide[]> {
  const others = (await components.store.getMany(lesson.conflicts)).filter((other) => other !== undefined);
  return await sidesOf(others.filter(isHere), components);
}

async function conflictBetween(first: StoredLesson, second: StoredLesson, components: DisagreementComponents): Promise<Conflict> {
  const [one, other] = await sidesOf([first, second], components);
  return { ...conflictState(first, second), sides: [one as ConflictSide, other as ConflictSide] };
}

async function sidesOf(lessons: readonly StoredLesson[], components: DisagreementComponents): Promise<ConflictSide[]> {
  const utilities = await components.utilitiesOf(lessons);
  return lessons.map(({ record, standing, outcomes }, position) => ({
    id: record.id,
    state: standing.state,
    title: record.body.title,
    situation: record.body.situation,
    guidance: record.body.guidance,
    author: record.body.author,
    authorName: components.nameOf(record.body.author),
    utility: Math.round((utilities[position] ?? 0) * 1_000) / 1_000,
    outcomes,
  }));
}

function isHere({ standing }: StoredLesson): boolean {
  return standing.state !== "retracted" && standing.state !== "archived";
}
