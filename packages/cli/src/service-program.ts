/** The words for a node that systemd starts. */
import type { Command } from "commander";
import { examples } from "./arguments.ts";
import type { Perform } from "./context.ts";

export function addServiceCommands(program: Command, perform: Perform): void {
  const service = program
    .command("service")
    .description("a node that starts when you log in, and again when it fails (systemd)")
    .helpCommand(false);
  examples(
    service
      .command("install")
      .description("write a unit for your own systemd, enable it, and start the node")
      .option("--print", "only show the unit", false)
      .action((options: { print: boolean }) =>
        perform(async (context) => (await import("./commands/service.ts")).installService(context, options)),
      ),
    [
      ["service install", "what it goes by is in its settings: see `grapevine config list`"],
      ["service install --node bo --print", "to look at, or for another place"],
    ],
  );
  examples(
    service
      .command("uninstall")
      .description("stop the node, and take the unit away; what the node holds stays")
      .option("--print", "only show which file would go", false)
      .action((options: { print: boolean }) =>
        perform(async (context) => (await import("./commands/service.ts")).uninstallService(context, options)),
      ),
    [["service uninstall", ""]],
  );
}
