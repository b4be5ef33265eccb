/** The words for clients of the Model Context Protocol. */
import { Argument, type Command } from "commander";
import { examples } from "./arguments.ts";
import type { Perform } from "./context.ts";
import { type McpClientName, mcpClientNames } from "./mcp-clients/clients.ts";

export function addMcpCommands(program: Command, perform: Perform): void {
  const mcp = program
    .command("mcp")
    .description("serve the running node to a coding agent, over MCP on stdin and stdout")
    .helpCommand(false)
    .action(() => perform(async (context) => (await import("./commands/mcp.ts")).serveMcp(context)));
  examples(mcp, [
    ["mcp install claude-code", "agents start `grapevine mcp` themselves; this tells one how"],
    ["mcp --node ada", "for the node ada"],
  ]);
  const client = (): Argument => new Argument("<client>", "which").choices(mcpClientNames);
  examples(
    mcp
      .command("install")
      .description("put the node into a client's list of servers; the file as it was is kept")
      .addArgument(client())
      .option("--print", "only show what would be written, and where", false)
      .action((name: McpClientName, { print }: { print: boolean }) =>
        perform(async (context) => (await import("./commands/mcp.ts")).installMcp(context, name, { print })),
      ),
    [
      ["mcp install cursor", ""],
      ["mcp install codex --print", "to copy it by hand"],
    ],
  );
  examples(
    mcp
      .command("uninstall")
      .description("take it out of there")
      .addArgument(client())
      .action((name: McpClientName) =>
        perform(async (context) => (await import("./commands/mcp.ts")).uninstallMcp(context, name)),
      ),
    [["mcp uninstall cursor", ""]],
  );
}
