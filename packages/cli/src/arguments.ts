/** What arguments may be, and how they are shown: shared by all the commands of the program. */

import type { LessonKind, LessonState, Verdict } from "@grapevine/core";
import type { AnswerPolicy, NodeSettings } from "@grapevine/node";
import { type Command, InvalidArgumentError, Option } from "commander";

// Their own copies: the lists of `core` would load all of it. The types and a test hold them equal.
export const lessonKindNames: readonly LessonKind[] = ["strategy", "pitfall", "fact", "procedure"];
export const lessonStateNames: readonly LessonState[] = ["own", "admitted", "held", "archived", "retracted"];
export const verdictNames: readonly Verdict[] = ["worked", "changed", "failed"];
export const answerPolicyNames: readonly AnswerPolicy[] = ["nobody", "trusted", "swarm"];
export const logLevels: readonly NonNullable<NodeSettings["logLevel"]>[] = ["silent", "error", "warn", "info", "debug"];

export const maxPort = 65_535;
const maxListed = 100_000;

export function limitOption(): Option {
  return new Option("--limit <n>", "at most so many").argParser(whole(1, maxListed));
}

export function offsetOption(): Option {
  return new Option("--offset <n>", "leave out so many from the first").argParser(whole(0, maxListed));
}

/** An argument that must not be empty. */
export function word(value: string): string {
  if (value.trim() === "") throw new InvalidArgumentError("It is empty.");
  return value;
}

export function yesOrNo(value: string): boolean {
  if (value !== "yes" && value !== "no") throw new InvalidArgumentError("It must be yes or no.");
  return value === "yes";
}

export function onOrOff(value: string): boolean {
  if (value !== "on" && value !== "off") throw new InvalidArgumentError("It must be on or off.");
  return value === "on";
}

export function whole(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most))
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return number;
  };
}

/** `30m`, `12h`, `7d`, in milliseconds. */
export function duration(leastMs: number, mostMs: number): (value: string) => number {
  const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
  return (value) => {
    const [, digits, unit = ""] = /^(\d{1,9})([mhd])$/.exec(value) ?? [];
    const ms = Number(digits) * (units[unit] ?? Number.NaN);
    if (!(ms >= leastMs && ms <= mostMs)) {
      throw new InvalidArgumentError("It must be a time such as 30m, 12h or 7d, from one minute to 365 days.");
    }
    return ms;
  };
}

/** Set out only when help is asked for. */
export function examples(command: Command, lines: readonly (readonly [example: string, comment: string])[]): void {
  command.addHelpText("after", () => {
    const shown = lines.map(([example, comment]) => `  grapevine ${example}${comment === "" ? "" : `\n      ${comment}`}`);
    return `\nExamples:\n${shown.join("\n")}`;
  });
}
