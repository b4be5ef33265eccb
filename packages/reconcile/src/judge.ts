/**
 * The one door of reconciliation: a record and what is known of it go in, a verdict comes out.
 *
 * What is guaranteed: the verdict depends on nothing but the input, so the same knowledge gives the same verdict on every node and in every order of arrival; judging
 * again what was just judged changes nothing; every verdict names the rule that made it and says why in a sentence. What is not: that a lesson is true. A verdict
 * says who stands behind it and whether it may be used; what it is worth is measured afterwards, by outcomes.
 *
 * A lesson is judged when it arrives (without neighbours, for it is not embedded yet), when its neighbours are known, and whenever something it depends
 * on changes: outcomes, attestations, what the user says of an author, a retraction.
 */
import type { RecordBody } from "@grapevine/core";
import { type Decision, rules } from "./rules.ts";
import type { Finding, Joining, JudgeInput, Verdict } from "./verdict.ts";

/** @throws Error when no rule decides: a defect of the table, whose last rule of each type decides always */
export function judge<Body extends RecordBody>(input: JudgeInput<Body>): Verdict {
  let joined: Joining | undefined;
  for (const rule of rules) {
    if (!rule.types.includes(input.record.body.type)) continue;
    const decision = rule.decide(input);
    if (decision === undefined) continue;
    const finding: Finding = { rule: rule.name, code: rule.code, reason: decision.reason };
    if (decision.action !== "join") return verdictOf(input, decision, finding, joined);
    joined ??= { ...finding, with: decision.with, cluster: decision.cluster };
  }
  throw new Error(`no rule decides on a ${input.record.body.type}`);
}

type DecidingDecision = Exclude<Decision, { readonly action: "join" }>;

function verdictOf(input: JudgeInput, decision: DecidingDecision, finding: Finding, joined: Joining | undefined): Verdict {
  if (!("state" in decision)) return { action: decision.action, ...finding };
  const { record, state } = input;
  const cluster = joined?.cluster ?? state.stored?.cluster ?? record.id;
  const verdict = { action: decision.action, state: decision.state, cluster, ...finding };
  return joined === undefined ? verdict : { ...verdict, joined };
}
