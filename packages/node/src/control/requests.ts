/** What the bodies and queries of the control API may hold; everything else is refused with the name of the field. */
import { lessonKinds, lessonStates, limits, verdicts } from "@grapevine/core";
import { askTimeoutMs, maxInviteLifeMs, maxInviteUses, minInviteLifeMs } from "@grapevine/network";
import { z } from "zod";
import { nodeErrors } from "../errors.ts";
import { maxRecallLessons, maxRecordedSteps, maxRecordedTextLength } from "../recording-limits.ts";
import { maxImportedExperiences, maxImportedRecords } from "../transfer-limits.ts";
import type { AskRequest, FeedbackRequest, PractiseRequest, RecordRequest } from "./agent-contract.ts";
import type { ConflictQuery, RecallRequest, RetractRequest, TeachRequest } from "./lesson-contract.ts";
import type { AdmitRequest, InviteRequest, JoinRequest, RevokeRequest, TrustRequest } from "./peer-contract.ts";
import type { ExperienceImportRequest, ExportQuery, ImportRequest } from "./transfer-contract.ts";

/** Texts for a record may come longer than its limits: they are cleaned and refused by name, not by a number of characters here. */
const generous = (maxLength: number): z.ZodString => z.string().max(maxLength * 4);

export const askRequest: z.ZodType<AskRequest> = z.strictObject({
  question: z.string(),
  peer: z.string().min(1).max(200).optional(),
  best: z.boolean().optional(),
  force: z.boolean().optional(),
  timeoutMs: z.int().min(1).max(askTimeoutMs).optional(),
  lessons: z.boolean().optional(),
  bothSides: z.boolean().optional(),
  fresh: z.boolean().optional(),
});

const recordedText = z.string().max(maxRecordedTextLength);

export const recordRequest: z.ZodType<RecordRequest> = z.strictObject({
  task: recordedText.min(1),
  answer: recordedText,
  steps: z
    .array(
      z.strictObject({
        action: recordedText.min(1),
        observation: recordedText.optional(),
        accepted: z.boolean().optional(),
      }),
    )
    .max(maxRecordedSteps)
    .optional(),
  verdict: z.enum(verdicts).optional(),
  comment: z.string().max(2_000).optional(),
  lessons: z.array(z.string().min(1).max(200)).max(maxRecallLessons).optional(),
  model: z.string().min(1).max(limits.maxModelNameLength).optional(),
});

export const recallRequest: z.ZodType<RecallRequest> = z.strictObject({
  text: recordedText.min(1),
  limit: z.int().min(1).max(maxRecallLessons).optional(),
});

export const feedbackRequest: z.ZodType<FeedbackRequest> = z.strictObject({
  experience: z.string().min(1).max(100),
  verdict: z.enum(verdicts),
  comment: z.string().max(2_000).optional(),
});

export const teachRequest: z.ZodType<TeachRequest> = z.strictObject({
  situation: generous(limits.maxSituationLength),
  guidance: generous(limits.maxGuidanceLength),
  title: generous(limits.maxTitleLength).optional(),
  kind: z.enum(lessonKinds).optional(),
  tags: z.array(generous(limits.maxTagLength)).max(limits.maxTags).optional(),
});

export const practiseRequest: z.ZodType<PractiseRequest> = z.strictObject({
  environment: z.string().min(1).max(4_096),
  tasks: z.int().min(1).max(1_000).optional(),
  seed: z.int().min(0).max(2_147_483_647).optional(),
  split: z.enum(["practice", "test"]).optional(),
  maxSteps: z.int().min(1).max(20).optional(),
  lessons: z.boolean().optional(),
  learn: z.boolean().optional(),
});

export const retractRequest: z.ZodType<RetractRequest> = z.strictObject({ reason: generous(limits.maxReasonLength).optional() });

export const trustRequest: z.ZodType<TrustRequest> = z.strictObject({ name: z.string().min(1).max(64).optional() });

export const inviteRequest: z.ZodType<InviteRequest> = z.strictObject({
  expiresInMs: z.int().min(minInviteLifeMs).max(maxInviteLifeMs).optional(),
  uses: z.int().min(1).max(maxInviteUses).optional(),
});

export const joinRequest: z.ZodType<JoinRequest> = z.strictObject({
  invite: z.string().min(1).max(8_192),
  trust: z.boolean().optional(),
});

const moment = z.int().nonnegative().optional();

export const admitRequest: z.ZodType<AdmitRequest> = z.strictObject({ until: moment });

export const revokeRequest: z.ZodType<RevokeRequest> = z.strictObject({ since: moment });

const limit = z.coerce.number().int().min(1).max(100_000).optional();

export const lessonsQuery: z.ZodType<{ state?: (typeof lessonStates)[number]; limit?: number }> = z.strictObject({
  state: z.enum(lessonStates).optional(),
  limit,
});

export const searchQuery: z.ZodType<{ q: string; limit?: number }> = z.strictObject({ q: z.string().min(1).max(2_000), limit });

export const exportQuery: z.ZodType<ExportQuery> = z.strictObject({ state: z.enum(lessonStates).optional() });

/** What base64 makes of the largest record, whatever it holds. */
const maxImportedLength = Math.ceil(limits.maxRecordBytes / 3) * 4;

export const importRequest: z.ZodType<ImportRequest> = z.strictObject({
  records: z.array(z.string().max(maxImportedLength)).max(maxImportedRecords),
});

export const experienceImportRequest: z.ZodType<ExperienceImportRequest> = z.strictObject({
  experiences: z.array(z.unknown()).max(maxImportedExperiences),
});

export const listQuery: z.ZodType<{ limit?: number }> = z.strictObject({ limit });

export const conflictQuery: z.ZodType<ConflictQuery> = z.strictObject({
  limit,
  offset: z.coerce.number().int().min(0).optional(),
});

export const idParameter: z.ZodType<{ id: string }> = z.object({ id: z.string().min(1).max(200) });

export const noRequest: z.ZodType<Record<string, never>> = z.strictObject({});

/** @throws API_REQUEST_INVALID, which names the field */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value === undefined ? {} : value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw nodeErrors.create("API_REQUEST_INVALID", `${issue?.path.join(".") || "request"}: ${issue?.message ?? "is invalid"}`);
}
