/** What people ask about in the simulated swarm: sixty subjects, each with a right lesson and a wrong one. */
import { fileURLToPath } from "node:url";
import { asFields, type LineProblem, readDataset } from "../dataset.ts";

export interface Topic {
  readonly question: string;
  readonly situation: string;
  /** What is to be done. */
  readonly guidance: string;
  /** What somebody who means harm advises instead. */
  readonly poison: string;
}

const file: string = fileURLToPath(new URL("../../data/topics.jsonl", import.meta.url));

/** @throws EVAL_DATASET_UNREADABLE, EVAL_DATASET_INVALID */
export async function readTopics(): Promise<readonly Topic[]> {
  return await readDataset(file, readTopic);
}

function readTopic(value: unknown): Topic | LineProblem {
  const { question, situation, guidance, poison } = asFields(value) ?? {};
  const isTopic =
    typeof question === "string" && typeof situation === "string" && typeof guidance === "string" && typeof poison === "string";
  return isTopic ? { question, situation, guidance, poison } : { problem: "not {question, situation, guidance, poison}" };
}

const openings: readonly string[] = [
  "In short:",
  "Note well:",
  "What works:",
  "Tried and true:",
  "Our rule:",
  "Best practice:",
  "Simply",
  "Always",
];
const closings: readonly string[] = ["as we do", "and be done", "every time", "as documented", "without delay"];

/** How many ways `reworded` knows. */
export const wordings: number = openings.length * closings.length;

/** The same advice in slightly other words. */
export function reworded(advice: string, variant: number): string {
  const opening = openings[variant % openings.length];
  const closing = closings[Math.floor(variant / openings.length) % closings.length];
  return `${opening} ${advice.charAt(0).toLowerCase()}${advice.slice(1)}, ${closing}`;
}
