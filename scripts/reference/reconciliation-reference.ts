/** docs/RECONCILIATION.md, from the table of rules and the constants that they work with. */
import { limits, maxConflicts, maxStandings } from "@grapevine/core";
import { lowerTail } from "../../packages/reconcile/src/beta.ts";
import { contradictingSimilarity } from "../../packages/reconcile/src/conflict.ts";
import {
  baseWorth,
  defaultKeepingLimits,
  receiptGrainMs,
  trustWeight,
  worthHalfLifeMs,
} from "../../packages/reconcile/src/keeping.ts";
import { duplicateOverlap, duplicateSimilarity } from "../../packages/reconcile/src/near-duplicate.ts";
import { maxReusedQuestionLength } from "../../packages/reconcile/src/question/same-question.ts";
import { failingExcess, maxFailuresInRow, requiredWitnesses } from "../../packages/reconcile/src/rules/belief.ts";
import { revivingGain } from "../../packages/reconcile/src/rules/known.ts";
import { maxClaims, maxRotations } from "../../packages/reconcile/src/rules/rotation.ts";
import type { Rule } from "../../packages/reconcile/src/rules/rule.ts";
import { maxAhead, maxAheadOfAuthor, maxAttesters } from "../../packages/reconcile/src/statements.ts";
import { topicSimilarity } from "../../packages/reconcile/src/topic.ts";
import { falseAdmission, falseRefusal, maxTrialTasks, usefulShare, uselessShare } from "../../packages/reconcile/src/trial.ts";
import { decisiveExcess, minCredibility } from "../../packages/reconcile/src/word.ts";
import {
  evidenceHalfLifeMs,
  maxEvidenceOutcomes,
  maxWitnessOutcomes,
  minWitnessTrust,
  trustedFloor,
} from "../../packages/reconcile/src/worth.ts";
import { table } from "./markdown-table.ts";

/** A figure that reconciliation works with. */
export interface Constant {
  readonly name: string;
  readonly value: string;
  /** Under `packages/reconcile/src/`, unless it is in another package. */
  readonly file: string;
  readonly meaning: string;
}

