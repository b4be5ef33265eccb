/** Refusals in the form that OpenAI's clients read: `{error: {message, type, param, code}}`, with a status by which they know whether to try again. */
import type { GrapevineError } from "@grapevine/core";
import { z } from "zod";
import { nodeErrors } from "../errors.ts";

export interface OpenAiRefusal {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    /** OpenAI's own word where there is one that clients act on, else ours in lower case. */
    readonly code: string;
  };
}

interface Meaning {
  readonly status: number;
  readonly type: string;
  readonly code?: string;
}

/** What a client might do about it decides: try again later (429, 503), or never (400). What stands in no line is a bad request. */
const meanings: Readonly<Record<string, Meaning>> = {
  API_UNAUTHORISED: { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  API_FORBIDDEN: { status: 403, type: "permission_error" },
  API_NOT_FOUND: { status: 404, type: "invalid_request_error" },
  API_METHOD_REFUSED: { status: 405, type: "invalid_request_error" },
  SERVED_MODEL_UNKNOWN: { status: 404, type: "invalid_request_error", code: "model_not_found" },
  PEER_UNKNOWN: { status: 404, type: "invalid_request_error", code: "model_not_found" },
  PEER_AMBIGUOUS: { status: 404, type: "invalid_request_error", code: "model_not_found" },
  MODEL_PROMPT_TOO_LONG: { status: 400, type: "invalid_request_error", code: "context_length_exceeded" },
  ASK_NOT_TRUSTED: { status: 403, type: "permission_error" },
  ASK_CLOSED: { status: 403, type: "permission_error" },
  ASK_BUSY: { status: 429, type: "rate_limit_error" },
  ASK_QUOTA: { status: 429, type: "rate_limit_error" },
  ASK_TIMED_OUT: { status: 504, type: "server_error" },
  ASK_CUT: { status: 502, type: "server_error" },
  ASK_FAILED: { status: 502, type: "server_error" },
  PEER_NOT_CONNECTED: { status: 503, type: "server_error" },
  MODEL_SERVER_UNREACHABLE: { status: 503, type: "server_error" },
  MODEL_MISSING: { status: 503, type: "server_error" },
  MODEL_FAILED: { status: 502, type: "server_error" },
  MODEL_ABORTED: { status: 499, type: "server_error" },
  EMBEDDER_FAILED: { status: 502, type: "server_error" },
  INTERNAL: { status: 500, type: "server_error" },
};

const badRequest: Meaning = { status: 400, type: "invalid_request_error" };

/** Every status of a refusal under `/v1`. */
export const openAiStatuses: readonly number[] = [...new Set(Object.values(meanings).map(({ status }) => status))];

export function openAiStatus(error: GrapevineError): number {
  return (meanings[error.code] ?? badRequest).status;
}

export function openAiRefusal(error: GrapevineError): OpenAiRefusal {
  const { type, code = error.code.toLowerCase() } = meanings[error.code] ?? badRequest;
  const issue = error.cause instanceof z.ZodError ? error.cause.issues[0] : undefined;
  const param = issue === undefined || issue.path.length === 0 ? null : issue.path.join(".");
  return { error: { message: `${error.message}. ${error.hint}`, type, param, code } };
}

/** @throws API_REQUEST_INVALID, whose cause says which field it is about */
export function parseOpenAi<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value === undefined ? {} : value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw nodeErrors.create("API_REQUEST_INVALID", `${issue?.path.join(".") || "request"}: ${issue?.message ?? "is invalid"}`, {
    cause: result.error,
  });
}
