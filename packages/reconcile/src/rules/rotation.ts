/** Rules on keys that follow one another: what a rotation must fulfil, and what stays of a key that another has followed. */
import { commitsTo, limits, type RecordType, type RotationBody } from "@grapevine/core";
import type { JudgeInput } from "../verdict.ts";
import { type Rule, ruleFor, standingOf } from "./rule.ts";

/** The rule whose word lasts until the successor names the record among those that stay. */
export const rotatedAuthorRule = "rotated-author";

/** Claims to follow a key whose commitment is not here, of which one at most can be true: the others are made up, and cost their makers nothing. */
export const maxClaims = 16;
/** Rotations in all, of authors whom the user does not trust: each takes about a kilobyte of memory, and a key costs nothing. */
export const maxRotations = 50_000;

const writtenTypes: readonly RecordType[] = ["lesson", "attestation", "retraction"];

export const rotatedRules: readonly Rule[] = [
  ruleFor(rotatedAuthorRule, "AUTHOR_ROTATED", writtenTypes, {
    summary:
      "Of a key that its author has replaced only those records stay that the next key names: nothing else is taken, and a lesson that is here is not used or passed on any longer.",
    decide: ({ record, state }) => {
      if (state.rotatedOut !== true) return undefined;
      const reason = "its author has another key by now, which does not keep it";
      if (record.body.type === "lesson" && state.stored !== undefined) return { action: "retract", state: "retracted", reason };
      return state.occasion === "arrival" ? { action: "ignore", reason } : undefined;
    },
  }),
];

export const rotationRules: readonly Rule[] = [
  ruleFor<RotationBody>("rotation-known", "ROTATION_KNOWN", ["rotation"], {
    summary: "A rotation that is here already is not judged again because it came once more.",
    decide: ({ record, state }) =>
      state.rotations?.byAuthor.some(({ id }) => id === record.id) === true
        ? { action: "ignore", reason: "it is here already" }
        : undefined,
  }),
  ruleFor<RotationBody>("rotation-other", "ROTATION_COMMITTED_OTHERWISE", ["rotation"], {
    summary:
      "What a key's first rotation that came here says of the next key and of the one before stands: whoever steals a key cannot commit it anew.",
    decide: ({ record, state }) => {
      const [first] = state.rotations?.byAuthor ?? [];
      return first === undefined || saysTheSame(first.body, record.body)
        ? undefined
        : {
            action: "refuse",
            reason: "its author has committed to another next key, or follows another, by an earlier rotation",
          };
    },
  }),
  ruleFor<RotationBody>("rotation-uncommitted", "ROTATION_NOT_COMMITTED", ["rotation"], {
    summary: "A key that claims to follow one which committed to another is refused, whichever of the two records came first.",
    decide: ({ record, state }) => {
      const commitment = state.rotations?.commitment;
      return commitment === undefined || commitsTo(commitment, record.body.author)
        ? undefined
        : { action: "refuse", reason: uncommittedReason };
    },
  }),
  ruleFor<RotationBody>("rotations-full", "ROTATIONS_FULL", ["rotation"], {
    summary: `Of one key ${limits.maxRotationsOfAuthor} rotations are kept; of claims to follow a key whose commitment is not here ${maxClaims}; and ${maxRotations.toLocaleString("en")} rotations in all, but for those of trusted principals.`,
    decide: (input) => {
      const reason = fullReason(input);
      return reason === undefined ? undefined : { action: "ignore", reason };
    },
  }),
  ruleFor("rotation", "ROTATION_KEPT", ["rotation"], {
    summary: "Every other rotation is kept for good, and what is here of the key that it follows is judged by it.",
    decide: () => ({ action: "accept", reason: "it names its author's next key" }),
  }),
];

/** Why a rotation is given up when the commitment comes. */
export const uncommittedReason = "the key that it claims to follow committed to another";

/** The limits that another commits to are for strangers; that of one key's is for everybody. */
function fullReason({ record, state }: JudgeInput<RotationBody>): string | undefined {
  const { byAuthor, commitment, claims, inAll } = state.rotations ?? nothingKnown;
  if (byAuthor.length >= limits.maxRotationsOfAuthor) return `${limits.maxRotationsOfAuthor} rotations of its author are here`;
  if (record.body.follows !== undefined && commitment === undefined && claims >= maxClaims) {
    return `${maxClaims} keys claim to follow the same one already, and that one's commitment is not here`;
  }
  const isStranger = standingOf({ record, state }) !== "trusted";
  return isStranger && inAll >= maxRotations ? "there is no room for more rotations of strangers" : undefined;
}

const nothingKnown = { byAuthor: [], commitment: undefined, claims: 0, inAll: 0 };

function saysTheSame(first: RotationBody, second: RotationBody): boolean {
  return first.follows === second.follows && Buffer.compare(first.nextKeyHash, second.nextKeyHash) === 0;
}