export const reconciliationConstants: readonly Constant[] = [
  constant("trustedFloor", trustedFloor, "worth.ts", "trust in a principal whom the user named does not fall below it"),
  constant("minWitnessTrust", minWitnessTrust, "worth.ts", "trust from which on an author's word counts at all"),
  constant("minCredibility", minCredibility, "word.ts", "credibility from which on an author's word counts at all"),
  constant("decisiveExcess", decisiveExcess, "word.ts", "own outcomes ahead of the others before a word is checked by them"),
  constant("maxWitnessOutcomes", maxWitnessOutcomes, "worth.ts", "outcomes that one witness counts for, at most"),
  constant("maxEvidenceOutcomes", maxEvidenceOutcomes, "worth.ts", "outcomes that the record's own evidence counts for, at most"),
  constant("evidenceHalfLife", days(evidenceHalfLifeMs), "worth.ts", "disuse after which all evidence of a lesson counts half"),
  constant("lowerTail", share(lowerTail), "beta.ts", "of a posterior lies below the bound that is taken from it"),
  constant(
    "maxReusedQuestionLength",
    maxReusedQuestionLength,
    "question/same-question.ts",
    "characters of a question that may be taken for another one in other words, at most",
  ),
  constant(
    "requiredWitnesses",
    requiredWitnesses,
    "rules/belief.ts",
    "trusted principals that together vouch for a stranger's lesson",
  ),
  constant("failingExcess", failingExcess, "rules/belief.ts", "failures ahead of the successes that hold a lesson"),
  constant(
    "maxFailuresInRow",
    maxFailuresInRow,
    "rules/belief.ts",
    "lessons of an author that fail at their first use, ahead of those that work",
  ),
  constant("revivingGain", revivingGain, "rules/known.ts", "utility that a pruned lesson must gain to come back"),
  constant("uselessShare", uselessShare, "trial.ts", "of the telling tasks a useless lesson still seems to help with"),
  constant("usefulShare", usefulShare, "trial.ts", "of the telling tasks a lesson that is worth having helps with, at least"),
  constant("falseAdmission", share(falseAdmission), "trial.ts", "chance that a useless lesson passes its trial"),
  constant("falseRefusal", share(falseRefusal), "trial.ts", "chance that a useful lesson fails its trial"),
  constant("maxTrialTasks", maxTrialTasks, "trial.ts", "tasks that the trial of one lesson may take"),
  constant("duplicateSimilarity", duplicateSimilarity, "near-duplicate.ts", "cosine below which two lessons are never one"),
  constant("duplicateOverlap", duplicateOverlap, "near-duplicate.ts", "share of meaningful words that duplicates have in common"),
  constant(
    "contradictingSimilarity",
    contradictingSimilarity,
    "conflict.ts",
    "cosine below which two lessons are not about one thing",
  ),
  constant(
    "maxAttesters",
    maxAttesters,
    "statements.ts",
    "attestations of one lesson that are kept, those of known authors apart",
  ),
  constant(
    "maxClaims",
    maxClaims,
    "rules/rotation.ts",
    "rotations that say they follow one key, while its commitment is not here, at most",
  ),
  constant("maxRotations", maxRotations, "rules/rotation.ts", "rotations in all, but for those of trusted principals"),
  constant("maxAheadOfAuthor", maxAheadOfAuthor, "statements.ts", "statements of one author that wait for lessons, at most"),
  constant(
    "maxAhead",
    maxAhead.toLocaleString("en"),
    "statements.ts",
    "statements of all authors that wait for lessons, at most",
  ),
  constant("maxConflicts", maxConflicts, "packages/core/src/lesson.ts", "conflicts that a lesson remembers"),
  constant("maxStandings", maxStandings, "packages/core/src/lesson.ts", "earlier standings that a lesson remembers"),
  constant("capacity", defaultKeepingLimits.capacity, "keeping.ts", "foreign lessons that are kept in play, pinned ones apart"),
  constant(
    "heldShare",
    share(defaultKeepingLimits.heldShare),
    "keeping.ts",
    "of the capacity is the most that held lessons take",
  ),
  constant(
    "authorShare",
    share(defaultKeepingLimits.authorShare),
    "keeping.ts",
    "of the capacity is the most that one stranger takes where there is no room",
  ),
  constant("baseWorth", baseWorth, "keeping.ts", "worth of a lesson of which nothing is known"),
  constant("trustWeight", trustWeight, "keeping.ts", "what trust in the author weighs beside utility"),
  constant("worthHalfLife", days(worthHalfLifeMs), "keeping.ts", "disuse after which a lesson is worth half"),
  constant("receiptGrain", days(receiptGrainMs), "keeping.ts", "within which lessons that were never used are of one age"),
  constant(
    "topicSimilarity",
    topicSimilarity,
    "topic.ts",
    "cosine to a topic's first lesson from which on a lesson belongs to it",
  ),
  constant(
    "maxClockSkew",
    `${limits.maxClockSkewMs / 60_000} minutes`,
    "packages/core/src/limits.ts",
    "that a record may be dated ahead",
  ),
];

/** The whole page. */
export function reconciliationReference(rules: readonly Rule[], constants: readonly Constant[]): string {
  return `${[introduction, rulesSection(rules), statementsSection, evidenceSection, trialSection, conflictSection, keepingSection, constantsSection(constants)].join("\n\n")}\n`;
}

