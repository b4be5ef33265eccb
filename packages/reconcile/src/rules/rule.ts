/** What a rule is: a name, a code, a sentence for the reference, and a pure decision. */
import type { LessonBody, LessonState, RecordBody, RecordId, RecordType } from "@grapevine/core";
import type { ComparedLesson } from "../near-duplicate.ts";
import type { JudgeInput, LessonVerdict, RecordVerdict } from "../verdict.ts";

/** What a rule says: what becomes of the record or the lesson, which cluster it joins, or what it contradicts. */
export type Decision =
  | { readonly action: RecordVerdict["action"]; readonly reason: string }
  | { readonly action: LessonVerdict["action"]; readonly state: LessonState; readonly reason: string }
  | { readonly action: "join"; readonly with: RecordId; readonly cluster: RecordId; readonly reason: string }
  | { readonly action: "contradict"; readonly with: readonly RecordId[]; readonly reason: string };

/** Takes a lesson apart for comparing it, once in a judgement, whichever rules ask for it: that is what a verdict costs most of its time. */
export type Compared = (body: LessonBody) => ComparedLesson;

export interface Rule {
  readonly name: string;
  /** Stable, for machines. */
  readonly code: string;
  /** One sentence for the reference. */
  readonly summary: string;
  readonly types: readonly RecordType[];
  /** Undefined: the rule has nothing to say here. */
  decide(input: JudgeInput, compared: Compared): Decision | undefined;
}

/** `judge` asks a rule only about the types it names, so its body is one of those. */
export function ruleFor<Body extends RecordBody = RecordBody>(
  name: string,
  code: string,
  types: readonly RecordType[],
  rule: { readonly summary: string; readonly decide: (input: JudgeInput<Body>, compared: Compared) => Decision | undefined },
): Rule {
  return {
    name,
    code,
    types,
    summary: rule.summary,
    decide: (input, compared) => rule.decide(input as JudgeInput<Body>, compared),
  };
}

export const everyType: readonly RecordType[] = ["lesson", "attestation", "retraction", "rotation", "membership"];

/** What the user says of the record's author. Nobody can block or distrust oneself. */
export function standingOf({ record, state }: Pick<JudgeInput, "record" | "state">): "trusted" | "blocked" | "stranger" {
  if (record.body.author === state.self) return "trusted";
  return state.principals.get(record.body.author)?.standing ?? "stranger";
}
