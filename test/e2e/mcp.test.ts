/** `grapevine mcp` as a coding agent starts it, in front of a real node; also with the MCP inspector's command line where GRAPEVINE_INSPECTOR names it. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NodeProcess, Nodes } from "./harness.ts";

const program = fileURLToPath(new URL("../../packages/cli/bin/grapevine.cjs", import.meta.url));
const inspector = process.env["GRAPEVINE_INSPECTOR"];

describe("grapevine mcp", () => {
  let nodes: Nodes;
  let node: NodeProcess;
  beforeAll(async () => {
    nodes = await Nodes.create();
    node = await nodes.up("ada");
  });
  afterAll(() => nodes.close());

  const words = (): string[] => ["--conditions=grapevine-source", program, "mcp", "--home", nodes.home];

  it("serves a client on stdin and stdout, also a node that was started anew, and ends with the client", async () => {
    const client = new Client({ name: "test", version: "1" });
    const transport = new StdioClientTransport({ command: process.execPath, args: words() });
    await client.connect(transport);
    const taught = await client.callTool({
      name: "teach",
      arguments: { situation: "The door squeaks", guidance: "Put oil on its hinges" },
    });
    const { id } = taught.structuredContent as { id: string };
    await node.stop();
    const away = await client.callTool({ name: "recall", arguments: { task: "The door squeaks" } });
    expect(JSON.stringify(away)).toContain("NODE_NOT_RUNNING");
    node = await nodes.up("ada");
    await expect.poll(async () => (await node.client.status()).queues.embedding, { timeout: 20_000 }).toBe(0);
    const recalled = await client.callTool({ name: "recall", arguments: { task: "The door squeaks" } });
    expect(recalled.structuredContent).toMatchObject({ lessons: [{ id }] });
    await client.close();
  });

  it.skipIf(inspector === undefined)(
    "is listed by the MCP inspector (skipped unless GRAPEVINE_INSPECTOR is the path of its cli)",
    async () => {
      const asked = [inspector ?? "", "--cli", process.execPath, ...words(), "--method", "tools/list"];
      const { stdout } = await promisify(execFile)(process.execPath, asked);
      const { tools } = JSON.parse(stdout) as { tools: { name: string }[] };
      expect(tools.map(({ name }) => name)).toContain("record_experience");
    },
  );
});