const introduction = `# Reconciliation

<!-- Written by \`npx pnpm reference\` from the rules and constants in the code. Change those, or scripts/reference/reconciliation-reference.ts, not this page. -->

A node hears of far more lessons than it has reason to believe. Reconciliation is how it tells them apart: whether a record is kept, whether a lesson is used,
what it is worth, and which lessons stay when there is not room for all. It is the package \`reconcile\`, and nothing there reads a clock, a disk or the network:
what is known goes in as values, a verdict with its reason comes out. The same knowledge therefore gives the same verdict on every node, in whatever order it
was gathered.

A lesson is in one of five states. \`own\`: this node wrote it. \`admitted\`: believed, and used. \`held\`: kept and passed on, but in no prompt. \`archived\`: out
of play, with all that is known of it. \`retracted\`: its author took it back, for good; or the owner of the swarm, or its author's next key, does
not keep it, and it comes back should they name it.

A foreign lesson arrives and is judged at once; a trusted principal's is admitted, a stranger's is held. When it is embedded it is judged again beside its
neighbours, and may join a cluster or be linked with a lesson that it contradicts. After that it is judged whenever something changes that bears on it: an outcome
of one's own, a trial, an attestation, the user's word on its author, a retraction, a successor, the room that is left. \`grapevine lessons show ID\` names
the rule that decided, and on what evidence.`;

function rulesSection(rules: readonly Rule[]): string {
  const everyType = new Set(rules.flatMap(({ types }) => types)).size;
  const rows = rules.map(({ name, code, types, summary }, place) => [
    String(place + 1),
    `\`${name}\``,
    `\`${code}\``,
    types.length === everyType ? "every record" : types.join(", "),
    summary,
  ]);
  return `## The rules, in their order

The first rule that decides ends the questioning. \`same-text\`, \`near-duplicate\` and \`conflict\` are noted beside the decision and do not end it: saying
the same as another lesson is no reason to be believed, and contradicting one is none to be disbelieved. The table is \`packages/reconcile/src/rules.ts\`.

${table(["", "rule", "code", "asked of", "what it says"], rows)}`;
}

const statementsSection = `## How much is kept of what others say

Identities cost nothing, so any number of them may speak. Of the attestations of one lesson ${maxAttesters} are kept: those whose authors have the least lots, a lot being a hash of
lesson and author. Every node draws the same, in whatever order the attestations come, and nobody gets a place by a late date or a large number. One's own, and those of
authors whom one knows, are kept besides; they alone can count. The others are refused, and not fetched again.

Attestations and retractions of lessons that are not here wait for them: ${maxAheadOfAuthor} of an author and ${maxAhead.toLocaleString("en")} in all, but for those of trusted principals. What finds no
place is left aside, and wanted again when its lesson comes.

So the records that all honest nodes agree on are the lessons, the rotations as far as no key commits twice, their authors' retractions of lessons that are here, and of each lesson that is here the attestations with
the least lots. What a node keeps of authors whom it knows comes on top, and what waits for lessons that are not here is no part of it.`;

const evidenceSection = `## What counts as evidence

Everything rests on one figure: how good something is at least, given how often it was seen to work. It is the ${share(lowerTail)} quantile of the Beta
posterior under Jeffreys' prior, the lower end of a one-sided interval (L. D. Brown, T. T. Cai, A. DasGupta, "Interval Estimation for a Binomial Proportion",
Statistical Science 16(2), 2001, §4.3). A few successes give little, many give nearly their share, none gives nothing.

**Trust in an author** is that bound over one's own outcomes with the author's lessons, and over nothing else: no number of new identities has any. A principal whom
the user trusts has at least ${trustedFloor}; one whom the user blocked has none.

**Utility of a lesson** is the bound over these outcomes:

- one's own, with the lesson in the prompt: a success is that of the lesson that ranked first, a failure that of every one nearly as near. A success with changes is half a success and half a failure. Where a trial showed that tasks go well without the lesson
  too, its successes count only for the share that it made possible;
- one's own trial: tasks done only with the lesson, and tasks done only without it;
- those of witnesses, which are other authors whose attestations one has reason to believe. However often one of them used the lesson, it counts as ${maxWitnessOutcomes}
  outcomes at most, weighted by trust and by credibility. The lesson's author, authors whose lessons derive from it, and those it derives from are no witnesses;
- the evidence in the record: ${maxEvidenceOutcomes} outcome at most, weighted by trust in the author; for one's own lessons in full.

All of it counts half for every ${days(evidenceHalfLifeMs)} without use, which widens the posterior and leaves its mean: one is less sure, not convinced of the
opposite.

**Credibility of an author's word** is what is left after the share of statements that one's own outcomes belied, as a lower bound. A false \`failed\` costs whoever
says it as a false \`worked\` does, and below ${minCredibility} the author is no witness any longer.`;

