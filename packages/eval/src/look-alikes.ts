/**
 * Questions that look alike: families of one question in several wordings, and questions that differ from it by a number, a name, a denial and the like; and questions whose
 * answer is not the same the next time. Written by hand. The held-out part was written before the judgement was, and looked at when that was done.
 */
import { fileURLToPath } from "node:url";
import { isSameQuestion, type ReadQuestion, readQuestion } from "@grapevine/reconcile";
import { asFields, type LineProblem, readDataset } from "./dataset.ts";

/** What a question that looks alike changes. */
interface LookAlike {
  readonly changed: string;
  readonly question: string;
}

export interface QuestionFamily {
  readonly part: string;
  readonly question: string;
  /** In other words. */
  readonly same: readonly string[];
  readonly other: readonly LookAlike[];
}

export interface DependentQuestion {
  readonly part: string;
  readonly question: string;
  /** On what its answer depends: `time`, `state`, `user`, `chance`. */
  readonly dependsOn: string;
}

export type LookAlikeLine = QuestionFamily | DependentQuestion;

export interface LookAlikeFigures {
  /** Questions asked a second time in the same words, and those of them that are answered again. */
  readonly repeated: Share;
  /** The same in other words. */
  readonly reworded: Share;
  /** Questions that only look alike, and those of them that are taken for the question in one of its wordings. */
  readonly lookAlikes: Share;
  /** Questions of different families, each with each, that are taken for one. */
  readonly strangers: Share;
  /** Questions whose answer depends on something, and those of them that would be answered again all the same. */
  readonly dependent: Share;
  /** Those that are wrong, as pairs. */
  readonly wrong: readonly (readonly [string, string])[];
}

interface Share {
  readonly reused: number;
  readonly of: number;
}

const file: string = fileURLToPath(new URL("../data/look-alikes.jsonl", import.meta.url));

/** The set that the program brings, or another in its form. @throws EVAL_DATASET_UNREADABLE, EVAL_DATASET_INVALID */
export async function readLookAlikes(path: string = file): Promise<LookAlikeLine[]> {
  return await readDataset(path, readLine);
}

/** What the judgement that nodes use makes of them: no model and no embedder has a part in it. */
export function judgedLookAlikes(lines: readonly LookAlikeLine[]): LookAlikeFigures {
  const families = lines.filter(isFamily);
  const read = new Map(lines.flatMap(textsOf).map((text) => [text, readQuestion(text)]));
  const reading = (text: string): ReadQuestion => read.get(text) ?? readQuestion(text);
  const areOne = (first: string, second: string): boolean => isSameQuestion(reading(first), reading(second));
  const isAnswered = (first: string, second: string): boolean =>
    areOne(first, second) && reading(first).dependsOn === undefined && reading(second).dependsOn === undefined;
  const rewordings = families.flatMap(({ question, same }) => same.map((text) => isAnswered(question, text)));
  // Judged without what the answers depend on: the stricter test.
  const alike = families.flatMap(({ question, same, other }) =>
    other.map((each) => [question, ...same].map((text) => [text, each.question] as const).find(([one, two]) => areOne(one, two))),
  );
  const pairs = families.flatMap((one, at) =>
    families
      .slice(at + 1)
      .flatMap((two) => textsOf(one).flatMap((first) => textsOf(two).map((second) => [first, second] as const))),
  );
  const strangers = pairs.filter(([first, second]) => areOne(first, second));
  const dependent = lines.filter((line) => !isFamily(line)).map(({ question }) => question);
  const forgotten = dependent.filter((question) => reading(question).dependsOn === undefined);
  return {
    repeated: shareOf(families.map(({ question }) => isAnswered(question, question))),
    reworded: shareOf(rewordings),
    lookAlikes: shareOf(alike.map((pair) => pair !== undefined)),
    strangers: { reused: strangers.length, of: pairs.length },
    dependent: { reused: forgotten.length, of: dependent.length },
    wrong: [...alike.filter((pair) => pair !== undefined), ...strangers, ...forgotten.map((text) => [text, text] as const)],
  };
}

export function isFamily(line: LookAlikeLine): line is QuestionFamily {
  return "same" in line;
}

function textsOf(line: LookAlikeLine): string[] {
  return isFamily(line) ? [line.question, ...line.same, ...line.other.map(({ question }) => question)] : [line.question];
}

function shareOf(verdicts: readonly boolean[]): Share {
  return { reused: verdicts.filter(Boolean).length, of: verdicts.length };
}

function readLine(value: unknown): LookAlikeLine | LineProblem {
  const { part, question, same, other, dependsOn } = asFields(value) ?? {};
  if (typeof part !== "string" || typeof question !== "string") return { problem: "part and question are not two texts" };
  if (typeof dependsOn === "string") return { part, question, dependsOn };
  if (!isTexts(same)) return { problem: "neither dependsOn nor same is there" };
  const others = Array.isArray(other) ? other.map(readLookAlike) : [undefined];
  const read = others.filter((each) => each !== undefined);
  return read.length === others.length
    ? { part, question, same, other: read }
    : { problem: "other is not a list of {changed, question}" };
}

function readLookAlike(value: unknown): LookAlike | undefined {
  const { changed, question } = asFields(value) ?? {};
  return typeof changed === "string" && typeof question === "string" ? { changed, question } : undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
