import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { grapevine, makeHome } from "./harness.ts";

const line = (msg: string, facts: object = {}, level = 30): string =>
  `${JSON.stringify({ level, time: Date.UTC(2026, 0, 2, 3, 4, 5), node: "bo", msg, ...facts })}\n`;

async function homeWithLog(text: string, name = "bo"): Promise<{ home: string; file: string }> {
  const home = await makeHome();
  await mkdir(join(home, name));
  const file = join(home, name, "node.log");
  await writeFile(file, text);
  return { home, file };
}

describe("logs", () => {
  it("shows the last lines of a node, running or not", async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => line(`entry ${index}`)).join("");
    const { home } = await homeWithLog(`${many}${line("a peer was lost", { peer: "12D3", left: 2 }, 40)}`);
    const { exitCode, stdout } = await grapevine(["logs", "-n", "2", "--home", home]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe("2026-01-02 03:04:05  info   entry 2999\n2026-01-02 03:04:05  warn   a peer was lost peer=12D3 left=2\n");
    expect((await grapevine(["logs", "-n", "3001", "--home", home])).stdout.split("\n")[0]).toContain("entry 0");
    const { stdout: documents } = await grapevine(["logs", "-n", "1", "--json", "--home", home]);
    expect(JSON.parse(documents)).toMatchObject({ level: 40, msg: "a peer was lost", node: "bo" });
  });

  it("follows until it is interrupted", async () => {
    const { home, file } = await homeWithLog(line("first"));
    const { stdout } = await grapevine(["logs", "-f", "--home", home], {
      during: async ({ shown, signal }) => {
        await shown("first");
        const [head, tail] = [line("second").slice(0, 20), line("second").slice(20)];
        await appendFile(file, head);
        await appendFile(file, tail);
        await shown("second");
        signal("SIGINT");
      },
    });
    expect(stdout).toMatch(/first\n.*second\n$/);
  });

  it("asks whose log is meant, and obeys no escape sequence in it", async () => {
    const { home } = await homeWithLog(`\u001b]0;title\u0007 cut by a cra\n`);
    expect((await grapevine(["logs", "--home", home])).stdout).toBe("]0;title cut by a cra\n");
    await mkdir(join(home, "cy"));
    await writeFile(join(home, "cy", "node.log"), line("of cy"));
    const { exitCode, stderr } = await grapevine(["logs", "--home", home]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("bo, cy have logs")]);
    expect((await grapevine(["logs", "--node", "cy", "--home", home])).stdout).toContain("of cy");
  });
});
