/** One try at one task: what a run writes, and everything that its report is made of. */
import { asFields } from "../dataset.ts";

/** Where a row belongs in the plan: no two rows have the same place. */
export interface Place {
  readonly seed: number;
  readonly arm: string;
  /** The environment's specification and the task's id in it. */
  readonly environment: string;
  readonly task: string;
  /** Whose knowledge was measured; `any` where it makes no difference. */
  readonly peer: string;
  /** Position in a stream of tasks, from 0; 0 where order means nothing. */
  readonly at: number;
}

export interface Row extends Place {
  readonly family: string;
  readonly right: boolean;
  /** Actions that were taken, which is how often the model was asked. */
  readonly steps: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly ms: number;
  /** Ids of the lessons in the prompt, the most relevant first. */
  readonly lessons: readonly string[];
  /** Generations that failed at every try; absent for none. A try that such a one ended is not right, and is compared with no other. */
  readonly givenUp?: number;
  /** Of the code that made the row. */
  readonly commit: string;
}

export function keyOf({ seed, arm, environment, task, peer, at }: Place): string {
  return JSON.stringify([seed, arm, environment, task, peer, at]);
}

/** A row as it was written, or undefined for anything else. */
export function readRow(line: string): Row | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const fields = asFields(value);
  if (fields === undefined) return undefined;
  const isWhole =
    numberFields.every((name) => typeof fields[name] === "number") &&
    textFields.every((name) => typeof fields[name] === "string") &&
    typeof fields["right"] === "boolean" &&
    Array.isArray(fields["lessons"]);
  return isWhole ? (fields as unknown as Row) : undefined;
}

const numberFields: readonly (keyof Row)[] = ["seed", "at", "steps", "promptTokens", "generatedTokens", "ms"];
const textFields: readonly (keyof Row)[] = ["arm", "environment", "task", "peer", "family", "commit"];