const trialSection = `## Trials

A held lesson need not wait for luck. While it is idle the node takes stored tasks whose outcome can be checked, in simulated environments alone, and does each
with the lesson and without it. A task that goes well either way tells nothing (Q. McNemar, Psychometrika 12(2), 1947). One that only the lesson made possible is a
success; one that it spoilt, or that failed either way, is a failure. A. Wald's sequential probability ratio test ("Sequential Tests of Statistical Hypotheses",
Annals of Mathematical Statistics 16(2), 1945) then decides between a lesson that helps with ${share(uselessShare)} of the telling tasks and one that helps with
${share(usefulShare)}: it lets a useless one pass with a chance of about ${share(falseAdmission)}, and fails a useful one with one of about ${share(falseRefusal)}. A lesson
on which ${maxTrialTasks} tasks do not decide stays held.`;

const conflictSection = `## Conflicts

Two lessons for one situation with opposite guidance are never merged and never silently chosen between. Both are kept and linked, and at most one of them enters a
prompt. A conflict is decided for one side once the worst that one's own outcomes and trials leave to be thought of it is better than the best of the other; since that
is worked out anew each time, later outcomes open it again.`;

const keepingSection = `## What stays when there is not room for all

Of foreign lessons, at most \`capacity\` are in play. One's own lessons and pinned ones are not counted and never pruned. What is pruned is archived with everything
that is known of it, and comes back when its utility has grown by ${revivingGain} or the user pins it.

The lessons S that stay are those that keep f(S) = Σ over topics of √(Σ worth of the lessons of the topic in S) large: a feature-based submodular function (H. Lin,
J. Bilmes, "A Class of Submodular Functions for Document Summarization", ACL 2011). Within a topic its returns diminish, so that the only lesson on a rare subject
outlives the tenth on a popular one. What goes is what f loses least with, one lesson at a time. Topics are found by J. A. Hartigan's leader algorithm ("Clustering
Algorithms", 1975, ch. 3).

The worth of a lesson is (${baseWorth} + utility + ${trustWeight} × trust in its author), halved for every ${days(worthHalfLifeMs)} since it was last used, or received
where it never was. It is kept by forward decay (G. Cormode, V. Shkapenyuk, D. Srivastava, B. Xu, ICDE 2009), so that nothing has to be worked out again as time
goes by, and the cost of a change grows with the logarithm of the number of lessons.

Held lessons compete among themselves for at most ${share(defaultKeepingLimits.heldShare)} of the room, and go before any lesson that is believed. Where there is
no room, strangers who have more than ${share(defaultKeepingLimits.authorShare)} of it give way first: their least worthy lessons go, held ones before others.

What cannot be the same in every order of arrival: which of two equal lessons has the room, which lesson a cluster or a topic begins with, and what was known of a
lesson when it was pruned. The set of records that are kept or remembered as not wanted does not depend on it, and without pressure nor does any lesson's state.`;

function constantsSection(constants: readonly Constant[]): string {
  const rows = constants.map(({ name, value, file, meaning }) => [`\`${name}\``, value, meaning, `\`${file}\``]);
  return `## The figures

Files are in \`packages/reconcile/src/\` unless they are named in full.

${table(["figure", "value", "what it is", "file"], rows)}`;
}

function constant(name: string, value: number | string, file: string, meaning: string): Constant {
  return { name, value: typeof value === "number" ? value.toLocaleString("en-GB") : value, file, meaning };
}

function days(ms: number): string {
  return `${ms / (24 * 60 * 60 * 1000)} days`;
}

function share(part: number): string {
  return `${Number((100 * part).toPrecision(3))} %`;
}
