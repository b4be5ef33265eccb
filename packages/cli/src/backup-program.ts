/** The words for keeping a whole node as a file. */
import { type Command, Option } from "commander";
import { examples, word } from "./arguments.ts";
import type { Perform } from "./context.ts";

export function addBackupCommands(program: Command, perform: Perform): void {
  examples(
    program
      .command("backup")
      .description("write a node into one file, while it runs or not: its store, its settings and its keys")
      .argument("<file>", "replaced when the new one is whole; you alone may read it", word)
      .option("--no-keys", "leave out the keys, without which nobody can be this node again")
      .action((file: string, { keys }: { keys: boolean }) =>
        perform(async (context) => (await import("./commands/backup.ts")).backUp(context, { file, keys })),
      ),
    [
      ["backup grapevine.tar.gz", "the node goes on meanwhile"],
      ["backup /mnt/disk/bo.tar.gz --node bo --json", "in a script"],
    ],
  );
  examples(
    program
      .command("restore")
      .description("make a node of a backup; nothing that is there is touched, and a damaged file makes none")
      .argument("<file>", "what `backup` wrote", word)
      .addOption(new Option("--name <name>", "what the node is called; as it was otherwise").argParser(word))
      .action((file: string, { name }: { name?: string }) =>
        perform(async (context) =>
          (await import("./commands/backup.ts")).restore(context, { file, ...(name === undefined ? {} : { name }) }),
        ),
      ),
    [["restore grapevine.tar.gz", "then start it; stop first the one that it was made of"]],
  );
}
