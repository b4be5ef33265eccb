/** The words for the other nodes, and what the user thinks of them. */
import { type Command, Option } from "commander";
import { examples, word } from "./arguments.ts";
import type { Perform } from "./context.ts";

export function addPeerCommands(program: Command, perform: Perform): void {
  const peers = program.command("peers").description("the other nodes, and what you think of them").helpCommand(false);
  examples(
    peers
      .command("list")
      .description("the peers that are known here")
      .action(() => perform(async (context) => (await import("./commands/peers.ts")).listPeers(context))),
    [["peers list", ""]],
  );
  examples(
    peers
      .command("trust")
      .description("believe a peer's lessons on arrival")
      .argument("<peer>", "name or id", word)
      .addOption(new Option("--name <name>", "what to call it from now on").argParser(word))
      .action((peer: string, options: { name?: string }) =>
        perform(async (context) => (await import("./commands/peers.ts")).trustPeer(context, { peer, ...options })),
      ),
    [
      ["peers trust bo", ""],
      ["peers trust 12D3KooW… --name bo", "and give it a name"],
    ],
  );
  examples(
    peers
      .command("block")
      .description("take nothing of a peer any more")
      .argument("<peer>", "name or id", word)
      .action((peer: string) => perform(async (context) => (await import("./commands/peers.ts")).blockPeer(context, peer))),
    [["peers block bo", ""]],
  );
  examples(
    peers
      .command("allow")
      .description("take a trust or a block back")
      .argument("<peer>", "name or id", word)
      .action((peer: string) => perform(async (context) => (await import("./commands/peers.ts")).allowPeer(context, peer))),
    [["peers allow bo", ""]],
  );
}
