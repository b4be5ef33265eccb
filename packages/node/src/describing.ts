/** Everything about one lesson, for people: the record, what this node makes of it, and why. */
import type { AttestationBody, AuthorId, Clock, LessonStore, SignedRecord, StoredLesson } from "@grapevine/core";
import { witnessesOf } from "@grapevine/reconcile";
import type { LessonDetails } from "./control/lesson-contract.ts";
import { conflictsOf } from "./disagreements.ts";
import { type Explained, explain } from "./explaining.ts";
import { lineageIn, relativesOf } from "./lineage.ts";
import type { PrincipalBook } from "./principals.ts";
import { lessonDetails, type ViewComponents } from "./views.ts";

export interface DescribingComponents extends ViewComponents {
  readonly store: Pick<LessonStore, "attestations" | "get" | "getMany" | "derivedLessons" | "allGlances">;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
  readonly clock: Clock;
}

/** @throws what the store throws */
export async function describeLesson(lesson: StoredLesson, components: DescribingComponents): Promise<LessonDetails> {
  const { store, nameOf, trustOf, utilitiesOf } = components;
  const attestations = await store.attestations(lesson.record.id);
  const conflicts = await conflictsOf(lesson, components);
  const [utility = 0] = await utilitiesOf([lesson]);
  const { author } = lesson.record.body;
  const explanation = explain({
    lesson,
    words: await wordsOn(lesson, attestations, components),
    conflicts,
    authorName: author === components.self ? "you" : called(author, nameOf),
    utility,
    trust: trustOf(author),
  });
  return await lessonDetails(lesson, { attestations: attestations.map(({ body }) => body), conflicts, explanation }, components);
}

async function wordsOn(
  { record }: StoredLesson,
  attestations: readonly SignedRecord<AttestationBody>[],
  { store, principals, self, clock, nameOf }: DescribingComponents,
): Promise<Explained["words"]> {
  const lineage = lineageIn(store);
  const { authors: relatives } = await relativesOf(record, lineage);
  const testimony = { now: clock.now(), self, principals: principals.known, attestations, relatives };
  const weights = new Map(witnessesOf(record.body.author, testimony).map(({ body, weight }) => [body.author, weight]));
  const others = attestations.filter(({ body }) => body.author !== self);
  return others.map(({ body }) => ({ name: called(body.author, nameOf), counts: body, weight: weights.get(body.author) ?? 0 }));
}

function called(author: AuthorId, nameOf: ViewComponents["nameOf"]): string {
  return nameOf(author) ?? `…${author.slice(-8)}`;
}
