/** A lesson's state in words: which rule decided, since when, and what there is for and against the lesson. */
import { type OutcomeCounts, type StoredLesson, shortId } from "@grapevine/core";
import { rules } from "@grapevine/reconcile";
import type { ConflictSide } from "./control/lesson-contract.ts";

export interface Explained {
  readonly lesson: StoredLesson;
  /** What others say of it: each counts for something, or for nothing. */
  readonly words: readonly { readonly name: string; readonly counts: OutcomeCounts; readonly weight: number }[];
  readonly conflicts: readonly ConflictSide[];
  /** What the author is called here. */
  readonly authorName: string;
  /** Lower bounds, from 0 to 1. */
  readonly utility: number;
  readonly trust: number;
}

/** A sentence each. */
export function explain(explained: Explained): string[] {
  return [...stateInWords(explained), ...evidenceInWords(explained), ...standingInWords(explained)];
}

function stateInWords({ lesson }: Explained): string[] {
  const { state, rule, reason, since } = lesson.standing;
  const code = rules.find(({ name }) => name === rule)?.code ?? rule;
  return [`It is ${state} since ${moment(since)} by the rule ${rule} (${code}): ${reason}.`];
}

function evidenceInWords({ lesson, words }: Explained): string[] {
  const { outcomes, trial, usedAt, record } = lesson;
  const { evidence } = record.body;
  const used =
    usedAt === 0 ? "It was never in a prompt here." : `It was last in a prompt here on ${moment(usedAt)}: ${counted(outcomes)}.`;
  const sentences = [used];
  if (trial !== undefined) {
    const rival = trial.against === undefined ? "without it" : `with ${shortId(trial.against)} instead`;
    const tasks = trial.wins + trial.losses + trial.bothRight + trial.bothWrong;
    sentences.push(
      `A trial of ${tasks} tasks on ${moment(trial.at)} with ${trial.model} ended ${trial.verdict}: ${trial.wins} went well only with it, ${trial.losses} only ${rival}, ${trial.bothRight} either way, ${trial.bothWrong} neither way.`,
    );
  }
  sentences.push(`Its author states: ${counted(evidence)}, seen by ${evidence.verifiedBy}.`);
  for (const { name, counts, weight } of words) {
    const worth = weight === 0 ? "counts for nothing here" : `counts with a weight of ${weight.toFixed(2)}`;
    sentences.push(`${name} says: ${counted(counts)}; that ${worth}.`);
  }
  return sentences;
}

function standingInWords({ lesson, conflicts, authorName, utility, trust }: Explained): string[] {
  const { pinned, cluster, record, consolidates } = lesson;
  const sentences = [
    `Its utility is at least ${utility.toFixed(2)}, the trust in ${authorName} at least ${trust.toFixed(2)}, both from 0 to 1 and with 95 % certainty.`,
  ];
  if (pinned) sentences.push("You pinned it: it is never pruned.");
  if (cluster !== record.id)
    sentences.push(`It says the same as ${shortId(cluster)}; of such lessons at most one enters a prompt.`);
  if (consolidates !== undefined)
    sentences.push(`It was drafted for a cluster of lessons, to take the place of ${shortId(consolidates)}.`);
  for (const side of conflicts)
    sentences.push(`It contradicts ${shortId(side.id)} (${side.title}); at most one of the two enters a prompt.`);
  return sentences;
}

function counted({ worked, changed, failed }: OutcomeCounts): string {
  return `worked ${worked}, worked with changes ${changed}, failed ${failed}`;
}

function moment(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
