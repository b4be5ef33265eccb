/**
 * What reconciliation costs by itself, without a disk and without embedding: a verdict beside ten neighbours in a store of 100,000 lessons, the pruning of 20,000
 * lessons too many, and one admission into a full store beside one into a small one.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  decodeRecord,
  type LessonBody,
  noOutcomes,
  type Principal,
  type SignedRecord,
  type StoredLesson,
  signRecord,
  strangerCalled,
} from "@grapevine/core";
import {
  isLessonVerdict,
  type JudgeInput,
  judge,
  Keeping,
  type KeptLesson,
  type KnownState,
  newLesson,
  worthOf,
} from "../../packages/reconcile/src/index.ts";
import { seededRandom } from "../../packages/testing/src/clustered-vectors.ts";
import { root } from "../checks/tree.ts";
import { benchAuthor } from "./data.ts";
import { benchErrors } from "./errors.ts";
import { type Bench, elapsedMs, type Figure, figure, interleaved } from "./measure.ts";

const storedLessons = 100_000;
const neighbourCount = 10;
/** Judged before anything is measured, so that the code is compiled as it is in a node that has heard of so many lessons. */
const warmUps = 3_000;
const verdictRounds = 1_000;
const surplus = 20_000;
const pruningRounds = 5;
const smallStore = 1_000;
const admissionWarmUps = 3;
const admissionRounds = 15;
const admissionsPerRound = 100;
const madeAt = 1_790_000_000_000;
const lessonsPerTopic = 50;

export const reconcile: Bench = {
  name: "reconcile",
  summary: "a verdict beside ten neighbours, pruning, and an admission into a full store; all in memory",
  measure: async ({ say }) => {
    say(`verdicts on arrival and beside ${neighbourCount} neighbours, ${storedLessons} lessons`);
    const texts = await lessonTexts();
    const verdicts = await measureVerdicts(texts);
    say(`pruning ${storedLessons + surplus} lessons to ${storedLessons}`);
    const pruning = await measurePruning();
    say(`an admission at ${storedLessons} and at ${smallStore} lessons`);
    return [...verdicts, pruning, await measureAdmission(texts)];
  },
};

/** A lesson as it arrives, and once more when it is embedded and its neighbours are known. */
async function measureVerdicts(texts: readonly LessonText[]): Promise<Figure[]> {
  const lessons = Array.from({ length: storedLessons }, (_, number) => storedLesson(number, texts));
  const random = seededRandom(11);
  const inputs = Array.from({ length: warmUps + verdictRounds }, () => inputAbout(Math.floor(random() * storedLessons), lessons));
  const arriving = inputs.map(({ record }) => ({ record, neighbours: [], state: stateOf({}) }));
  return [await measureVerdict("verdict-on-arrival", arriving), await measureVerdict("verdict-with-neighbours", inputs)];
}

async function measureVerdict(name: string, inputs: readonly JudgeInput<LessonBody>[]): Promise<Figure> {
  const frames = inputs.map(({ record }) => signedFrame(record.body));
  for (const input of inputs.slice(0, warmUps)) judge(input);
  const measured = await interleaved(
    verdictRounds,
    (round) => elapsedMs(() => judge(inputs[warmUps + round] as JudgeInput)),
    (round) => elapsedMs(() => decodeRecord(frames[warmUps + round] as Uint8Array)),
  );
  const bar = { of: "value", most: 0.2 } as const;
  return figure({ name, unit: "ms", measured, referenceName: "decodeRecord of the lesson", bar });
}

/** As many lessons too many, one after the other out of `Keeping`; beside it: all of them sorted by their worth, once. */
async function measurePruning(): Promise<Figure> {
  const lessons = keptLessons(storedLessons + surplus, storedLessons);
  const measured = await interleaved(
    pruningRounds,
    async () => {
      const keeping = keepingOf(lessons);
      return await elapsedMs(() => prune(keeping));
    },
    () => elapsedMs(() => lessons.toSorted((first, second) => first.worth - second.worth).slice(0, surplus)),
  );
  const bar = { of: "value", most: 2_000 } as const;
  return figure({ name: "pruning", unit: "ms", measured, referenceName: "sorting the lessons by worth", bar });
}

/**
 * A full store takes one lesson and gives one up: its bytes are checked, it is judged as it arrives, it takes its place, and what is too many goes. The small store has
 * as many lessons of a topic as the large one.
 */
async function measureAdmission(texts: readonly LessonText[]): Promise<Figure> {
  const rounds = admissionWarmUps + admissionRounds;
  const arrivals = Array.from({ length: rounds * admissionsPerRound }, (_, number) => signedFrame(bodyOf(number, texts)));
  const storeOf = (size: number): FullStore => {
    const lessons = keptLessons(size + arrivals.length, size);
    return { keeping: keepingOf(lessons.slice(0, size), size), places: lessons.slice(size), arrivals };
  };
  const [large, small] = [storeOf(storedLessons), storeOf(smallStore)];
  await interleaved(
    admissionWarmUps,
    (round) => admit(large, round),
    (round) => admit(small, round),
  );
  const measured = await interleaved(
    admissionRounds,
    (round) => admit(large, admissionWarmUps + round),
    (round) => admit(small, admissionWarmUps + round),
  );
  const bar = { of: "ratio", most: 2 } as const;
  const referenceName = `the same with ${smallStore.toLocaleString("en-GB")} lessons`;
  return figure({ name: "admission-growth", unit: "ms", measured, referenceName, bar });
}

