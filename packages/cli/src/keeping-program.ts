/** The words for what the user wants kept, and what forgotten: the part of the program beside `program.ts` that concerns them. */
import type { Command } from "commander";
import { examples, word } from "./arguments.ts";
import type { Perform } from "./context.ts";

export function addLessonKeeping(lessons: Command, perform: Perform): void {
  examples(
    lessons
      .command("forget")
      .description("delete a lesson from this node for good, and prove that nothing of it is left on the disk")
      .argument("<id>", "its id, or enough of its beginning", word)
      .option("--yes", "do not ask first", false)
      .action((id: string, { yes }: { yes: boolean }) =>
        perform(async (context) => (await import("./commands/forgetting.ts")).forgetLesson(context, { id, yes })),
      ),
    [
      ["lessons forget k3xq7a2m", "asks first; peers' copies stay with them and do not come back here"],
      ["lessons forget k3xq7a2m --yes", "in a script"],
    ],
  );
  examples(
    lessons
      .command("pin")
      .description("keep a lesson, however full it gets")
      .argument("<id>", "its id, or enough of its beginning", word)
      .action((id: string) =>
        perform(async (context) => (await import("./commands/forgetting.ts")).pinLesson(context, { id, pinned: true })),
      ),
    [["lessons pin k3xq7a2m", ""]],
  );
  examples(
    lessons
      .command("unpin")
      .description("let a pinned lesson be pruned again")
      .argument("<id>", "its id, or enough of its beginning", word)
      .action((id: string) =>
        perform(async (context) => (await import("./commands/forgetting.ts")).pinLesson(context, { id, pinned: false })),
      ),
    [["lessons unpin k3xq7a2m", ""]],
  );
}

export function addExperienceKeeping(experiences: Command, perform: Perform): void {
  examples(
    experiences
      .command("forget")
      .description("delete an experience for good, and prove that nothing of it is left on the disk")
      .argument("<id>", "its id, or the end of it", word)
      .option("--yes", "do not ask first", false)
      .action((id: string, { yes }: { yes: boolean }) =>
        perform(async (context) => (await import("./commands/forgetting.ts")).forgetExperience(context, { id, yes })),
      ),
    [
      ["experiences forget 8M3K0Q7Z", "asks first; a lesson that was made of it stays"],
      ["experiences forget 8M3K0Q7Z --yes", "in a script"],
    ],
  );
}
