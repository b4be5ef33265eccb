/** What makes a store worse: lies, and junk. Made of right lessons, so that they lie where the right ones do. */
import { type Identity, type LessonBody, type LessonDraft, type SignedRecord, signRecord } from "@grapevine/core";
import { reworded, type Topic } from "../adversaries/topics.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { draftOf } from "./drafts.ts";
import { kindOf } from "./given-lessons.ts";

type Lesson = SignedRecord<LessonBody>;

/** For each lesson one for the same situation, with the guidance and the example's steps of another kind: what it advises was seen to work, elsewhere. */
export function liesAbout(lessons: readonly Lesson[], liar: Identity): Lesson[] {
  return lessons.flatMap(({ body }, position) => {
    const foreign = [...lessons.slice(position + 1), ...lessons.slice(0, position)].find((other) => isOfAnotherKind(other, body));
    if (foreign === undefined) return [];
    const { guidance, example } = foreign.body;
    const steps = example?.steps;
    const spoilt = body.example !== undefined && steps !== undefined ? { example: { task: body.example.task, steps } } : {};
    return [signed({ ...draftOf(body), guidance, ...spoilt }, position + 1, liar)];
  });
}

export interface JunkInit {
  readonly count: number;
  readonly authors: readonly Identity[];
  readonly topics: readonly Topic[];
  readonly random: SeededRandom;
}

/**
 * A quarter each: the right lessons in slightly other words; the same of a world that is gone (stale: the environment that they depend on has another name); lies about
 * them; advice on everyday subjects that has nothing to do with the tasks. By the authors in turn, in a random order.
 */
export function junkAbout(lessons: readonly Lesson[], { count, authors, topics, random }: JunkInit): Lesson[] {
  const lies = lessons.flatMap(({ body }) => {
    const [foreign] = random.shuffled(lessons.filter((other) => isOfAnotherKind(other, body)));
    return foreign === undefined ? [] : [{ ...draftOf(body), guidance: foreign.body.guidance }];
  });
  const kinds: readonly ((turn: number) => LessonDraft | undefined)[] = [
    (turn) => rewordedDraft(lessons[turn % lessons.length], turn),
    (turn) => staleDraft(lessons[turn % lessons.length], turn),
    (turn) => withWording(lies[turn % Math.max(1, lies.length)], turn),
    (turn) => strayDraft(topics[turn % topics.length], turn),
  ];
  const drafts = Array.from({ length: count }, (_, position) =>
    kinds[position % kinds.length]?.(Math.floor(position / kinds.length)),
  );
  return random.shuffled(drafts.filter((draft) => draft !== undefined)).flatMap((draft, position) => {
    const author = authors[position % authors.length];
    return author === undefined ? [] : [signed(draft, position + 1, author)];
  });
}

function isOfAnotherKind({ body }: Lesson, { tags, guidance }: LessonBody): boolean {
  const kinds = new Set(tags.map(kindOf));
  return body.guidance !== guidance && !body.tags.some((tag) => kinds.has(kindOf(tag)));
}

function rewordedDraft(lesson: Lesson | undefined, turn: number): LessonDraft | undefined {
  return lesson === undefined ? undefined : withWording(draftOf(lesson.body), turn);
}

function staleDraft(lesson: Lesson | undefined, turn: number): LessonDraft | undefined {
  const draft = rewordedDraft(lesson, turn);
  if (draft?.environment === undefined) return draft;
  const facts = Object.entries(draft.environment).map(([name, value]) => [name, `${value} before the change`]);
  return { ...draft, environment: Object.fromEntries(facts) };
}

function strayDraft(topic: Topic | undefined, turn: number): LessonDraft | undefined {
  if (topic === undefined) return undefined;
  const { situation, guidance } = topic;
  return withWording(
    { kind: "strategy", title: situation, situation, guidance, evidence: onceSeen, tags: [], derivedFrom: [] },
    turn,
  );
}

const onceSeen: LessonDraft["evidence"] = { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" };

function withWording(draft: LessonDraft | undefined, turn: number): LessonDraft | undefined {
  return draft === undefined ? undefined : { ...draft, guidance: reworded(draft.guidance, turn) };
}

function signed(draft: LessonDraft, seq: number, author: Identity): Lesson {
  return signRecord<LessonBody>(author, { ...draft, type: "lesson", seq, createdAt: firstDay });
}

/** Long past, and the same each time, so that a seed makes the same records. */
const firstDay = Date.UTC(2026, 0, 1);
