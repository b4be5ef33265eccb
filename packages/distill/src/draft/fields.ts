/** The texts of a draft: the two that a model writes, and the three of the lesson that they become. */
import { cleanText, limits } from "@grapevine/core";
import { z } from "zod";

/** What a model is asked for: two short texts, since a small model loses its way in more. */
export interface WrittenFields {
  /** What is wanted, beginning with a verb. */
  readonly goal: string;
  /** What to do, in the imperative. */
  readonly advice: string;
}

export interface DraftFields {
  readonly title: string;
  readonly situation: string;
  readonly guidance: string;
}

const written = z.strictObject({ goal: z.string(), advice: z.string() });

/** The schema that the model's output is held to. */
export const writtenSchema: Readonly<Record<string, unknown>> = {
  type: "object",
  properties: { goal: { type: "string" }, advice: { type: "string" } },
  required: ["goal", "advice"],
  additionalProperties: false,
};

/** The fields of a model's output, or undefined when it is not JSON of the schema. */
export function readWritten(output: string): WrittenFields | undefined {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    return undefined; // cut at the token limit, or no JSON at all: the check names it
  }
  return written.safeParse(value).data;
}

/** The fields as a record may hold them: one line each, within their limits. */
export function cleanFields(fields: DraftFields): DraftFields {
  return {
    title: cleanText(fields.title, limits.maxTitleLength).replace(/[\s.:;,]+$/, ""),
    situation: cleanText(fields.situation, limits.maxSituationLength),
    guidance: cleanText(fields.guidance, limits.maxGuidanceLength),
  };
}
