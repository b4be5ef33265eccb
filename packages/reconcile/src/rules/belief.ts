/** Rules on whether a lesson may be used: the evidence of one's own first, then the user's word on its author, then that of others. */
import { type LessonBody, type Principal, type StoredLesson, shortId } from "@grapevine/core";
import { isSelf, type JudgeInput } from "../verdict.ts";
import { credibilityOf, minCredibility } from "../word.ts";
import { witnessesOf } from "../worth.ts";
import { type Decision, type Rule, ruleFor, standingOf } from "./rule.ts";

/** Independent principals whom one knows, and for whom a stranger's lesson worked, that together vouch for it. */
export const requiredWitnesses = 2;
/** A foreign lesson that failed here so many times more than it worked is not used any longer. */
export const failingExcess = 2;
/** When so many lessons of an author more have failed than worked at their first use here, of late, whatever else of the author has not worked yet is held. */
export const maxFailuresInRow = 3;

export const beliefRules: readonly Rule[] = [
  ruleFor<LessonBody>("own-success", "OWN_SUCCESS", ["lesson"], {
    summary: "A foreign lesson that worked here more often than it failed is admitted.",
    decide: (input) => {
      if (isOwn(input)) return undefined;
      const { worked, failed } = outcomesOf(input);
      return worked > failed ? admitted(`it worked here ${times(worked)} and failed ${times(failed)}`) : undefined;
    },
  }),
  ruleFor<LessonBody>("trial-failed", "TRIAL_FAILED", ["lesson"], {
    summary: "A lesson that failed this node's own trial is archived.",
    decide: (input) => {
      const trial = input.state.stored?.trial;
      if (trial?.verdict !== "refused" || hasOwnStanding(input)) return undefined;
      const reason = `in a trial it did ${trial.wins} tasks that failed ${against(trial.against)}, spoilt ${trial.losses}, and did not help in ${trial.bothWrong}`;
      return { action: "archive", state: "archived", reason };
    },
  }),
  ruleFor<LessonBody>("failing", "FAILED_HERE", ["lesson"], {
    summary: `A foreign lesson that failed here at least ${failingExcess} times more than it worked is held, whoever its author is.`,
    decide: (input) => {
      const { worked, failed } = outcomesOf(input);
      if (isOwn(input) || failed - worked < failingExcess) return undefined;
      return held(`it failed here ${times(failed)} and worked ${times(worked)}`);
    },
  }),
  ruleFor<LessonBody>("trial-passed", "TRIAL_PASSED", ["lesson"], {
    summary:
      "A lesson that passed this node's own trial is used: a foreign one is admitted, a consolidated draft becomes one's own.",
    decide: (input) => {
      const trial = input.state.stored?.trial;
      if (trial?.verdict !== "admitted" || hasOwnStanding(input)) return undefined;
      const reason = `in a trial it did ${trial.wins} tasks that failed ${against(trial.against)}, and spoilt ${trial.losses}`;
      return isOwn(input) ? { action: "admit", state: "own", reason } : admitted(reason);
    },
  }),
  ruleFor<LessonBody>("consolidation", "CONSOLIDATION_UNPROVED", ["lesson"], {
    summary: "A draft for a whole cluster is held, and not passed on, until it beats the cluster's best member in a trial.",
    decide: ({ state }) => {
      const rival = state.stored?.consolidates ?? state.consolidates;
      return rival === undefined
        ? undefined
        : held(`it has to beat ${shortId(rival)}, the best of its cluster, in a trial first`);
    },
  }),
  ruleFor<LessonBody>("ancestor-retracted", "ANCESTOR_RETRACTED", ["lesson"], {
    summary: "A lesson that derives from a retracted one falls back to held, until it has earned its place by itself.",
    decide: (input) => {
      const [ancestor] = input.state.retractedAncestors;
      // A foreign lesson that has was admitted by the rules before this one; they do not look at one's own.
      return ancestor === undefined || hasEarnedItsPlace(input)
        ? undefined
        : held(`it derives from ${shortId(ancestor)}, which its author took back`);
    },
  }),
  ruleFor<LessonBody>("own", "OWN", ["lesson"], {
    summary: "A lesson of one's own is one's own.",
    decide: (input) => (isOwn(input) ? { action: "admit", state: "own", reason: "you wrote it" } : undefined),
  }),
  ruleFor<LessonBody>("author-failing", "AUTHOR_FAILING", ["lesson"], {
    summary: `Once ${maxFailuresInRow} more lessons of an author have failed than worked at their first use here, counted from the last time that as many had worked and without lessons that came before those, what else of the author has not worked here is held, even a trusted principal's.`,
    decide: ({ record, state }) => {
      const failures = state.principals.get(record.body.author)?.failuresInRow ?? 0;
      return failures < maxFailuresInRow
        ? undefined
        : held(
            `of late ${failures} more lessons of its author failed than worked at their first use here; trusting the author anew ends that`,
          );
    },
  }),
  ruleFor<LessonBody>("trusted-principal", "PRINCIPAL_TRUSTED", ["lesson"], {
    summary: "A lesson of a principal whom the user trusts is admitted on arrival; outcomes still score it.",
    decide: (input) => (standingOf(input) === "trusted" ? admitted("you trust its author") : undefined),
  }),
  ruleFor<LessonBody>("witnesses", "WITNESSED", ["lesson"], {
    summary:
      "A stranger's lesson is admitted when it worked for two principals whom one trusts, neither of them its author nor in its lineage nor failing oneself, unless it failed here more often than it worked.",
    decide: (input) => {
      const { record, state } = input;
      const { worked, failed } = outcomesOf(input);
      if (failed > worked) return undefined; // one's own eyes see better than any witness's
      const attestations = state.attestations.filter(
        ({ body }) => body.worked > body.failed && mayVouch(state.principals.get(body.author)),
      );
      const authors = new Set(witnessesOf(record.body.author, { ...state, attestations }).map(({ body }) => body.author));
      return authors.size >= requiredWitnesses ? admitted(`it worked for ${authors.size} principals whom you trust`) : undefined;
    },
  }),
  ruleFor<LessonBody>("stranger", "STRANGER_HELD", ["lesson"], {
    summary: "Every other lesson is held: kept and passed on, but not used.",
    decide: () =>
      held(
        `you do not know its author; it waits for a trial, for a success of your own, or for ${requiredWitnesses} principals whom you trust`,
      ),
  }),
];

