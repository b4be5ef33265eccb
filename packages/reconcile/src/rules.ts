/**
 * The table of rules, in the order in which they are asked. The first one that decides ends the questioning; a rule that joins a lesson to a cluster, or links it
 * with one it contradicts, does not decide: it is noted and the questioning goes on, since saying the same as another lesson is no reason to be believed,
 * and contradicting it is none to be disbelieved.
 *
 * Every rule looks only at the values it is given. That is what makes the outcome the same on every node that knows the same, whatever the order in
 * which it learnt it.
 */
import { beliefRules } from "./rules/belief.ts";
import { kinshipRules } from "./rules/kinship.ts";
import { knownRules } from "./rules/known.ts";
import { memberRules, membershipRules } from "./rules/membership.ts";
import type { Rule } from "./rules/rule.ts";
import { statementRules } from "./rules/statements.ts";

export const rules: readonly Rule[] = [
  ...memberRules,
  ...knownRules,
  ...statementRules,
  ...membershipRules,
  ...kinshipRules,
  ...beliefRules,
];
