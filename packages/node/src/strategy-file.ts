/** Strategies that were found for models, in the home beside the nodes: by the digest of the weights, since the same name may stand for others tomorrow. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PromptStrategy } from "@grapevine/agent";
import { z } from "zod";
import { optional, writePrivately } from "./home.ts";

export interface KnownStrategy extends PromptStrategy {
  /** What it was calibrated as. */
  readonly model: string;
  /** Tasks done with it, of how many; the default did so many. */
  readonly right: number;
  readonly tasks: number;
  readonly rightByDefault: number;
  readonly at: number;
}

/** Counted up when prompts or tasks change so that earlier findings say nothing any more. */
const findingsVersion = 1;

const strategySchema: z.ZodType<KnownStrategy> = z.object({
  act: z.enum(["completion", "chat"]),
  lessons: z.union([z.literal(1), z.literal(2)]),
  place: z.enum(["before", "after"]),
  model: z.string(),
  right: z.int().min(0),
  tasks: z.int().min(1),
  rightByDefault: z.int().min(0),
  at: z.int(),
});
const fileSchema = z.object({ version: z.literal(findingsVersion), byWeights: z.record(z.string(), strategySchema) });

/** @throws HOME_UNUSABLE */
export async function keepStrategy(home: string, weights: string, strategy: KnownStrategy): Promise<void> {
  const byWeights = { ...(await readStrategies(home)), [weights]: strategy };
  await writePrivately(fileIn(home), Buffer.from(`${JSON.stringify({ version: findingsVersion, byWeights }, undefined, 2)}\n`));
}

/**
 * By weights; empty where none was found. A file that cannot be understood, or of another version, holds none: calibrating again writes it anew.
 * @throws HOME_UNUSABLE
 */
export async function readStrategies(home: string): Promise<Readonly<Record<string, KnownStrategy>>> {
  const text = await optional(readFile(fileIn(home), "utf8"));
  if (text === undefined) return {};
  try {
    const read = fileSchema.safeParse(JSON.parse(text));
    return read.success ? read.data.byWeights : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function fileIn(home: string): string {
  return join(home, "strategies.json");
}
