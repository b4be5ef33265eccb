/** The words for a node's keys: the part of the program beside `program.ts` that concerns them. */
import { type Command, Option } from "commander";
import { examples, word } from "./arguments.ts";
import type { Perform } from "./context.ts";

export function addIdentityCommands(program: Command, perform: Perform): void {
  const identity = program.command("identity").description("the node's key, and the next one").helpCommand(false);
  examples(
    identity
      .command("show")
      .description("who the node is, which next key it is held to, and where the files are")
      .action(() => perform(async (context) => (await import("./commands/identity.ts")).showIdentity(context))),
    [["identity show", "keep the next key's file elsewhere: it is what a thief must not have"]],
  );
  examples(
    identity
      .command("rotate")
      .description("replace the key of a stopped node by the next one: what the old key signs from now on is refused")
      .addOption(new Option("--next-key <file>", "where you keep it; default: in the node's home").argParser(word))
      .addOption(new Option("--since <when>", "the key was stolen then: 2h ago, or a date; its later lessons go").argParser(word))
      .option("--yes", "do not ask first", false)
      .action((options: { nextKey?: string; since?: string; yes: boolean }) =>
        perform(async (context) => (await import("./commands/identity.ts")).rotateIdentity(context, options)),
      ),
    [
      ["identity rotate", "asks first; what the node has taught so far stays"],
      ["identity rotate --next-key /media/stick/next-key --since 2h --yes", "after a theft; nothing of the last two hours stays"],
    ],
  );
}
