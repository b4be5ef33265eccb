import type { Environment } from "@grapevine/core";
import { openChecker } from "./command/checker.ts";
import { practiceErrors } from "./errors.ts";
import { createOrderWorld } from "./order/order-world.ts";
import { readQuestionSet } from "./questions/question-set.ts";
import { createQueryWorld } from "./tables/query-world.ts";
import { createToolWorld } from "./tools/tool-world.ts";

const defaultSeed = 1;
const maxSeed = 0xff_ff_ff_ff;

/** Generated worlds, by the name that comes before their seed. */
const worlds: ReadonlyMap<string, (seed: number) => Environment> = new Map([
  ["tools", createToolWorld],
  ["tables", createQueryWorld],
  ["order", createOrderWorld],
]);

/** Environments that are read from a file, by the name that comes before its path. */
const files: ReadonlyMap<string, (path: string) => Promise<Environment>> = new Map([
  ["questions", readQuestionSet],
  ["command", openChecker],
]);

/**
 * Opens what a specification names: a generated world (`tools`, `tables` or `order`, each also with `:SEED`), `questions:FILE` (JSONL) or `command:FILE`
 * (a checker of the user's own, described in JSON).
 * @throws ENVIRONMENT_INVALID, QUESTIONS_UNREADABLE, QUESTIONS_MALFORMED, CHECKER_UNREADABLE, CHECKER_MALFORMED
 */
export async function openEnvironment(specification: string): Promise<Environment> {
  const [kind = "", ...rest] = specification.split(":");
  const detail = rest.join(":");
  const create = worlds.get(kind);
  if (create !== undefined && specification === kind) return create(defaultSeed);
  if (create !== undefined && /^\d{1,10}$/.test(detail) && Number(detail) <= maxSeed) return create(Number(detail));
  const open = files.get(kind);
  if (open !== undefined && detail !== "") return await open(detail);
  throw practiceErrors.create("ENVIRONMENT_INVALID", `"${specification}" is not an environment`);
}
