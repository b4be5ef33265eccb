/** Rules on who has a place in a closed swarm. In an open one everybody has. */
import { type MembershipBody, outranks, type RecordType } from "@grapevine/core";
import type { JudgeInput } from "../verdict.ts";
import { type Rule, ruleFor } from "./rule.ts";

/** What members write: everything but what the owner says of them. */
const membersTypes: readonly RecordType[] = ["lesson", "attestation", "retraction", "rotation"];

/** The rule whose word lasts as long as the revocation: a member who is admitted again has the lessons back. */
export const revokedAuthorRule = "revoked-author";

export const memberRules: readonly Rule[] = [
  ruleFor(revokedAuthorRule, "AUTHOR_REVOKED", membersTypes, {
    summary:
      "Of an author whom the owner of the swarm revoked only those records stay that the revocation names: nothing else is taken, and a lesson that is here is not used or passed on any longer.",
    decide: (input) => {
      if (input.state.membershipRefusal !== "revoked-author") return undefined;
      const reason = "the owner of the swarm revoked its author, and does not keep it";
      if (isKeptLesson(input)) return { action: "retract", state: "retracted", reason };
      return input.state.occasion === "arrival" ? { action: "ignore", reason } : undefined;
    },
  }),
  ruleFor("not-a-member", "AUTHOR_NOT_MEMBER", membersTypes, {
    summary:
      "In a closed swarm nothing new is taken from an author whom its owner has not admitted, or whose time there was over.",
    decide: (input) => {
      if (input.state.membershipRefusal !== "not-a-member" || input.state.occasion !== "arrival") return undefined;
      // What came while this node was in another swarm stays as it was.
      return isKeptLesson(input) ? undefined : { action: "ignore", reason: "its author is not a member of the swarm" };
    },
  }),
  ruleFor<MembershipBody>("membership-elsewhere", "MEMBERSHIP_ELSEWHERE", ["membership"], {
    summary: "What the owner of another swarm says of its members is not taken.",
    decide: ({ state }) =>
      state.membershipRefusal === "other-swarm"
        ? { action: "ignore", reason: "it is about a swarm that this node is not in" }
        : undefined,
  }),
  ruleFor<MembershipBody>("membership-former-owner", "MEMBERSHIP_NOT_THE_OWNERS", ["membership"], {
    summary:
      "Once the owner of the swarm has another key, what the earlier one says of members is not taken, whatever its date: who stays is said anew by the present key.",
    decide: ({ state }) =>
      state.membershipRefusal === "not-the-owner" ? { action: "ignore", reason: formerOwnerReason } : undefined,
  }),
];

/** Why the owner's word on a member is given up when the owner's next key has shown itself. */
export const formerOwnerReason = "it is not by the key that the owner of the swarm has now";

export const membershipRules: readonly Rule[] = [
  ruleFor<MembershipBody>("membership-outdated", "MEMBERSHIP_OUTDATED", ["membership"], {
    summary: "Of what the owner says of a member only the latest by sequence number counts.",
    decide: ({ record, state }) =>
      state.membership !== undefined && outranks(state.membership, record)
        ? { action: "refuse", reason: "a later word of the owner on the same member is here" }
        : undefined,
  }),
  ruleFor<MembershipBody>("membership", "MEMBERSHIP_KEPT", ["membership"], {
    summary: "The owner's latest word on a member is kept for good, and what is here of the member is judged by it.",
    decide: () => ({ action: "accept", reason: "it is the latest word of the swarm's owner on the member" }),
  }),
];

function isKeptLesson({ record, state }: JudgeInput): boolean {
  return record.body.type === "lesson" && state.stored !== undefined;
}
