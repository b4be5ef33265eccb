/**
 * `/grapevine/ask/1`: one question to another node's agent, one streamed answer; or a probe, which asks how sure the other node would be of one.
 *
 * The asker opens a stream and sends `{type: "ask" | "probe", question, timeoutMs}`. To `ask` come back any number of `text {text}`, each a piece of
 * the answer as it is made, and one last frame: `answer {reply}`, whose `answer` is the whole text again, or `error {code, message}`;
 * `ask-refusal.ts` says which there are. To `probe` comes one frame, `sureness {best?}` with the figures of the lesson that would be recalled first, or
 * `error`; nothing is generated for it. The asker cancels by resetting the stream; the answerer stops then, and when `timeoutMs` are over.
 *
 * Who may ask is the answerer's policy; a peer that may not is told so before its question is read. Limits: a question of 64 KiB, an answer of 1 MiB, five
 * minutes, one question a peer and four in all at a time, and the rates of `ask-quota.ts`; a probe has two seconds.
 *
 * Guaranteed: the answerer is the peer that was asked, since the connection proves its key. Not guaranteed: that the answer is
 * right, that the lessons it names were used, or that it is as sure as it says. Texts of a peer are stripped of control and bidirectional characters here,
 * because they end up on a terminal.
 */
import { cleanText, limits } from "@grapevine/core";
import { z } from "zod";
import { askTimeoutMs, maxAnswerBytes, maxLessonsPerAnswer } from "./network-limits.ts";
import type { AskReply, Sureness } from "./network-types.ts";

export const askProtocol = "/grapevine/ask/1";

/** Room for the fields around the text. */
export const maxQuestionFrameBytes: number = limits.maxQuestionBytes + 1024;
/** Room for the lessons as well. */
export const maxAnswerFrameBytes: number = maxAnswerBytes + 128 * 1024;

export interface AskRequest {
  readonly type: "ask" | "probe";
  readonly question: string;
  /** How long the asker waits: the answerer's deadline. */
  readonly timeoutMs: number;
}
export const askRequest: z.ZodType<AskRequest> = z.object({
  type: z.enum(["ask", "probe"]),
  question: z.string().min(1),
  timeoutMs: z.int().min(1).max(askTimeoutMs),
});

export type AskFrame =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "answer"; readonly reply: AskReply }
  | AskErrorFrame;

export interface AskErrorFrame {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
}

const lessonUse = z.object({
  id: z.string().max(80),
  title: z
    .string()
    .max(400)
    .transform((title) => cleanText(title, limits.maxTitleLength)),
  author: z.string().max(80),
  similarity: z.number(),
});

const askReply = z.object({
  answer: z.string().transform(plainText),
  lessons: z.array(lessonUse).max(maxLessonsPerAnswer),
  model: z.string().transform((model) => cleanText(model, limits.maxModelNameLength)),
  ms: z.number().nonnegative(),
});

const errorFrameSchema = z.object({
  type: z.literal("error"),
  code: z.string().regex(/^[A-Z][A-Z0-9_]{2,63}$/),
  message: z.string(),
});

export const askFrame: z.ZodType<AskFrame> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string().transform(plainText) }),
  z.object({ type: z.literal("answer"), reply: askReply }),
  errorFrameSchema,
]);

export type SurenessFrame = { readonly type: "sureness"; readonly best?: Sureness } | AskErrorFrame;

const share = z.number().min(0).max(1);

export const surenessFrame: z.ZodType<SurenessFrame> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("sureness"), best: z.object({ similarity: share, utility: share }).optional() }),
  errorFrameSchema,
]);

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** Line ends and tabs stay. */
function plainText(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "");
}
