/** What each field of a record may hold. The limits are in `limits.ts`, with their reasons. */
import { z } from "zod";
import { isAuthorId } from "./identity.ts";
import { keptDigestBytes } from "./kept-digests.ts";
import {
  maxDerivedFrom,
  maxEnvironmentFactLength,
  maxEnvironmentFacts,
  maxExampleSteps,
  maxExampleTextLength,
  maxGuidanceLength,
  maxKeptRecords,
  maxModelNameLength,
  maxReasonLength,
  maxSituationLength,
  maxSuccession,
  maxSwarmLength,
  maxTagLength,
  maxTags,
  maxTitleLength,
} from "./limits.ts";
import { isRecordId } from "./record-id.ts";
import { lessonKinds, membershipStates, type RecordBody, recordVersion } from "./records.ts";
import { isSwarmName, swarmOwner } from "./swarm-name.ts";
import { textProblem, unassignedProblem } from "./text.ts";

/** Lengths are in Unicode code points, which every language can count, and not what a library's version takes for a length. */
function text(maxLength: number): z.ZodString {
  return z
    .string()
    .min(1)
    .superRefine((value, context) => {
      const problem = isLongerThan(maxLength, value) ? `has more than ${maxLength} characters` : textProblem(value);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    });
}

/** Is a later version of Unicode all that it would take for the record to be valid? */
export function isOnlyUnassigned({ issues }: { readonly issues: readonly z.core.$ZodIssue[] }): boolean {
  return issues.every((issue) =>
    issue.code === "invalid_key" ? isOnlyUnassigned(issue) : issue.code === "custom" && issue.message === unassignedProblem,
  );
}

function isLongerThan(maxLength: number, value: string): boolean {
  return value.length > maxLength && (value.length > 2 * maxLength || Array.from(value).length > maxLength);
}

const whole = z.int().nonnegative();
const recordId = z.string().refine(isRecordId, "is not a record id");
const author = z.string().refine(isAuthorId, "is not the peer id of an Ed25519 key");
const keyHash = z.instanceof(Uint8Array).refine((hash) => hash.length === 32, "is not a sha2-256 hash");

const common = {
  v: z.literal(recordVersion),
  author,
  seq: whole,
  createdAt: whole,
  expiresAt: whole.optional(),
};

const example = z.strictObject({
  task: text(maxExampleTextLength),
  steps: z.array(text(maxExampleTextLength)).min(1).max(maxExampleSteps),
});

const evidence = z.strictObject({
  worked: whole,
  changed: whole,
  failed: whole,
  verifiedBy: z.enum(["environment", "feedback", "author"]),
});

const environmentFacts = z
  .record(text(maxEnvironmentFactLength), text(maxEnvironmentFactLength))
  .refine((facts) => Object.keys(facts).length <= maxEnvironmentFacts, `has more than ${maxEnvironmentFacts} facts`);

const lesson = z.strictObject({
  ...common,
  type: z.literal("lesson"),
  kind: z.enum(lessonKinds),
  title: text(maxTitleLength),
  situation: text(maxSituationLength),
  guidance: text(maxGuidanceLength),
  example: example.optional(),
  evidence,
  tags: z.array(text(maxTagLength)).max(maxTags),
  environment: environmentFacts.optional(),
  model: text(maxModelNameLength).optional(),
  derivedFrom: z.array(recordId).max(maxDerivedFrom),
  supersedes: recordId.optional(),
});

const attestation = z.strictObject({
  ...common,
  type: z.literal("attestation"),
  lesson: recordId,
  worked: whole,
  changed: whole,
  failed: whole,
});

const retraction = z.strictObject({
  ...common,
  type: z.literal("retraction"),
  lesson: recordId,
  reason: text(maxReasonLength).optional(),
});

const keptList = z.instanceof(Uint8Array).refine(areKeptDigests, "is not a list of digests in order");

const rotation = z
  .strictObject({
    ...common,
    type: z.literal("rotation"),
    nextKeyHash: keyHash,
    follows: author.optional(),
    keeps: keptList.optional(),
  })
  .superRefine((body, context) => {
    const refuse = (field: string, message: string): void => context.addIssue({ code: "custom", path: [field], message });
    if (body.follows === body.author) refuse("follows", "is the author itself");
    if (body.follows === undefined && body.keeps !== undefined) refuse("keeps", "is for a key that follows another");
  });

const { expiresAt: _, ...lasting } = common;

const membership = z
  .strictObject({
    ...lasting,
    type: z.literal("membership"),
    swarm: z.string().max(maxSwarmLength).refine(isSwarmName, "is not the name of a swarm"),
    member: author,
    state: z.enum(membershipStates),
    until: whole.optional(),
    keeps: keptList.optional(),
    succession: z.array(z.instanceof(Uint8Array)).min(2).max(maxSuccession).optional(),
  })
  .superRefine((body, context) => {
    const refuse = (field: string, message: string): void => context.addIssue({ code: "custom", path: [field], message });
    const isFounder = swarmOwner(body.swarm) === body.author;
    if (!isFounder && body.succession === undefined) refuse("author", "is not the owner of the swarm");
    if (isFounder && body.succession !== undefined) refuse("succession", "is for keys that followed the one in the swarm's name");
    if (body.member === swarmOwner(body.swarm)) refuse("member", "is the owner, who is a member by the swarm's name");
    if (body.member === body.author && body.state === "revoked") refuse("state", "is that of the owner's own key");
    if (body.state === "revoked" && body.until !== undefined) refuse("until", "is for members who are admitted");
    if (body.state === "admitted" && body.keeps !== undefined) refuse("keeps", "is for members who are revoked");
  });

export const recordBodySchema: z.ZodType<RecordBody> = z.discriminatedUnion("type", [
  lesson,
  attestation,
  retraction,
  rotation,
  membership,
]);

/** Whole digests, not none and not too many, ascending and each once: one set has one encoding. */
function areKeptDigests(bytes: Uint8Array): boolean {
  const count = bytes.length / keptDigestBytes;
  if (!Number.isInteger(count) || count < 1 || count > maxKeptRecords) return false;
  const digest = (index: number): Uint8Array => bytes.subarray(index * keptDigestBytes, (index + 1) * keptDigestBytes);
  for (let index = 1; index < count; index++) if (Buffer.compare(digest(index - 1), digest(index)) >= 0) return false;
  return true;
}
