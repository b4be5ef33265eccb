import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { GateReport, NodeAccess } from "../src/node-access.ts";
import { grapevine, makeHome, type Ran } from "./harness.ts";

/** A gate for the command's own tests: refuses every "secret". */
const nodes: Partial<NodeAccess> = {
  checkText: async (text): Promise<GateReport> => {
    const start = text.indexOf("secret");
    const findings = start === -1 ? [] : [{ kind: "secret", rule: "test", start, end: start + 6 }];
    return { passes: findings.length === 0, findings };
  },
};

async function checkFile(content: string | Uint8Array, ...words: string[]): Promise<Ran> {
  const folder = await makeHome();
  await writeFile(join(folder, "texts"), content);
  return grapevine(["check", "texts", ...words], { nodes, workingFolder: folder });
}

describe("check", () => {
  it("passes a clean text", async () => {
    expect(await checkFile("nothing here")).toMatchObject({ exitCode: 0, stdout: "texts: passes\n" });
  });

  it("refuses with exit code 1, and says where without repeating what", async () => {
    const { exitCode, stdout } = await checkFile("one\n a secret");
    expect(exitCode).toBe(1);
    expect(stdout).toBe("texts: refused\n  secret (test) at line 2, column 4, 6 characters\n");
  });

  it("reads standard input, and gives one document with --json", async () => {
    const { exitCode, stdout } = await grapevine(["check", "--json"], { nodes, stdin: Readable.from([Buffer.from("a secret")]) });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ passes: false, findings: [{ kind: "secret", rule: "test", start: 2, end: 8 }] });
  });

  it("gives a result a line with --jsonl", async () => {
    const { exitCode, stdout } = await checkFile(
      '{"text": "fine"}\nplain secret\n\n{"text": "secret\\n"}\n',
      "--jsonl",
      "--json",
    );
    expect(exitCode).toBe(1);
    const results = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).passes);
    expect(results).toEqual([true, false, true, false]);
  });

  it.each([
    ["is broken JSON", '{"text": "cut'],
    ["has no text", '{"txt": "x"}'],
    ["has a text that is none", '{"text": 5}'],
  ])("names file and line where line 7 %s, before any result", async (_, broken) => {
    const { exitCode, stdout } = await checkFile(`${"fine\n".repeat(6)}${broken}\nfine\n`, "--jsonl", "--json");
    expect(exitCode).toBe(2);
    const { error } = JSON.parse(stdout);
    expect(error.code).toBe("CLI_LINE_MALFORMED");
    expect(error.message).toContain("texts, line 7:");
  });

  it("refuses bytes that are not UTF-8, and a file that is not there", async () => {
    expect((await checkFile(Buffer.from([0xc3, 0x28]))).stderr).toContain("error CLI_INPUT_NOT_UTF8: texts is not UTF-8: line 1");
    const { exitCode, stderr } = await grapevine(["check", "none"], { nodes, workingFolder: await makeHome() });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error CLI_FILE_UNREADABLE: none cannot be read");
  });
});
