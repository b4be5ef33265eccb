import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse as parseToml } from "@decimalturn/toml-patch";
import { describe, expect, it } from "vitest";
import { type McpClientName, mcpClient, mcpClientNames } from "../src/mcp-clients/clients.ts";
import { printedEntry, removeEntry, writeEntry } from "../src/mcp-clients/config-file.ts";
import { makeHome } from "./harness.ts";

const command = { command: "/usr/bin/node", args: ["/a folder/grapevine", "mcp", "--home", "/h"] };

interface Scene {
  readonly file: string;
  readonly install: () => ReturnType<typeof writeEntry>;
  readonly uninstall: () => ReturnType<typeof removeEntry>;
  readonly text: () => Promise<string>;
}

/** A client's settings in a user's home of its own, with the text in them where one is given. */
async function scene(name: McpClientName, before?: string): Promise<Scene> {
  const client = mcpClient(name, { userHome: await makeHome(), environment: {}, platform: "linux" });
  await mkdir(dirname(client.file), { recursive: true });
  if (before !== undefined) await writeFile(client.file, before);
  return {
    file: client.file,
    install: () => writeEntry(client, client.entry(command)),
    uninstall: () => removeEntry(client),
    text: () => readFile(client.file, "utf8"),
  };
}

const settings: Readonly<Record<"json" | "toml", (section: string) => string>> = {
  json: (section) =>
    `{\n  // mine\n  "theme": "dark", /* keep */\n  "${section}": {\n    "other": {\n      "command": "a"\n    }\n  }\n}\n`,
  toml: (section) => `# mine\ntheme = "dark" # keep\n\n[${section}.other]\ncommand = "a"\n`,
};

describe.each(mcpClientNames)("the settings of %s", (name) => {
  const { format, section } = mcpClient(name, { userHome: "/h", environment: {}, platform: "linux" });

  it("get an entry, once, with all else as it was and kept beside it, and lose it again", async () => {
    const before = settings[format](section);
    const { file, install, uninstall, text } = await scene(name, before);
    expect(await install()).toEqual({ changed: true, backup: `${file}.before-grapevine` });
    const after = await text();
    expect(after).toContain("# mine".slice(format === "toml" ? 0 : 2));
    expect(after).toContain("/a folder/grapevine");
    expect(after).toContain("other");
    expect(await readFile(`${file}.before-grapevine`, "utf8")).toBe(before);
    expect(await install()).toEqual({ changed: false });
    expect(await text()).toBe(after);
    expect(await uninstall()).toMatchObject({ changed: true });
    expect(await text()).toBe(before);
    expect(await uninstall()).toEqual({ changed: false });
  });

  it("are made where there are none, and hold nothing of it afterwards", async () => {
    const { install, uninstall, text } = await scene(name);
    expect(await install()).toEqual({ changed: true });
    const made = await text();
    const value = (format === "toml" ? parseToml(made) : JSON.parse(made)) as Record<string, Record<string, unknown>>;
    expect(value).toMatchObject({ [section]: { grapevine: { command: command.command, args: command.args } } });
    await uninstall();
    expect(await text()).not.toContain("grapevine");
  });
});

describe("somebody else's settings", () => {
  it("are left as they are where they cannot be read", async () => {
    const broken: readonly [McpClientName, string][] = [
      ["cursor", '{"mcpServers": '],
      ["cursor", '{"mcpServers": 7}'],
      ["cursor", "[]"],
      ["codex", "mcp_servers = ["],
    ];
    for (const [name, before] of broken) {
      const { install, uninstall, text } = await scene(name, before);
      await expect(install(), before).rejects.toMatchObject({ code: "CLI_CONFIG_MALFORMED" });
      await expect(uninstall(), before).rejects.toMatchObject({ code: "CLI_CONFIG_MALFORMED" });
      expect(await text()).toBe(before);
    }
  });

  it("stay a link where they are one", async () => {
    const { file, install } = await scene("cursor");
    const elsewhere = join(dirname(file), "kept.json");
    await writeFile(elsewhere, "{}\n");
    await symlink(elsewhere, file);
    await install();
    expect(await readFile(elsewhere, "utf8")).toContain("grapevine");
  });

  it("are replaced where the command has changed, and found where each system and variable puts them", async () => {
    const { install, text, file } = await scene("cursor");
    await install();
    await writeEntry({ file, format: "json", section: "mcpServers" }, { command: "/new" });
    expect(await text()).not.toContain("/usr/bin/node");
    const place = { userHome: "/u", environment: { CODEX_HOME: "/c", CLAUDE_CONFIG_DIR: "/d", XDG_CONFIG_HOME: "/x" } };
    expect(mcpClient("codex", { ...place, platform: "linux" }).file).toBe("/c/config.toml");
    expect(mcpClient("claude-code", { ...place, platform: "linux" }).file).toBe("/d/.claude.json");
    expect(mcpClient("zed", { ...place, platform: "linux" }).file).toBe("/x/zed/settings.json");
    expect(mcpClient("zed", { ...place, platform: "darwin" }).file).toBe("/u/.config/zed/settings.json");
    expect(mcpClient("vscode", { ...place, platform: "darwin" }).file).toBe("/u/Library/Application Support/Code/User/mcp.json");
  });

  it("are shown as they would be", () => {
    const client = mcpClient("vscode", { userHome: "/u", environment: {}, platform: "linux" });
    expect(JSON.parse(printedEntry(client, client.entry(command)))).toEqual({
      servers: { grapevine: { type: "stdio", ...command } },
    });
  });
});
