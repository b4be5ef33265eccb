/** Lessons that contradict each other, as the user sees them. */
import type { AuthorId, LessonStore, RecordId, StoredLesson } from "@grapevine/core";
import { conflictState } from "@grapevine/reconcile";
import type { Conflict, ConflictSide } from "./control/contract.ts";

export interface DisagreementComponents {
  readonly store: Pick<LessonStore, "allGlances" | "getMany">;
  readonly utilitiesOf: (lessons: readonly StoredLesson[]) => Promise<readonly number[]>;
  readonly nameOf: (author: AuthorId) => string | undefined;
}

/** Those of which both sides are still here, the open ones first. */
export async function listConflicts(components: DisagreementComponents): Promise<Conflict[]> {
  const pairs = new Map<string, readonly [RecordId, RecordId]>();
  for await (const { id, conflicts } of components.store.allGlances()) {
    for (const other of conflicts) {
      const pair: [RecordId, RecordId] = id < other ? [id, other] : [other, id];
      pairs.set(pair.join(" "), pair);
    }
  }
  const found: Conflict[] = [];
  for (const pair of pairs.values()) {
    const [first, second] = await components.store.getMany(pair);
    if (first !== undefined && second !== undefined && isHere(first) && isHere(second)) {
      found.push(await conflictBetween(first, second, components));
    }
  }
  return found.sort((first, second) => Number(first.state === "decided") - Number(second.state === "decided"));
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
