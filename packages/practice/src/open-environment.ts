import type { Environment } from "@grapevine/core";
import { practiceErrors } from "./errors.ts";
import { readQuestionSet } from "./questions/question-set.ts";
import { createToolWorld } from "./tools/tool-world.ts";

const defaultToolSeed = 1;
const maxSeed = 0xff_ff_ff_ff;

/**
 * Opens what a specification names: `tools` or `tools:SEED` (a simulated tool, made from the seed), `questions:FILE` (JSONL).
 * @throws ENVIRONMENT_INVALID, QUESTIONS_UNREADABLE, QUESTIONS_MALFORMED
 */
export async function openEnvironment(specification: string): Promise<Environment> {
  const [kind, ...rest] = specification.split(":");
  const detail = rest.join(":");
  if (specification === "tools") return createToolWorld(defaultToolSeed);
  if (kind === "tools" && /^\d{1,10}$/.test(detail) && Number(detail) <= maxSeed) return createToolWorld(Number(detail));
  if (kind === "questions" && detail !== "") return await readQuestionSet(detail);
  throw practiceErrors.create("ENVIRONMENT_INVALID", `"${specification}" is not an environment`);
}
