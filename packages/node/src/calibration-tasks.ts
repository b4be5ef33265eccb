/**
 * What strategies of prompts are tried on: twelve tasks for a tool that is nowhere else, in no world of the evaluation, each with the lesson that shows how it is done and one
 * of another kind. In two of the twelve the other one comes first, as recall has it at times. Half of the tasks are put in other words than the lesson knows.
 */
import {
  type Environment,
  identityFromSeed,
  type LessonBody,
  type RecalledLesson,
  type RecordDraft,
  signRecord,
  type Task,
} from "@grapevine/core";
import { recalledAsGiven } from "./recalled-as-given.ts";

interface CalibrationTask {
  readonly task: Task;
  /** Most relevant first, as recall would give them. */
  readonly lessons: readonly RecalledLesson[];
}

type Rule = Pick<LessonBody, "title" | "situation" | "guidance" | "example">;

const rules: readonly Rule[] = [
  {
    title: "Set the shelf of a parcel",
    situation: 'You want to set the shelf of a parcel; the task may say "The PARCEL is kept on shelf NUMBER"',
    guidance: "Write stow PARCEL rack NUMBER",
    example: { task: "The crate is kept on shelf 4.", steps: ["stow crate rack 4"] },
  },
  {
    title: "Set the hour of a call",
    situation: `You want to set the hour of a call; the task may say "PERSON is to be called at HOUR o'clock"`,
    guidance: "Write ring PERSON : HOUR",
    example: { task: "Ruth is to be called at 9 o'clock.", steps: ["ring Ruth : 9"] },
  },
  {
    title: "Set the town of a letter",
    situation: 'You want to set the town of a letter; the task may say "The LETTER goes to TOWN"',
    guidance: "Write hand LETTER --via TOWN",
    example: { task: "The form goes to Oxford.", steps: ["hand form --via Oxford"] },
  },
  {
    title: "Set the paint of a door",
    situation: 'You want to set the paint of a door; the task may say "The DOOR is painted PAINT"',
    guidance: "Write coat DOOR = PAINT",
    example: { task: "The gate is painted purple.", steps: ["coat gate = purple"] },
  },
];

/** Rule, task, what does it. Tasks of odd place are put in other words. */
const tasks: readonly (readonly [rule: number, prompt: string, action: string])[] = [
  [0, "The barrel is kept on shelf 7.", "stow barrel rack 7"],
  [0, "The shelf of the trunk should be 2.", "stow trunk rack 2"],
  [0, "The sack is kept on shelf 11.", "stow sack rack 11"],
  [1, "Somebody must call Oscar at 3 o'clock.", "ring Oscar : 3"],
  [1, "Helen is to be called at 6 o'clock.", "ring Helen : 6"],
  [1, "At 10 o'clock there should be a call to Frank.", "ring Frank : 10"],
  [2, "The card goes to Dublin.", "hand card --via Dublin"],
  [2, "The bill should be in Boston.", "hand bill --via Boston"],
  [2, "The note goes to Vienna.", "hand note --via Vienna"],
  [3, "The paint of the shutter should be pink.", "coat shutter = pink"],
  [3, "The hatch is painted beige.", "coat hatch = beige"],
  [3, "The cellar door should have olive paint.", "coat cellar door = olive"],
];

/** Where the lesson of another kind comes first. */
const misplaced: ReadonlySet<number> = new Set([4, 9]);

const author = identityFromSeed(new Uint8Array(32).fill(7));

export function calibrationTasks(): readonly CalibrationTask[] {
  const lessons = rules.map((rule, at) => recalledAsGiven(signRecord<LessonBody>(author, bodyOf(rule, at))));
  return tasks.map(([rule, prompt], at) => {
    const pair = [lessons[rule], lessons[(rule + 1) % rules.length]].flatMap((lesson) => lesson ?? []);
    const task = { id: String(at), family: String(rule), prompt };
    return { task, lessons: misplaced.has(at) ? pair.toReversed() : pair };
  });
}

/** The tool. It takes what a tolerant one would: spaces, case and quotes are of no account. */
export const calibrationTool: Environment = {
  id: "calibration",
  simulated: true,
  actionName: "Command",
  tasks: async () => calibrationTasks().map(({ task }) => task),
  start: async (task) => ({
    task,
    observation: "A warehouse. Its tool takes one command on one line.",
    act: async (action) => {
      const solved = bare(action) === bare(tasks[Number(task.id)]?.[2] ?? "");
      return { observation: solved ? "Done." : "Error: no such command.", accepted: solved, done: solved, solved };
    },
  }),
};

function bare(text: string): string {
  return text.toLowerCase().replace(/[\s"'`]+/g, "");
}

function bodyOf(rule: Rule, at: number): RecordDraft<LessonBody> {
  return {
    type: "lesson",
    seq: at + 1,
    createdAt: 0,
    kind: "procedure",
    ...rule,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
  };
}