/** Is the author one whose word can admit a stranger's lesson? A trusted principal, but not while lessons of theirs fail here or their word is belied. */
export function mayVouch(principal: Principal | undefined): boolean {
  if (principal?.standing !== "trusted" || principal.failuresInRow >= maxFailuresInRow) return false;
  return credibilityOf(principal.word) >= minCredibility;
}

function isOwn({ record, state }: JudgeInput): boolean {
  return isSelf(record.body.author, state);
}

/** One's own lesson needs no trial, but for a draft that was made of a cluster. */
function hasOwnStanding(input: JudgeInput): boolean {
  return isOwn(input) && input.state.stored?.consolidates === undefined;
}

function hasEarnedItsPlace(input: JudgeInput): boolean {
  const { worked, failed } = outcomesOf(input);
  return worked > failed || input.state.stored?.trial?.verdict === "admitted";
}

function outcomesOf({ state }: JudgeInput): StoredLesson["outcomes"] {
  return state.stored?.outcomes ?? { worked: 0, changed: 0, failed: 0 };
}

function admitted(reason: string): Decision {
  return { action: "admit", state: "admitted", reason };
}

function held(reason: string): Decision {
  return { action: "hold", state: "held", reason };
}

function against(rival: string | undefined): string {
  return rival === undefined ? "without it" : `with ${shortId(rival)}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
