/** What a line of labelled pairs says: two lessons, and whether they are one lesson in other words. */
import { lessonKinds } from "@grapevine/core";
import type { ComparedFields } from "@grapevine/reconcile";
import { asFields, type LineProblem } from "../dataset.ts";

/** `paraphrase` should be merged; `contradiction` must never be; `other` is neither: merging it is an error that costs precision only. */
export type PairClass = "paraphrase" | "contradiction" | "other";

export interface LessonPair {
  readonly a: ComparedFields;
  readonly b: ComparedFields;
  readonly class: PairClass;
  /** As the file has it. */
  readonly label: string;
  /** Which part of a file that is split the pair belongs to. */
  readonly half?: string;
}

const classOfLabel: Readonly<Record<string, PairClass>> = {
  paraphrase: "paraphrase",
  related: "other",
  opposite: "contradiction",
  "other-number": "contradiction",
  "other-version": "contradiction",
};
const relations: readonly unknown[] = ["entailment", "neutral", "contradiction"];
/** Relatedness, from 1 to 5, from which an entailment counts as a paraphrase. */
const paraphraseRelatedness = 4.5;

export function readLessonPair(value: unknown): LessonPair | LineProblem {
  const fields = asFields(value);
  if (fields === undefined) return { problem: "not an object" };
  return "label" in fields ? readLabelled(fields) : readSentences(fields);
}

function readLabelled({ a, b, label, half }: Readonly<Record<string, unknown>>): LessonPair | LineProblem {
  const pairClass = typeof label === "string" && Object.hasOwn(classOfLabel, label) ? classOfLabel[label] : undefined;
  if (pairClass === undefined) return { problem: `label is none of ${Object.keys(classOfLabel).join(", ")}` };
  if (half !== undefined && typeof half !== "string") return { problem: "half is not a text" };
  const [first, second] = [readLesson(a), readLesson(b)];
  if (first === undefined || second === undefined) {
    return { problem: `${first === undefined ? "a" : "b"} is not a lesson with kind, title, situation and guidance` };
  }
  return { a: first, b: second, class: pairClass, label: String(label), ...(half !== undefined && { half }) };
}

function readLesson(value: unknown): ComparedFields | undefined {
  const { kind, title, situation, guidance, environment } = asFields(value) ?? {};
  const known = lessonKinds.find((each) => each === kind);
  if (known === undefined || typeof title !== "string" || typeof situation !== "string" || typeof guidance !== "string") {
    return undefined;
  }
  const fields = { kind: known, title, situation, guidance };
  if (environment === undefined) return fields;
  const facts = Object.entries(asFields(environment) ?? { "": undefined });
  if (!facts.every((fact): fact is [string, string] => typeof fact[1] === "string")) return undefined;
  return { ...fields, environment: Object.fromEntries(facts) };
}

/** A pair of sentences in the form of SICK: each becomes the guidance of a lesson of the kind fact, which has nothing else. */
function readSentences({ a, b, relatedness, relation }: Readonly<Record<string, unknown>>): LessonPair | LineProblem {
  if (typeof a !== "string" || typeof b !== "string") return { problem: "a and b are not two texts" };
  if (!relations.includes(relation)) return { problem: `relation is none of ${relations.join(", ")}` };
  if (relatedness !== undefined && typeof relatedness !== "number") return { problem: "relatedness is not a number" };
  const same = relation === "entailment" && (relatedness ?? 0) >= paraphraseRelatedness;
  return {
    a: asGuidance(a),
    b: asGuidance(b),
    class: same ? "paraphrase" : relation === "contradiction" ? "contradiction" : "other",
    label: same ? "paraphrase" : String(relation),
  };
}

function asGuidance(sentence: string): ComparedFields {
  return { kind: "fact", title: "", situation: "", guidance: sentence };
}
