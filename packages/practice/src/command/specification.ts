/**
 * The description of a checker: a JSON file of its own, and a file of tasks with one JSON object a line. Paths are looked for beside the description.
 */
import { stat } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import type { Task } from "@grapevine/core";
import { z } from "zod";
import { practiceErrors } from "../errors.ts";
import { type FileErrors, numberedLines, parseJson, readText } from "../text-file.ts";
import {
  type CheckerLimit,
  maxCommandWords,
  maxOutputBytes,
  maxPromptCharacters,
  maxWordCharacters,
  timeoutMs,
} from "./limits.ts";

export interface CheckerTask {
  readonly task: Task;
  readonly observation: string;
  readonly choices?: readonly string[];
  /** The whole line of the file: what the command finds in `task.json`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface CheckerSpecification {
  readonly name: string;
  /** Program and arguments, those that name files beside the description as absolute paths. */
  readonly command: readonly string[];
  readonly tasks: readonly CheckerTask[];
  readonly actionName: string;
  readonly simulated: boolean;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** Names of variables that the command gets from the node's own environment. */
  readonly variables: readonly string[];
}

const text = z.string().trim().min(1);
/** What reaches the command as a word or a variable: a zero character would end it. */
const word = z
  .string()
  .min(1)
  .max(maxWordCharacters)
  .regex(/^[^\p{Cc}]+$/u, "holds control characters");
const specificationSchema = z.strictObject({
  name: word.max(64),
  tasks: text,
  command: z.array(word).min(1).max(maxCommandWords),
  actionName: text
    .max(32)
    .regex(/^[\p{L} ]+$/u, "is not made of letters")
    .default("Answer"),
  observation: text.max(maxPromptCharacters).optional(),
  simulated: z.boolean().default(false),
  timeoutMs: within(timeoutMs),
  maxOutputBytes: within(maxOutputBytes),
  variables: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of a variable")).default([]),
});

const taskSchema = z.looseObject({
  id: word.optional(),
  family: word.optional(),
  prompt: text.max(maxPromptCharacters),
  observation: text.max(maxPromptCharacters).optional(),
  choices: z.array(text).min(2).optional(),
});

const errors: FileErrors = {
  unreadable: (problem, cause) => practiceErrors.create("CHECKER_UNREADABLE", problem, { cause }),
  malformed: (problem, cause) => practiceErrors.create("CHECKER_MALFORMED", problem, { cause }),
};

/**
 * @param path the description, absolute
 * @throws CHECKER_UNREADABLE; CHECKER_MALFORMED, with file and line
 */
export async function readCheckerSpecification(path: string): Promise<CheckerSpecification> {
  const described = parsed(specificationSchema, parseJson(await readText(path, errors), path, errors), path);
  const folder = dirname(path);
  const { name, observation = `Tasks of ${name}.` } = described;
  const tasks = await readTasks(resolve(folder, described.tasks), { family: name, observation });
  const command = await Promise.all(described.command.map((word) => besideOr(word, folder)));
  return { ...described, tasks, command };
}

async function readTasks(path: string, usual: { readonly family: string; readonly observation: string }): Promise<CheckerTask[]> {
  const tasks = new Map<string, CheckerTask>();
  for (const { line, number } of numberedLines(await readText(path, errors))) {
    const where = `${path}, line ${number}`;
    const fields = parsed(taskSchema, parseJson(line, where, errors), where);
    const { id = `line-${number}`, family = usual.family, prompt, observation = usual.observation, choices } = fields;
    if (tasks.has(id)) throw errors.malformed(`${where}: the id "${id}" was used before`);
    tasks.set(id, { task: { id, family, prompt }, observation, ...(choices === undefined ? {} : { choices }), fields });
  }
  if (tasks.size === 0) throw errors.malformed(`${path} holds no task`);
  return [...tasks.values()];
}

function parsed<Value>(schema: z.ZodType<Value>, data: unknown, where: string): Value {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw errors.malformed(`${where}: ${issue?.path.join(".") || "the object"}: ${issue?.message ?? "is not understood"}`);
}

/** A word that names something beside the description means that, wherever the command runs; every other word stays. */
async function besideOr(word: string, folder: string): Promise<string> {
  if (isAbsolute(word)) return word;
  const path = resolve(folder, word);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw errors.unreadable(`cannot look at ${path}: ${error.message}`, error);
  });
  return found?.isFile() === true ? path : word;
}

function within({ lowest, highest, usual }: CheckerLimit): z.ZodDefault<z.ZodNumber> {
  return z.int().min(lowest).max(highest).default(usual);
}
