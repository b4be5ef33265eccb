/**
 * Lessons about a tool, true and false, made from what the tool says of itself. The true ones are as distillation words them when it has seen a task solved; the
 * false ones differ from them in one thing, which only trying them out shows.
 */
import type { Environment, Episode, LessonDraft, Task } from "@grapevine/core";

/** A command of the tool, as its manual gives it. */
export interface Command {
  /** `bind THING --via PLACE` */
  readonly form: string;
  /** `set the place of a thing` */
  readonly purpose: string;
}

/** A task, and what was seen to do it. */
export interface SolvedTask {
  readonly task: Task;
  readonly command: Command;
  readonly subject: string;
  readonly value: string;
}

export const falseKinds = ["wrong verb", "wrong mark", "swapped fields", "rule of another tool", "plausible nonsense"] as const;
export type FalseKind = (typeof falseKinds)[number];

/** The tool's own manual, which it shows to whoever types nothing. */
export async function readManual(environment: Environment, task: Task): Promise<Command[]> {
  const { observation } = await (await environment.start(task)).act("");
  return observation.split("\n").flatMap((line) => {
    const [, form, purpose] = /^Usage: (.+) \(to (.+)\)$/.exec(line) ?? [];
    return form === undefined || purpose === undefined ? [] : [{ form, purpose }];
  });
}

/** The task with the command that does it, found by trying the manual's commands with the task's words; undefined when none does. */
export async function solve(environment: Environment, task: Task, manual: readonly Command[]): Promise<SolvedTask | undefined> {
  const words = task.prompt.replace(/\.$/, "").split(" ");
  for (const command of manual) {
    for (const subject of words) {
      for (const value of words) {
        const episode: Episode = await environment.start(task);
        if ((await episode.act(written(command.form, subject, value))).solved) return { task, command, subject, value };
      }
    }
  }
  return undefined;
}

export function trueLesson(solved: SolvedTask, environment: string): LessonDraft {
  return lessonOf(solved, environment, solved.command.form);
}

/** `foreign`: the command of another tool that does the same. */
export function falseLesson(
  kind: FalseKind,
  solved: SolvedTask,
  environment: string,
  { manual, foreign }: { readonly manual: readonly Command[]; readonly foreign: Command },
): LessonDraft {
  const { form } = solved.command;
  const others = manual.filter((command) => command.form !== form);
  switch (kind) {
    case "wrong verb":
      return lessonOf(solved, environment, [partsOf(others[0]).verb, ...form.split(" ").slice(1)].join(" "));
    case "wrong mark":
      return lessonOf(solved, environment, withMark(form, otherMark(solved.command, others)));
    case "swapped fields":
      return lessonOf(solved, environment, swapped(form));
    case "rule of another tool":
      return lessonOf(solved, environment, foreign.form);
    case "plausible nonsense":
      return nonsense(solved, environment);
  }
}

function lessonOf({ task, command, subject, value }: SolvedTask, environment: string, form: string): LessonDraft {
  const { purpose } = command;
  const [subjectName = "", valueName = ""] = namesIn(command.form);
  const general = task.prompt.replace(/\.$/, "").replace(subject, subjectName).replace(value, valueName);
  const isSwapped = namesIn(form)[0] === valueName;
  return {
    kind: "procedure",
    title: purpose.charAt(0).toUpperCase() + purpose.slice(1),
    situation: `You want to ${purpose}; the task may say "${general}"`,
    guidance: `Write ${form}`,
    example: { task: task.prompt, steps: [isSwapped ? written(form, value, subject) : written(form, subject, value)] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [task.family],
    environment: { environment },
    derivedFrom: [],
  };
}

/** Advice that sounds well and says nothing that the tool understands. */
function nonsense(solved: SolvedTask, environment: string): LessonDraft {
  const lesson = lessonOf(solved, environment, solved.command.form);
  const [subjectName = "", valueName = ""] = namesIn(solved.command.form);
  return {
    ...lesson,
    guidance: `Name the ${subjectName} first, then say what the ${valueName} should be, and confirm with yes`,
    example: { task: solved.task.prompt, steps: [`set ${solved.subject} to ${solved.value} yes`] },
  };
}

/** Another of the tool's marks in the same place, of the same shape where there is one. */
function otherMark(command: Command, others: readonly Command[]): string {
  const { mark } = partsOf(command);
  const marks = others.map((other) => partsOf(other).mark).filter((other) => other !== mark);
  return marks.find((other) => shapeOf(other) === shapeOf(mark)) ?? marks[0] ?? "--to";
}

function withMark(form: string, mark: string): string {
  const [verb = "", subject = "", , value = ""] = form.split(" ");
  return [verb, subject, mark, value].join(" ");
}

function shapeOf(mark: string): "flag" | "word" | "symbol" {
  if (mark.startsWith("--")) return "flag";
  return /^\w/.test(mark) ? "word" : "symbol";
}

function partsOf(command: Command | undefined): { readonly verb: string; readonly mark: string } {
  const [verb = "", , mark = ""] = command?.form.split(" ") ?? [];
  return { verb, mark };
}

function swapped(form: string): string {
  const [subjectName = "", valueName = ""] = namesIn(form);
  return form
    .split(" ")
    .map((word) => (word === subjectName ? valueName : word === valueName ? subjectName : word))
    .join(" ");
}

/** The names in capitals, in order. */
function namesIn(form: string): string[] {
  return form.split(" ").filter((word) => /^[A-Z]+$/.test(word));
}

function written(form: string, first: string, second: string): string {
  const [firstName, secondName] = namesIn(form);
  return form
    .split(" ")
    .map((word) => (word === firstName ? first : word === secondName ? second : word))
    .join(" ");
}
