/**
 * The container file: what it says, and, where a builder is named, that it builds an image whose node starts. Building takes minutes and fetches a gigabyte, so that it is
 * done only when asked for: GRAPEVINE_CONTAINER_BUILDER=docker (or podman).
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { root } from "../../scripts/checks/tree.ts";

const run = promisify(execFile);
const file = "scripts/container/Containerfile";
const builder = process.env["GRAPEVINE_CONTAINER_BUILDER"] ?? "";
const instructions = readFileSync(join(root, file), "utf8")
  .replaceAll("\\\n", "")
  .split("\n")
  .filter((line) => /^[A-Z]/.test(line));

describe("the container file", () => {
  const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith("FROM ")));

  it("runs the node as a user without rights, with its home in a volume", () => {
    expect(last.filter((line) => line.startsWith("USER "))).toEqual(["USER node"]);
    expect(last).toContain("VOLUME /home/node/.grapevine");
    expect(last.find((line) => line.startsWith("ENTRYPOINT "))).toBe('ENTRYPOINT ["grapevine"]');
    expect(last.filter((line) => line.startsWith("EXPOSE "))).toEqual(["EXPOSE 4001/tcp"]);
  });

  it("leaves out of the image what its own build makes, or fetches", () => {
    const left = readFileSync(join(root, `${file}.dockerignore`), "utf8");
    for (const each of [".git", "**/node_modules", "**/dist"]) expect(left.split("\n")).toContain(each);
    expect(existsSync(join(root, "packages/cli/bin/grapevine.cjs"))).toBe(true);
    expect(last.join("\n")).toContain("node_modules/grapevine/bin/grapevine.cjs");
  });
});

describe.skipIf(builder === "")(
  "a container (skipped where no builder is named: set GRAPEVINE_CONTAINER_BUILDER to docker or podman)",
  () => {
    it("is built, starts a node and takes commands", { timeout: 30 * 60_000 }, async () => {
      const [tag, name] = ["grapevine-test", `grapevine-test-${process.pid}`];
      await run(builder, ["build", "--file", file, "--tag", tag, "."], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
      await run(builder, ["run", "--detach", "--name", name, tag]);
      onTestFinished(async () => {
        await run(builder, ["rm", "--force", "--volumes", name]);
      });
      const inside = async (...words: string[]): Promise<string> => (await run(builder, ["exec", name, ...words])).stdout;
      await expect
        .poll(() => inside("grapevine", "status", "--json").catch(() => ""), { timeout: 120_000 })
        .toContain('"peerId"');
      expect(await inside("id", "-un")).toBe("node\n");
      await inside("grapevine", "teach", "--situation", "The mill stands still", "--guidance", "Open the sluice");
      expect(await inside("grapevine", "lessons", "list")).toContain("Open the sluice");
    });
  },
);
