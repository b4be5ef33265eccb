/** What an experience on the disk may hold: the shape of `Experience` in core. */
import { type Experience, type Outcome, verdicts } from "@grapevine/core";
import { z } from "zod";

const whole = z.int().nonnegative();

const outcomeSchema: z.ZodType<Outcome> = z.strictObject({
  verdict: z.enum(verdicts),
  verifiedBy: z.enum(["environment", "feedback"]),
  comment: z.string().optional(),
  reuseEnded: z.literal(true).optional(),
  at: whole,
});

export const experienceSchema: z.ZodType<Experience> = z.strictObject({
  id: z.string().min(1).max(200),
  createdAt: whole,
  prompt: z.string(),
  task: z.strictObject({ environment: z.string(), id: z.string(), family: z.string() }).optional(),
  askedBy: z.string().optional(),
  answeredBy: z.string().optional(),
  reusedFrom: z.string().optional(),
  withinConversation: z.literal(true).optional(),
  steps: z.array(z.strictObject({ action: z.string(), observation: z.string(), accepted: z.boolean() })),
  answer: z.string(),
  outcome: outcomeSchema.optional(),
  lessons: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      author: z.string(),
      similarity: z.number(),
      trust: z.number(),
      own: z.boolean(),
    }),
  ),
  model: z.string(),
  ms: z.number().nonnegative(),
  tokens: z.strictObject({ prompt: whole, generated: whole }).optional(),
  distillation: z.enum(["waiting", "queued", "distilled", "nothing-new", "failed"]),
});
