/** The words for lessons that leave a node as a file, and come into one. */
import { type Command, Option } from "commander";
import { examples, lessonStateNames, word } from "./arguments.ts";
import type { ExportArguments } from "./commands/lesson-files.ts";
import type { Perform } from "./context.ts";

export function addLessonTransfer(lessons: Command, perform: Perform): void {
  examples(
    lessons
      .command("export")
      .description("write lessons to a file, or to a folder that coding agents read; own and admitted ones, unless you say else")
      .addOption(
        new Option("--format <format>", "jsonl: signed records, a line each; skill: a folder with SKILL.md")
          .choices(["jsonl", "skill"])
          .default("jsonl"),
      )
      .addOption(new Option("--state <state>", "only those in this state").choices(lessonStateNames))
      .addOption(new Option("--out <path>", "file or folder; standard output otherwise").argParser(word))
      .action((options: ExportArguments) =>
        perform(async (context) => (await import("./commands/lesson-files.ts")).exportLessons(context, options)),
      ),
    [
      ["lessons export --out lessons.jsonl", "for another node of yours, or to look at"],
      ["lessons export --format skill --out .claude/skills/grapevine-lessons", "for a coding agent"],
    ],
  );
  examples(
    lessons
      .command("import")
      .description("take lessons from a file, as if a peer had brought them: strangers' are held until they prove themselves")
      .argument("<file>", "what `lessons export` wrote; - reads standard input", word)
      .action((file: string) =>
        perform(async (context) => (await import("./commands/lesson-files.ts")).importLessons(context, file)),
      ),
    [["lessons import lessons.jsonl", "your own come back as your own"]],
  );
}
