/** Rules on records that are about a lesson or an author, and are no lesson themselves. */
import type { AttestationBody, RetractionBody } from "@grapevine/core";
import { crowdedOut, crowdedOutReason, maxAhead, maxAheadOfAuthor, maxAttesters } from "../statements.ts";
import { type Rule, ruleFor, standingOf } from "./rule.ts";

/** The one rule after which a record is left aside only until its lesson comes. */
export const aheadFullCode = "STATEMENTS_AHEAD_FULL";

export const statementRules: readonly Rule[] = [
  ruleFor<AttestationBody | RetractionBody>("statements-ahead", aheadFullCode, ["attestation", "retraction"], {
    summary: `Where ${maxAheadOfAuthor} statements of an author wait for lessons that are not here, or ${maxAhead} in all, no more are kept, but for those of trusted principals; when the lesson comes, peers are asked for them.`,
    decide: ({ record, state }) => {
      const { body } = record;
      const before: readonly (typeof record)[] = body.type === "attestation" ? state.attestations : state.tombstones;
      if (state.stored !== undefined || before.some((each) => each.body.author === body.author)) return undefined;
      if (standingOf({ record, state }) === "trusted") return undefined;
      if (state.ahead.ofAuthor >= maxAheadOfAuthor)
        return { action: "ignore", reason: `${maxAheadOfAuthor} statements of its author wait for their lessons already` };
      return state.ahead.inAll < maxAhead
        ? undefined
        : { action: "ignore", reason: `${maxAhead} statements wait for their lessons already` };
    },
  }),
  ruleFor<RetractionBody>("retraction-ahead", "RETRACTION_AHEAD", ["retraction"], {
    summary: "A retraction whose lesson is not here is kept until the lesson comes; then it decides, or is void and given up.",
    decide: () => ({ action: "accept", reason: "its lesson is not here yet; should it come, this decides" }),
  }),
  ruleFor<AttestationBody>("attestation-outdated", "ATTESTATION_OUTDATED", ["attestation"], {
    summary: "Of an author's attestations of one lesson only the latest by sequence number counts.",
    decide: ({ record, state }) => {
      const later = state.attestations.some(
        ({ id, body }) =>
          body.author === record.body.author &&
          body.lesson === record.body.lesson &&
          (body.seq > record.body.seq || (body.seq === record.body.seq && id > record.id)),
      );
      return later ? { action: "refuse", reason: "a later attestation of the same author is here" } : undefined;
    },
  }),
  ruleFor<AttestationBody>("attestation-crowded", "ATTESTATION_CROWDED_OUT", ["attestation"], {
    summary: `Of the attestations of one lesson ${maxAttesters} are kept, whose authors are drawn by lot; those of oneself and of authors one knows are kept besides.`,
    decide: ({ record, state }) => {
      const { lesson, author } = record.body;
      if (state.attesters.includes(author)) return undefined;
      const out = crowdedOut(lesson, [...state.attesters, author], state);
      return out.includes(author) ? { action: "refuse", reason: crowdedOutReason(author) } : undefined;
    },
  }),
  ruleFor<AttestationBody>("attestation", "ATTESTATION_KEPT", ["attestation"], {
    summary: "Every other attestation is kept; whether it counts is asked when its lesson is judged.",
    decide: () => ({ action: "accept", reason: "it is its author's latest word on the lesson" }),
  }),
];
