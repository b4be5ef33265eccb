/** The words for lessons and experiences that leave a node as a file, and come into one. */
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
        new Option(
          "--format <format>",
          "jsonl: signed records, a line each; car: a content-addressed archive; skill: a folder with SKILL.md",
        )
          .choices(["jsonl", "car", "skill"])
          .default("jsonl"),
      )
      .addOption(new Option("--state <state>", "only those in this state").choices(lessonStateNames))
      .addOption(new Option("--out <path>", "file or folder; standard output otherwise").argParser(word))
      .action((options: ExportArguments) =>
        perform(async (context) => (await import("./commands/lesson-files.ts")).exportLessons(context, options)),
      ),
    [
      ["lessons export --out lessons.jsonl", "for another node of yours, or to look at"],
      ["lessons export --format car --out lessons.car", "for tools that know records by their ids"],
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

export function addExperienceTransfer(experiences: Command, perform: Perform): void {
  examples(
    experiences
      .command("export")
      .description("write all experiences as JSON, a line each, for yourself: what you asked is in them, as you asked it")
      .addOption(new Option("--out <path>", "a file that you alone may read; standard output otherwise").argParser(word))
      .action((options: { out?: string }) =>
        perform(async (context) => (await import("./commands/experience-files.ts")).exportExperiences(context, options)),
      ),
    [["experiences export --out experiences.jsonl", "for another node of yours"]],
  );
  examples(
    experiences
      .command("import")
      .description("take experiences from a file as your own; those that are here already stay as they are")
      .argument("<file>", "what `experiences export` wrote; - reads standard input", word)
      .action((file: string) =>
        perform(async (context) => (await import("./commands/experience-files.ts")).importExperiences(context, file)),
      ),
    [["experiences import experiences.jsonl", "what is distilled of them passes the same gate as ever"]],
  );
}
