/**
 * Multiple-choice questions from a JSONL file. An answer is checked by the text of the option; letters and numbers of options are not
 * answers, since small models give them at random.
 */
import { resolve } from "node:path";
import type { ActionResult, Environment, Episode, Task } from "@grapevine/core";
import { z } from "zod";
import { practiceErrors } from "../errors.ts";
import { drawFromList } from "../task-list.ts";
import { type FileErrors, numberedLines, parseJson, readText } from "../text-file.ts";

const maxQuestionLength = 20_000;
const maxChoices = 26;

const questionSchema = z
  .object({
    id: z.string().min(1).optional(),
    subject: z.string().min(1).optional(),
    question: z.string().trim().min(1).max(maxQuestionLength),
    choices: z.array(z.string().trim().min(1)).min(2).max(maxChoices),
    answer: z.union([z.int().min(0), z.string()]),
  })
  .superRefine(({ choices, answer }, context) => {
    if (rightChoice(choices, answer) !== undefined) return;
    context.addIssue({ code: "custom", path: ["answer"], message: "is neither the index nor the text of a choice" });
  });

interface Question {
  readonly task: Task;
  readonly choices: readonly string[];
  readonly right: string;
}

/**
 * A question set as an environment; its id holds the file's absolute path.
 * @throws QUESTIONS_UNREADABLE; QUESTIONS_MALFORMED, with file and line, at the first line that is not a question
 */
export async function readQuestionSet(file: string): Promise<Environment> {
  const path = resolve(file);
  const questions = parseQuestions(await readText(path, errors), path);
  const byId = new Map(questions.map((question) => [question.task.id, question]));
  const list = questions.map(({ task }) => task);
  const id = `questions:${path}`;
  return {
    id,
    simulated: true, // an answer is compared with a text
    actionName: "Answer",
    tasks: async (query) => drawFromList(list, query, id),
    start: async (task) => {
      const question = byId.get(task.id);
      if (question === undefined) throw practiceErrors.create("TASK_UNKNOWN", `${id} has no question "${task.id}"`);
      return startEpisode(question);
    },
  };
}

const errors: FileErrors = {
  unreadable: (problem, cause) => practiceErrors.create("QUESTIONS_UNREADABLE", problem, { cause }),
  malformed: (problem, cause) => practiceErrors.create("QUESTIONS_MALFORMED", problem, { cause }),
};

function parseQuestions(text: string, path: string): Question[] {
  const questions: Question[] = [];
  const ids = new Set<string>();
  for (const { line, number } of numberedLines(text)) {
    const question = parseLine(line, number, path);
    if (ids.has(question.task.id)) throw malformed(path, number, `the id "${question.task.id}" was used before`);
    ids.add(question.task.id);
    questions.push(question);
  }
  if (questions.length === 0) throw practiceErrors.create("QUESTIONS_MALFORMED", `${path} holds no question`);
  return questions;
}

function parseLine(line: string, number: number, path: string): Question {
  const parsed = questionSchema.safeParse(parseJson(line, `${path}, line ${number}`, errors));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(path, number, `${issue?.path.join(".") || "the line"}: ${issue?.message ?? "is not a question"}`);
  }
  const { id = `line-${number}`, subject = "questions", question, choices, answer } = parsed.data;
  const right = rightChoice(choices, answer);
  if (right === undefined) throw malformed(path, number, "answer: names no choice");
  return { task: { id, family: subject, prompt: question }, choices, right };
}

function malformed(path: string, line: number, problem: string): Error {
  return errors.malformed(`${path}, line ${line}: ${problem}`);
}

function rightChoice(choices: readonly string[], answer: number | string): string | undefined {
  return typeof answer === "number" ? choices[answer] : choices.find((choice) => sameText(choice, answer));
}

/** One answer decides. A text that is none of the options is refused, and may be followed by another. */
function startEpisode({ task, choices, right }: Question): Episode {
  let answered: ActionResult | undefined;
  return {
    task,
    observation: `Options:\n${choices.map((choice) => `- ${choice}`).join("\n")}`,
    choices,
    act: async (action): Promise<ActionResult> => {
      if (answered !== undefined)
        return { ...answered, accepted: false, observation: "Error: the question was answered before." };
      const chosen = choices.find((choice) => sameText(choice, action));
      if (chosen === undefined) {
        return {
          accepted: false,
          done: false,
          solved: false,
          observation: "Error: that is none of the options; answer with the text of one.",
        };
      }
      const solved = sameText(chosen, right);
      answered = { accepted: true, done: true, solved, observation: solved ? "Right." : `Wrong. The answer is: ${right}` };
      return answered;
    },
  };
}

/** Equal but for case, white space, quotes around and a final stop. */
function sameText(left: string, right: string): boolean {
  return comparable(left) === comparable(right);
}

function comparable(text: string): string {
  const plain = text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
  return plain.replace(/^["'`]+|["'`.]+$/g, "") || plain;
}
