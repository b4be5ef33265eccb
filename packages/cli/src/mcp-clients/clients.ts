/** Where coding agents and editors keep the list of their MCP servers, and in which form an entry stands there. */
import { join } from "node:path";

export const mcpClientNames = ["claude-code", "cursor", "vscode", "codex", "gemini", "zed"] as const;

export type McpClientName = (typeof mcpClientNames)[number];

export interface McpClient {
  /** Absolute. */
  readonly file: string;
  readonly format: "json" | "toml";
  /** Under which key of the file the entries stand, by their names. */
  readonly section: string;
  /** The entry of a server that is started by a command. */
  readonly entry: (command: ServerCommand) => Readonly<Record<string, unknown>>;
}

/** A program and its arguments, as they are started. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Place {
  readonly userHome: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

export function mcpClient(name: McpClientName, place: Place): McpClient {
  const { userHome, environment } = place;
  switch (name) {
    case "claude-code":
      return {
        file: join(environment["CLAUDE_CONFIG_DIR"] ?? userHome, ".claude.json"),
        format: "json",
        section: "mcpServers",
        entry: typed,
      };
    case "cursor":
      return { file: join(userHome, ".cursor", "mcp.json"), format: "json", section: "mcpServers", entry: plain };
    case "vscode":
      return { file: join(settingsFolder(place), "Code", "User", "mcp.json"), format: "json", section: "servers", entry: typed };
    case "codex":
      return {
        file: join(environment["CODEX_HOME"] ?? join(userHome, ".codex"), "config.toml"),
        format: "toml",
        section: "mcp_servers",
        entry: plain,
      };
    case "gemini":
      return { file: join(userHome, ".gemini", "settings.json"), format: "json", section: "mcpServers", entry: plain };
    case "zed":
      return {
        file: join(zedFolder(place), "settings.json"),
        format: "json",
        section: "context_servers",
        entry: (command) => ({ source: "custom", ...plain(command) }),
      };
  }
}

function plain({ command, args }: ServerCommand): Readonly<Record<string, unknown>> {
  return { command, args: [...args] };
}

function typed(command: ServerCommand): Readonly<Record<string, unknown>> {
  return { type: "stdio", ...plain(command) };
}

/** Where programs keep their settings. */
function settingsFolder({ userHome, environment, platform }: Place): string {
  if (platform === "darwin") return join(userHome, "Library", "Application Support");
  if (platform === "win32") return environment["APPDATA"] ?? join(userHome, "AppData", "Roaming");
  return environment["XDG_CONFIG_HOME"] ?? join(userHome, ".config");
}

/** Zed has its own on macOS. */
function zedFolder(place: Place): string {
  if (place.platform === "win32") return join(settingsFolder(place), "Zed");
  return join(place.platform === "darwin" ? join(place.userHome, ".config") : settingsFolder(place), "zed");
}
