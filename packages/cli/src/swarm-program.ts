/** The words for closed swarms: the part of the program beside `program.ts` that concerns them. */
import { type Command, Option } from "commander";
import { examples, word } from "./arguments.ts";
import type { Perform } from "./context.ts";

export function addSwarmCommands(program: Command, perform: Perform): void {
  const swarm = program.command("swarm").description("closed swarms: whom the owner admits, and nobody else").helpCommand(false);
  examples(
    swarm
      .command("create")
      .description("found a closed swarm that your node owns; prints its name")
      .argument("<name>", "letters, digits, '.', '-' and '_'", word)
      .action((label: string) => perform(async (context) => (await import("./commands/swarm.ts")).createSwarm(context, label))),
    [["swarm create team", "then start the node in it, with the line that is printed"]],
  );
  examples(
    swarm
      .command("members")
      .description("who is in the swarm, and who was revoked")
      .action(() => perform(async (context) => (await import("./commands/swarm.ts")).listMembers(context))),
    [["swarm members", ""]],
  );
  examples(
    swarm
      .command("admit")
      .description("let a node into the swarm that you own")
      .argument("<peer>", "its peer id, from `grapevine status` there; or a name", word)
      .addOption(new Option("--expires <when>", "when it ends: 12h, 30d, or a date").argParser(word))
      .action((peer: string, { expires }: { expires?: string }) =>
        perform(async (context) => (await import("./commands/swarm.ts")).admitMember(context, { peer, expires })),
      ),
    [
      ["swarm admit 12D3KooW…", "until you revoke it"],
      ["swarm admit 12D3KooW… --expires 30d", "for a guest"],
    ],
  );
  examples(
    swarm
      .command("revoke")
      .description("put a member out: nothing new by it is taken anywhere in the swarm, until you admit it again")
      .argument("<peer>", "name or peer id", word)
      .addOption(new Option("--since <when>", "its key was stolen then: 2h ago, or a date; its later lessons go").argParser(word))
      .option("--yes", "do not ask first", false)
      .action((peer: string, options: { since?: string; yes: boolean }) =>
        perform(async (context) => (await import("./commands/swarm.ts")).revokeMember(context, { peer, ...options })),
      ),
    [
      ["swarm revoke bo", "asks first; what bo has taught so far stays"],
      ["swarm revoke bo --since 2h --yes", "of the last two hours nothing stays"],
    ],
  );
}
