/** The words for the agent's work: asking, feedback, teaching, practice. */
import type { LessonKind, Verdict } from "@grapevine/core";
import { Argument, type Command, Option } from "commander";
import { examples, lessonKindNames, verdictNames, whole, word } from "./arguments.ts";
import type { AskArguments } from "./commands/ask.ts";
import type { Perform } from "./context.ts";

export function addAgentCommands(program: Command, perform: Perform): void {
  examples(
    program
      .command("ask")
      .description("ask the node's agent, or a peer's")
      .argument("<question>", "the question; - reads it from standard input")
      .addOption(new Option("--peer <peer>", "name or id of the peer that is to answer").argParser(word))
      .addOption(
        new Option("--best", "ask whoever is surest: this node, or a trusted peer; all of them see the question").conflicts(
          "peer",
        ),
      )
      .option("--force", "send the question although the redaction gate objects; says what leaves")
      .addOption(new Option("--timeout <seconds>", "how long peers may take (300)").argParser(whole(1, 300)))
      .option("--no-lessons", "answer without lessons")
      .option("--fresh", "ask the model even where a verified answer to the same question is known")
      .option("--both-sides", "let lessons that contradict each other both into the prompt")
      .option("--why", "say also which lessons were considered and left out, and for what reason")
      .action((question: string, options: Omit<AskArguments, "question">) =>
        perform(async (context) => (await import("./commands/ask.ts")).ask(context, { question, ...options })),
      ),
    [
      ['ask "How do I list a box by size?"', "streams the answer"],
      ['ask "…" --peer bo', "let the peer bo answer"],
      ['ask "…" --best', "let the surest answer, and say why"],
      ['ask "…" --fresh', "let the model answer again what it has answered before"],
      ['ask "…" --why', "say which lessons were left out, and why"],
      ["ask - < question.txt", "a long question"],
    ],
  );
  examples(
    program
      .command("feedback")
      .description("say how an answer turned out")
      .argument("<experience>", "its id, or the end of it", word)
      .addArgument(new Argument("<verdict>", "how it went").choices(verdictNames))
      .option("--comment <text>", "what was changed, or what went wrong")
      .action((experience: string, verdict: Verdict, options: { comment?: string }) =>
        perform(async (context) =>
          (await import("./commands/feedback.ts")).feedback(context, { experience, verdict, ...options }),
        ),
      ),
    [
      ["feedback 8M3K0Q7Z worked", "the lesson that ranked first gains by it"],
      ['feedback 8M3K0Q7Z failed --comment "no such flag"', ""],
    ],
  );
  examples(
    program
      .command("teach")
      .description("write a lesson by hand")
      .requiredOption("--situation <text>", "when it applies")
      .requiredOption("--guidance <text>", "what to do, in the imperative")
      .option("--title <text>", "a title; the beginning of the guidance otherwise")
      .addOption(new Option("--kind <kind>", "what sort of lesson it is").choices(lessonKindNames))
      .option("--tag <tag...>", "words to find it by")
      .action(({ tag, ...lesson }: { situation: string; guidance: string; title?: string; kind?: LessonKind; tag?: string[] }) =>
        perform(async (context) =>
          (await import("./commands/teach.ts")).teach(context, { ...lesson, ...(tag === undefined ? {} : { tags: tag }) }),
        ),
      ),
    [['teach --situation "A box of stash is to be listed in order" --guidance "Use stash peek BOX --by FIELD" --tag stash', ""]],
  );
  addPractise(program, perform);
}

interface PractiseOptions {
  readonly tasks?: number;
  readonly seed?: number;
  readonly maxSteps?: number;
  readonly lessons: boolean;
  readonly learn: boolean;
}

function addPractise(program: Command, perform: Perform): void {
  examples(
    program
      .command("practise")
      .description("let the agent work on tasks that check themselves, and learn from them")
      .argument("<environment>", "tools, tables or order, each also with :SEED; questions:FILE; command:FILE", word)
      .addOption(new Option("--tasks <n>", "how many (5)").argParser(whole(1, 1_000)))
      .addOption(new Option("--seed <n>", "other seeds give other tasks (1)").argParser(whole(0, 2_147_483_647)))
      .addOption(new Option("--max-steps <n>", "most actions a task (4)").argParser(whole(1, 20)))
      .option("--no-lessons", "without lessons in the prompts")
      .option("--no-learn", "a test: nothing is distilled from it")
      .action((environment: string, options: PractiseOptions) =>
        perform(async (context) => (await import("./commands/practise.ts")).practise(context, { environment, ...options })),
      ),
    [
      ["practise tools:7 --tasks 6", "six tasks of the tool world 7"],
      ["practise tables --tasks 12", "questions about tables, in a query language made from the seed"],
      ["practise order", "work in which the order counts and nothing can be undone"],
      ["practise command:checker.json", "tasks of your own, checked by a command of your own"],
      ["practise questions:exam.jsonl --no-learn", "a test with questions of your own"],
    ],
  );
}
