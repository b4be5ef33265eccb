/**
 * Multiple-choice questions from a JSONL file. An answer is checked by the text of the option; letters and numbers of options are not
 * answers, since small models give them at random.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type ActionResult, type Environment, type Episode, messageOf, type Task, type TaskQuery } from "@grapevine/core";
import { z } from "zod";
import { practiceErrors } from "../errors.ts";
import { memberAt, randomFrom } from "../random.ts";

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
  const questions = parseQuestions(await readText(path), path);
  const byId = new Map(questions.map((question) => [question.task.id, question]));
  const id = `questions:${path}`;
  return {
    id,
    simulated: true, // an answer is compared with a text
    actionName: "Answer",
    tasks: async (query) => drawTasks(questions, query, id),
    start: async (task) => {
      const question = byId.get(task.id);
      if (question === undefined) throw practiceErrors.create("TASK_UNKNOWN", `${id} has no question "${task.id}"`);
      return startEpisode(question);
    },
  };
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError)
      throw practiceErrors.create("QUESTIONS_MALFORMED", `${path} is not UTF-8 text`, { cause: error });
    throw practiceErrors.create("QUESTIONS_UNREADABLE", `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function parseQuestions(text: string, path: string): Question[] {
  const questions: Question[] = [];
  const ids = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const question = parseLine(line, index + 1, path);
    if (ids.has(question.task.id)) throw malformed(path, index + 1, `the id "${question.task.id}" was used before`);
    ids.add(question.task.id);
    questions.push(question);
  }
  if (questions.length === 0) throw practiceErrors.create("QUESTIONS_MALFORMED", `${path} holds no question`);
  return questions;
}

function parseLine(line: string, number: number, path: string): Question {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch (error) {
    throw malformed(path, number, `not JSON (${messageOf(error)})`, error);
  }
  const parsed = questionSchema.safeParse(data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(path, number, `${issue?.path.join(".") || "the line"}: ${issue?.message ?? "is not a question"}`);
  }
  const { id = `line-${number}`, subject = "questions", question, choices, answer } = parsed.data;
  const right = rightChoice(choices, answer);
  if (right === undefined) throw malformed(path, number, "answer: names no choice");
  return { task: { id, family: subject, prompt: question }, choices, right };
}

function malformed(path: string, line: number, problem: string, cause?: unknown): Error {
  return practiceErrors.create("QUESTIONS_MALFORMED", `${path}, line ${line}: ${problem}`, { cause });
}

function rightChoice(choices: readonly string[], answer: number | string): string | undefined {
  return typeof answer === "number" ? choices[answer] : choices.find((choice) => sameText(choice, answer));
}

/** With a split, every second question of the file is for practice and the others are for tests. */
function drawTasks(questions: readonly Question[], { count, seed, split }: TaskQuery, id: string): Task[] {
  const eligible = questions.filter((_, index) => split === undefined || (index % 2 === 0) === (split === "practice"));
  if (!Number.isInteger(count) || count < 0 || count > eligible.length) {
    const which = split === undefined ? "all" : `all for ${split}`;
    throw practiceErrors.create(
      "TASKS_EXHAUSTED",
      `${count} is not a number of tasks from 0 to ${eligible.length}, ${which} that ${id} has`,
    );
  }
  const order = randomFrom(seed).shuffled([...eligible.keys()]);
  return order.slice(0, count).map((index) => memberAt(eligible, index).task);
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
