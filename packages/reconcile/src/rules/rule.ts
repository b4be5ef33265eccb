/** What a rule is: a name, a code, a sentence for the reference, and a pure decision. */
import type { LessonState, RecordBody, RecordId, RecordType } from "@grapevine/core";
import type { JudgeInput, LessonVerdict, RecordVerdict } from "../verdict.ts";

/** What a rule says: what becomes of the record or the lesson, which cluster it joins, or what it contradicts. */
export type Decision =
  | { readonly action: RecordVerdict["action"]; readonly reason: string }
  | { readonly action: LessonVerdict["action"]; readonly state: LessonState; readonly reason: string }
  | { readonly action: "join"; readonly with: RecordId; readonly cluster: RecordId; readonly reason: string }
  | { readonly action: "contradict"; readonly with: readonly RecordId[]; readonly reason: string };

export interface Rule {
  readonly name: string;
  /** Stable, for machines. */
  readonly code: string;
  /** One sentence for the reference. */
  readonly summary: string;
  readonly types: readonly RecordType[];
  /** Undefined: the rule has nothing to say here. */
  decide(input: JudgeInput): Decision | undefined;
}

/** `judge` asks a rule only about the types it names, so its body is one of those. */
export function ruleFor<Body extends RecordBody = RecordBody>(
  name: string,
  code: string,
  types: readonly RecordType[],
  rule: { readonly summary: string; readonly decide: (input: JudgeInput<Body>) => Decision | undefined },
): Rule {
  return { name, code, types, summary: rule.summary, decide: (input) => rule.decide(input as JudgeInput<Body>) };
}

export const everyType: readonly RecordType[] = ["lesson", "attestation", "retraction", "rotation", "membership"];

/** What the user says of the record's author. Nobody can block or distrust oneself. */
export function standingOf({ record, state }: Pick<JudgeInput, "record" | "state">): "trusted" | "blocked" | "stranger" {
  if (record.body.author === state.self) return "trusted";
  return state.principals.get(record.body.author)?.standing ?? "stranger";
}
