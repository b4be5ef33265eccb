/** A world of records as many authors make them: lessons that derive from others or replace them, attestations, retractions, some of them void. */
import type { AuthorId, Identity, LessonBody, Principal, RecordId, SignedRecord } from "@grapevine/core";
import { seededRandom } from "@grapevine/testing";
import {
  attestationOf,
  enemy,
  friend,
  lessonOf,
  now,
  otherFriend,
  outcomesOf,
  person,
  principalOf,
  principalsOf,
  retractionOf,
  self,
  stranger,
  trialOf,
} from "./fixtures.ts";
import type { OwnEvidence } from "./small-node.ts";

const failing = person(10);
const liar = person(11);
export const worldAuthors: readonly Identity[] = [
  self,
  friend,
  otherFriend,
  stranger,
  enemy,
  failing,
  liar,
  person(12),
  person(13),
];

/** Two friends, one whose word was belied, one whose lessons fail, one who has earned some trust, and one who is blocked. */
export const worldPrincipals: ReadonlyMap<AuthorId, Principal> = principalsOf(
  principalOf(friend, { standing: "trusted" }),
  principalOf(otherFriend, { standing: "trusted" }),
  principalOf(liar, { standing: "trusted", word: { agreed: 0, disagreed: 4 } }),
  principalOf(failing, { failuresInRow: 3 }),
  principalOf(person(12), { outcomes: outcomesOf(5) }),
  principalOf(enemy, { standing: "blocked" }),
);

export interface World {
  readonly records: readonly SignedRecord[];
  /** What the node finds out by itself. */
  readonly evidence: readonly (readonly [RecordId, OwnEvidence])[];
}

const lessonCount = 200;
const attestationCount = 260;
const retractionCount = 80;
const dayMs = 24 * 60 * 60 * 1000;

export function sampleWorld(seed: number): World {
  const random = seededRandom(seed);
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const lessons: SignedRecord<LessonBody>[] = [];
  for (let number = 0; number < lessonCount; number++) {
    const author = one(worldAuthors);
    const own = lessons.filter(({ body }) => body.author === author.author);
    const replaces = random() < 0.2 && lessons.length > 0 ? one(random() < 0.8 && own.length > 0 ? own : lessons) : undefined;
    const derivesFrom = random() < 0.35 && lessons.length > 0 ? [one(lessons).id] : [];
    lessons.push(
      lessonOf(author, {
        seq: number + 1,
        title: `Lesson ${number}`,
        derivedFrom: derivesFrom,
        ...(replaces === undefined ? {} : { supersedes: replaces.id }),
        ...(random() < 0.04 ? { expiresAt: now - 1 } : {}),
        ...(random() < 0.02 ? { createdAt: now + dayMs } : {}),
      }),
    );
  }
  const attestations = Array.from({ length: attestationCount }, (_, number) =>
    attestationOf(
      one(random() < 0.5 ? [friend, otherFriend] : worldAuthors),
      one(random() < 0.6 ? lessons.slice(-40) : lessons).id,
      {
        seq: 1 + Math.floor(random() * 4),
        worked: Math.floor(random() * 5),
        failed: Math.floor(random() * 3),
        createdAt: now - number,
      },
    ),
  );
  const retractions = Array.from({ length: retractionCount }, (_, number) => {
    const lesson = one(lessons);
    const author = worldAuthors.find((each) => each.author === lesson.body.author) ?? self;
    return retractionOf(random() < 0.4 ? author : one(worldAuthors), lesson.id, { seq: 1_000 + number });
  });
  const evidence = lessons.filter(() => random() < 0.3).map(({ id }) => [id, evidenceOf(random)] as const);
  return { records: [...lessons, ...attestations, ...retractions], evidence };
}

function evidenceOf(random: () => number): OwnEvidence {
  const count = (): number => Math.floor(random() * 4);
  const verdict = (["admitted", "refused", "undecided"] as const)[Math.floor(random() * 3)] ?? "undecided";
  return {
    ...(random() < 0.6 ? { outcomes: outcomesOf(count(), count()) } : {}),
    ...(random() < 0.4 ? { trial: trialOf(verdict, { wins: count(), losses: count() }) } : {}),
    ...(random() < 0.2 ? { pinned: true } : {}),
  };
}
