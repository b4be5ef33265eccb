/** Rules on records that are about a lesson or an author, and are no lesson themselves. */
import type { AttestationBody, RetractionBody } from "@grapevine/core";
import { type Rule, ruleFor } from "./rule.ts";

export const statementRules: readonly Rule[] = [
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
  ruleFor<AttestationBody>("attestation", "ATTESTATION_KEPT", ["attestation"], {
    summary: "Every other attestation is kept; whether it counts is asked when its lesson is judged.",
    decide: () => ({ action: "accept", reason: "it is its author's latest word on the lesson" }),
  }),
  ruleFor("rotation", "ROTATION_KEPT", ["rotation"], {
    summary: "A key rotation is kept.",
    decide: () => ({ action: "accept", reason: "it is an author's commitment to a next key" }),
  }),
];