interface FullStore {
  readonly keeping: Keeping;
  readonly places: readonly KeptLesson[];
  readonly arrivals: readonly Uint8Array[];
}

/** Milliseconds an admission. */
async function admit({ keeping, places, arrivals }: FullStore, round: number): Promise<number> {
  const from = round * admissionsPerRound;
  const ms = await elapsedMs(() => {
    for (let arrival = from; arrival < from + admissionsPerRound; arrival++) {
      judge({ record: decodeRecord(arrivals[arrival] as Uint8Array), neighbours: [], state: stateOf({}) });
      keeping.set(places[arrival] as KeptLesson);
      prune(keeping);
    }
  });
  return ms / admissionsPerRound;
}

function prune(keeping: Keeping): void {
  for (let next = keeping.overflow(); next !== undefined; next = keeping.overflow()) keeping.delete(next.lesson.id);
}

function keepingOf(lessons: readonly KeptLesson[], capacity = storedLessons): Keeping {
  const keeping = new Keeping({ capacity, heldShare: 0.25, authorShare: 0.05 });
  for (const lesson of lessons) keeping.set(lesson);
  return keeping;
}

/** One in five held, fifty of a topic in a store of the given size, of authors of whom one in four is trusted. */
function keptLessons(count: number, size: number): KeptLesson[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, (_, label) => {
    const utility = random() < 0.5 ? 0 : random();
    const receivedAt = madeAt + label * 60_000;
    const trust = label % 4 === 0 ? 0.5 : 0;
    return {
      id: `lesson-${label}`,
      label,
      author: benchAuthor(label).author,
      topic: Math.floor((random() * size) / lessonsPerTopic),
      pool: label % 5 === 1 ? "held" : "admitted",
      limited: false,
      worth: worthOf({ utility, trust, usedAt: random() < 0.3 ? receivedAt + 1_000_000_000 : 0, receivedAt }),
      utility,
    };
  });
}

type LessonText = Pick<LessonBody, "kind" | "title" | "situation" | "guidance">;

/** Lessons as people write them, in pairs of which each says the same as its partner, the opposite, or something near it; neighbouring pairs are about one tool. */
async function lessonTexts(): Promise<LessonText[]> {
  const file = join(root, "packages/reconcile/test/fixtures/lesson-pairs.jsonl");
  const pairs = (await readFile(file, "utf8")).trim().split("\n");
  return pairs.flatMap((line) => {
    const { a, b } = JSON.parse(line) as { a: LessonText; b: LessonText };
    return [a, b];
  });
}

/** Its id and its signature are not worked out: a verdict looks at neither. */
function storedLesson(number: number, texts: readonly LessonText[]): StoredLesson {
  const record: SignedRecord<LessonBody> = { id: `lesson-${number}`, body: bodyOf(number, texts), frame: new Uint8Array() };
  const state: KnownState = stateOf({ occasion: "review" });
  const verdict = judge({ record, neighbours: [], state });
  if (!isLessonVerdict(verdict)) throw benchErrors.create("BENCH_FAILED", `a lesson was not kept: ${verdict.reason}`);
  return newLesson(record, verdict, { label: number, now: madeAt });
}

function bodyOf(number: number, texts: readonly LessonText[]): LessonBody {
  return {
    v: 1,
    author: benchAuthor(number).author,
    type: "lesson",
    seq: number + 1,
    createdAt: madeAt,
    evidence: { ...noOutcomes, worked: 1, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
    ...(texts[number % texts.length] as LessonText),
  };
}

/** A lesson that was embedded just now, its partner and nine more that lie round it, and three authors who attest it. */
function inputAbout(number: number, lessons: readonly StoredLesson[]): JudgeInput<LessonBody> {
  const stored = lessons[number] as StoredLesson;
  const others = Array.from({ length: neighbourCount }, (_, place) =>
    place % 2 === 0 ? number ^ (place + 1) : number - place - 1,
  );
  const neighbours = others.map((other, place) => ({
    lesson: lessons[(other + storedLessons) % storedLessons] as StoredLesson,
    similarity: 0.92 - 0.03 * place,
  }));
  const attestations = [1, 2, 3].map((each) => ({
    id: `attestation-${each}`,
    frame: new Uint8Array(),
    body: attestationBody(benchAuthor(number + each).author, stored),
  }));
  return { record: stored.record, neighbours, state: stateOf({ occasion: "review", stored, attestations }) };
}

function attestationBody(author: string, { record }: StoredLesson): KnownState["attestations"][number]["body"] {
  return { v: 1, type: "attestation", author, seq: 1, createdAt: madeAt, lesson: record.id, ...noOutcomes, worked: 1 };
}

const principals: ReadonlyMap<string, Principal> = new Map(
  Array.from({ length: 16 }, (_, number) => {
    const { author } = benchAuthor(number);
    return [author, { ...strangerCalled(author), standing: "trusted" }] as const;
  }),
);

function stateOf(changes: Partial<KnownState>): KnownState {
  return {
    occasion: "arrival",
    now: madeAt,
    self: "",
    principals,
    attestations: [],
    relatives: new Set(),
    attesters: [],
    ahead: { ofAuthor: 0, inAll: 0 },
    refused: false,
    tombstones: [],
    sameText: [],
    supersededBy: [],
    retractedAncestors: [],
    ...changes,
  };
}

function signedFrame(lesson: LessonBody): Uint8Array {
  return signRecord<LessonBody>(benchAuthor(lesson.seq - 1), lesson).frame;
}
