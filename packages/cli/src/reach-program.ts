/** The words for invites: the part of the program beside `program.ts` that concerns them. */
import { type Command, Option } from "commander";
import { duration, examples, whole, word } from "./arguments.ts";
import type { Perform } from "./context.ts";

export function addInvites(program: Command, perform: Perform): void {
  const invite = program
    .command("invite")
    .description("print the line that lets another node join")
    .helpCommand(false)
    .addOption(
      new Option("--expires <time>", "how long it holds, such as 30m, 12h or 90d (7d)").argParser(duration(minuteMs, yearMs)),
    )
    .addOption(new Option("--uses <n>", "how many peers may join by it; any number otherwise").argParser(whole(1, 1000)))
    .option("--qr", "show it as a QR code as well", false)
    .action(({ expires, uses, qr }: { expires?: number; uses?: number; qr: boolean }) =>
      perform(async (context) => (await import("./commands/invites.ts")).invite(context, { expiresInMs: expires, uses, qr })),
    );
  examples(invite, [
    ["invite", "give the line to whom you like, within a week"],
    ["invite --uses 1 --expires 1h", "for one peer, now"],
    ["invite --qr", "to be read by a camera"],
  ]);
  examples(
    invite
      .command("list")
      .description("the invites that this node has made, and who joined by them")
      .action(() => perform(async (context) => (await import("./commands/invites.ts")).listInvites(context))),
    [["invite list", ""]],
  );
  examples(
    invite
      .command("revoke")
      .description("let nobody join by an invite any more; who has joined stays")
      .argument("<id>", "its id, or enough of its beginning", word)
      .action((id: string) => perform(async (context) => (await import("./commands/invites.ts")).revokeInvite(context, id))),
    [["invite revoke k3xq7a2m", "in an open swarm, whoever kept the address can still connect"]],
  );
}

const minuteMs = 60_000;
const yearMs: number = 365 * 86_400_000;
