/** Rules on what is settled already: taken back, known, refused, dated wrongly, archived, pruned, blocked. */
import { type LessonBody, limits, type RetractionBody, type StoredLesson, shortId } from "@grapevine/core";
import type { JudgeInput } from "../verdict.ts";
import { voidTombstoneReason } from "../void-tombstones.ts";
import { scoredLesson, utilityOf } from "../worth.ts";
import { revokedAuthorRule } from "./membership.ts";
import { type Decision, everyType, type Rule, ruleFor, standingOf } from "./rule.ts";

/** By how much the lower bound of a pruned lesson's utility must have grown before it comes back. */
export const revivingGain = 0.1;

/** Why a lesson was archived under pressure: for the rule, and for the many that are pruned at once. */
export const prunedReason = "the store was full, and of all that could go the least was lost with it";

const retracted: Decision = { action: "retract", state: "retracted", reason: "its author took it back" };

export const knownRules: readonly Rule[] = [
  ruleFor<LessonBody>("retracted", "RETRACTED", ["lesson"], {
    summary:
      "A lesson that its author retracted stays retracted, whichever of the two came first; anybody else's retraction is void.",
    decide: ({ record, state }) => {
      const byAuthor = state.tombstones.some(({ body }) => body.lesson === record.id && body.author === record.body.author);
      return byAuthor || isRetracted(state.stored) ? retracted : undefined;
    },
  }),
  ruleFor("already-known", "ALREADY_KNOWN", everyType, {
    summary: "A record that is here already is not judged again because it came once more.",
    decide: ({ record, state }) => {
      const known = [state.stored?.record, state.membership, ...state.attestations, ...state.tombstones].some(
        (each) => each?.id === record.id,
      );
      return known && state.occasion === "arrival" ? { action: "ignore", reason: "it is here already" } : undefined;
    },
  }),
  ruleFor("already-refused", "ALREADY_REFUSED", everyType, {
    summary: "A record that was refused or forgotten here is not taken up again because it came once more.",
    decide: ({ state }) =>
      state.refused && state.occasion === "arrival" ? { action: "ignore", reason: "it was refused here before" } : undefined,
  }),
  ruleFor("too-early", "TOO_EARLY", everyType, {
    summary: "A record dated more than five minutes ahead is not taken; when its time has come it may be.",
    decide: ({ record, state }) => {
      const aheadMs = record.body.createdAt - state.now;
      if (aheadMs <= limits.maxClockSkewMs || state.occasion !== "arrival") return undefined;
      return { action: "ignore", reason: `it is dated ${Math.ceil(aheadMs / 60_000)} minutes ahead` };
    },
  }),
  ruleFor("expired", "EXPIRED", ["lesson", "attestation", "rotation"], {
    summary: "A record past its own date is not taken; a lesson that is here is archived.",
    decide: ({ record, state }) => {
      if (record.body.expiresAt === undefined || record.body.expiresAt > state.now) return undefined;
      const reason = "its author wanted it used no longer than until now";
      return state.occasion === "arrival" ? { action: "refuse", reason } : { action: "archive", state: "archived", reason };
    },
  }),
  ruleFor<LessonBody>("superseded", "SUPERSEDED", ["lesson"], {
    summary:
      "A lesson that a later one of the same author replaces is archived, whichever came first, unless the user pinned it.",
    decide: ({ state }) => {
      const [later] = state.supersededBy;
      if (later === undefined || state.stored?.pinned === true) return undefined;
      return { action: "archive", state: "archived", reason: `its author replaced it with ${shortId(later)}` };
    },
  }),
  ruleFor<LessonBody>("archived", "ARCHIVED", ["lesson"], {
    summary:
      "An archived lesson stays archived, but for one that is no longer superseded, one that failed a trial, and a pruned one that the user pinned or for which better evidence has come: those are judged anew.",
    decide: ({ state }) =>
      state.stored?.standing.state !== "archived" || comesBack(state.stored, state)
        ? undefined
        : { action: "archive", state: "archived", reason: "it is archived" },
  }),
  ruleFor<LessonBody>("pruned", "PRUNED", ["lesson"], {
    summary:
      "Where the store is over its capacity, or too much of it is held, the lesson of which the least is lost is archived; never one's own, never a pinned one.",
    decide: ({ record, state }) => {
      if (state.occasion !== "pressure" || record.body.author === state.self || state.stored?.pinned === true) return undefined;
      return { action: "archive", state: "archived", reason: prunedReason };
    },
  }),
  ruleFor<RetractionBody>("retraction-of-another", "RETRACTION_NOT_AUTHOR", ["retraction"], {
    summary: "A retraction by anybody but the lesson's author is refused.",
    decide: ({ record, state }) => {
      const author = state.stored?.record.body.author;
      if (author === undefined || author === record.body.author) return undefined;
      return { action: "refuse", reason: voidTombstoneReason };
    },
  }),
  ruleFor<RetractionBody>("retraction", "RETRACTION_BY_AUTHOR", ["retraction"], {
    summary: "A retraction by the lesson's author takes the lesson back for good, even where the author is blocked.",
    decide: ({ state }) => (state.stored === undefined ? undefined : retracted),
  }),
  ruleFor("blocked-author", "AUTHOR_BLOCKED", ["lesson", "attestation", "retraction", "rotation"], {
    summary: "Nothing new is taken from an author whom the user blocked, and what is here is not used while the block lasts.",
    decide: ({ record, state }) => {
      if (standingOf({ record, state }) !== "blocked") return undefined;
      const reason = "you blocked its author";
      // Remembering it as refused would let the lesson come back without it, should the block be lifted.
      if (record.body.type === "retraction") return { action: "ignore", reason };
      return state.occasion === "arrival" ? { action: "refuse", reason } : { action: "hold", state: "held", reason };
    },
  }),
];

/** What the owner of a closed swarm took out comes back with its author, unless a retraction is here as well. */
function isRetracted(stored: StoredLesson | undefined): boolean {
  return stored?.standing.state === "retracted" && stored.standing.rule !== revokedAuthorRule;
}

/** Rules that say so again as long as it is so: what they archived needs nobody else to keep it archived, and comes back when it is so no longer. */
const archivedWhile: ReadonlySet<string> = new Set(["superseded", "trial-failed"]);

function comesBack(stored: StoredLesson, state: JudgeInput["state"]): boolean {
  if (archivedWhile.has(stored.standing.rule)) return true;
  if (stored.prunedUtility === undefined) return false;
  if (stored.pinned) return true;
  return state.occasion !== "pressure" && utilityOf(scoredLesson(stored), state) >= stored.prunedUtility + revivingGain;
}
