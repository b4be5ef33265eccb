/**
 * The one door of reconciliation: a record and what is known of it go in, a verdict comes out.
 *
 * What is guaranteed: the verdict depends on nothing but the input, so the same knowledge gives the same verdict on every node and in every order of arrival; judging
 * again what was just judged changes nothing; every verdict names the rule that made it and says why in a sentence. What is not: that a lesson is true. A verdict
 * says who stands behind it and whether it may be used; what it is worth is measured afterwards, by outcomes.
 *
 * A lesson is judged when it arrives (without neighbours, for it is not embedded yet), when its neighbours are known, and whenever something it depends
 * on changes: outcomes, a trial, attestations, what the user says of an author, a retraction, a successor, the room that is left.
 */
import type { LessonBody, RecordBody } from "@grapevine/core";
import { type ComparedLesson, comparedLesson } from "./near-duplicate.ts";
import type { Compared, Decision } from "./rules/rule.ts";
import { rules } from "./rules.ts";
import type { Contradicting, Finding, Joining, JudgeInput, Verdict } from "./verdict.ts";

/** @throws Error when no rule decides: a defect of the table, whose last rule of each type decides always */
export function judge<Body extends RecordBody>(input: JudgeInput<Body>): Verdict {
  const notes: Notes = {};
  const compared = comparing();
  for (const rule of rules) {
    if (!rule.types.includes(input.record.body.type)) continue;
    const decision = rule.decide(input, compared);
    if (decision === undefined) continue;
    const finding: Finding = { rule: rule.name, code: rule.code, reason: decision.reason };
    if (decision.action === "join") notes.joined ??= { ...finding, with: decision.with, cluster: decision.cluster };
    else if (decision.action === "contradict") notes.contradicts ??= { ...finding, with: decision.with };
    else return verdictOf(input, decision, finding, notes);
  }
  throw new Error(`no rule decides on a ${input.record.body.type}`);
}

/** What was found on the way to the decision. */
interface Notes {
  joined?: Joining;
  contradicts?: Contradicting;
}

function comparing(): Compared {
  const known = new Map<LessonBody, ComparedLesson>();
  return (body) => {
    const compared = known.get(body) ?? comparedLesson(body);
    known.set(body, compared);
    return compared;
  };
}

type DecidingDecision = Exclude<Decision, { readonly action: "join" | "contradict" }>;

function verdictOf(input: JudgeInput, decision: DecidingDecision, finding: Finding, notes: Notes): Verdict {
  if (!("state" in decision)) return { action: decision.action, ...finding };
  const { record, state } = input;
  const cluster = notes.joined?.cluster ?? state.stored?.cluster ?? record.id;
  return { action: decision.action, state: decision.state, cluster, ...finding, ...notes };
}
