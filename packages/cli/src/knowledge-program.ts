/** The words for what a node knows: its lessons and its experiences. */
import type { LessonState } from "@grapevine/core";
import { type Command, Option } from "commander";
import { examples, lessonStateNames, limitOption, offsetOption, word } from "./arguments.ts";
import type { Perform } from "./context.ts";
import { addExperienceKeeping, addLessonKeeping } from "./keeping-program.ts";
import { addExperienceTransfer, addLessonTransfer } from "./transfer-program.ts";

export function addLessonCommands(program: Command, perform: Perform): void {
  const lessons = program.command("lessons").description("what the node has learned, and from whom").helpCommand(false);
  examples(
    lessons
      .command("list")
      .description("the lessons, newest first")
      .addOption(new Option("--state <state>", "only those in this state").choices(lessonStateNames))
      .addOption(limitOption())
      .action((options: { state?: LessonState; limit?: number }) =>
        perform(async (context) => (await import("./commands/lessons.ts")).listLessons(context, options)),
      ),
    [
      ["lessons list", ""],
      ["lessons list --state held", "those that must prove themselves"],
    ],
  );
  examples(
    lessons
      .command("show")
      .description("everything about one lesson: why it is believed, whom it helped")
      .argument("<id>", "its id, or enough of its beginning", word)
      .action((id: string) => perform(async (context) => (await import("./commands/lessons.ts")).showLesson(context, id))),
    [["lessons show k3xq7a2m", ""]],
  );
  examples(
    lessons
      .command("search")
      .description("the lessons nearest to a text")
      .argument("<query>", "a few words", word)
      .addOption(limitOption())
      .action((query: string, options: { limit?: number }) =>
        perform(async (context) => (await import("./commands/lessons.ts")).searchLessons(context, { query, ...options })),
      ),
    [['lessons search "list in order"', ""]],
  );
  examples(
    lessons
      .command("conflicts")
      .description("lessons that give opposite guidance for one situation, side by side")
      .addOption(limitOption())
      .addOption(offsetOption())
      .action((options: { limit?: number; offset?: number }) =>
        perform(async (context) => (await import("./commands/conflicts.ts")).listConflicts(context, options)),
      ),
    [["lessons conflicts", "outcomes decide; until then the better one is used"]],
  );
  examples(
    lessons
      .command("retract")
      .description("take a lesson of your own back, everywhere")
      .argument("<id>", "its id, or enough of its beginning", word)
      .option("--reason <text>", "why, for those who read it")
      .action((id: string, options: { reason?: string }) =>
        perform(async (context) => (await import("./commands/lessons.ts")).retractLesson(context, { id, ...options })),
      ),
    [['lessons retract k3xq7a2m --reason "wrong since version 2"', ""]],
  );
  addLessonKeeping(lessons, perform);
  addLessonTransfer(lessons, perform);
}

export function addExperienceCommands(program: Command, perform: Perform): void {
  const experiences = program
    .command("experiences")
    .description("what the node has lived through; never leaves this machine")
    .helpCommand(false);
  examples(
    experiences
      .command("list")
      .description("the experiences, newest first")
      .addOption(limitOption())
      .action((options: { limit?: number }) =>
        perform(async (context) => (await import("./commands/experiences.ts")).listExperiences(context, options)),
      ),
    [["experiences list --limit 20", ""]],
  );
  examples(
    experiences
      .command("show")
      .description("one experience, step by step")
      .argument("<id>", "its id, or the end of it", word)
      .action((id: string) =>
        perform(async (context) => (await import("./commands/experiences.ts")).showExperience(context, id)),
      ),
    [["experiences show 8M3K0Q7Z", ""]],
  );
  addExperienceKeeping(experiences, perform);
  addExperienceTransfer(experiences, perform);
}
