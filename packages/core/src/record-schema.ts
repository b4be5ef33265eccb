/** What each field of a record may hold. The limits are in `limits.ts`, with their reasons. */
import { z } from "zod";
import { publicKeyFromAuthor } from "./identity.ts";
import {
  maxDerivedFrom,
  maxEnvironmentFactLength,
  maxEnvironmentFacts,
  maxExampleSteps,
  maxExampleTextLength,
  maxGuidanceLength,
  maxModelNameLength,
  maxReasonLength,
  maxSituationLength,
  maxTagLength,
  maxTags,
  maxTitleLength,
} from "./limits.ts";
import { isRecordId } from "./record-id.ts";
import { lessonKinds, type RecordBody, recordVersion } from "./records.ts";
import { textProblem } from "./text.ts";

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

function isLongerThan(maxLength: number, value: string): boolean {
  return value.length > maxLength && (value.length > 2 * maxLength || Array.from(value).length > maxLength);
}

const whole = z.int().nonnegative();
const recordId = z.string().refine(isRecordId, "is not a record id");
const author = z.string().refine(isAuthor, "is not the peer id of an Ed25519 key");
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

const rotation = z.strictObject({
  ...common,
  type: z.literal("rotation"),
  nextKeyHash: keyHash,
  follows: author.optional(),
});

export const recordBodySchema: z.ZodType<RecordBody> = z.discriminatedUnion("type", [lesson, attestation, retraction, rotation]);

function isAuthor(value: string): boolean {
  try {
    publicKeyFromAuthor(value);
    return true;
  } catch {
    return false; // not a key: the schema names the field
  }
}
