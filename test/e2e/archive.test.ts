import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compile } from "../../scripts/archive/pack.ts";
import { stage } from "../../scripts/archive/stage.ts";
import { root } from "../../scripts/checks/tree.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bundleDependencies: readonly string[];
  readonly bin: { readonly grapevine: string };
}

const run = promisify(execFile);
let folder: string;
let manifest: Manifest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-archive-"));
  await compile(root);
  await stage({ root, folder });
  manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("names every dependency exactly, and carries each package that is on no registry", () => {
  const inside = Object.keys(manifest.dependencies).filter((name) => name.startsWith("@grapevine/"));
  expect(inside.sort()).toEqual([...manifest.bundleDependencies].sort());
  expect(inside).toContain("@grapevine/node");
  for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

it("holds JavaScript and no TypeScript, which Node does not read in node_modules", async () => {
  const files = await readdir(folder, { recursive: true });
  expect(files.filter((path) => path.endsWith(".ts"))).toEqual([]);
  expect(files.filter((path) => path.endsWith("/dist/index.js"))).toHaveLength(manifest.bundleDependencies.length);
});

it("runs a node that learns, recalls and shows its dashboard, with nothing but its dependencies beside it", async () => {
  await linkDependencies();
  const home = join(folder, "home");
  const grapevine = async (...words: string[]): Promise<unknown> => {
    const command = [join(folder, manifest.bin.grapevine), ...words, "--home", home, "--json"];
    // Without the condition under which the tests themselves take the TypeScript.
    const { stdout } = await run(process.execPath, command, { env: { ...process.env, NODE_OPTIONS: "" } });
    return JSON.parse(stdout);
  };
  await grapevine("up", "--name", "ada", "--listen", "/ip4/127.0.0.1/tcp/0", "--model", "embedded", "--detach");
  try {
    const { id } = (await grapevine("teach", "--situation", "The mill stands still", "--guidance", "Open the sluice")) as {
      id: string;
    };
    expect(await grapevine("lessons", "search", "a mill that does not turn")).toMatchObject([{ id }]);
    const { url } = (await grapevine("dashboard")) as { url: string };
    const page = await (await fetch(url)).text();
    const [, script = ""] = /src="([^"]+)"/.exec(page) ?? [];
    expect((await fetch(new URL(script, url))).status).toBe(200);
  } finally {
    await grapevine("down");
  }
});

/** As npm would install them: here they are the repository's own, found at whichever package asks for them. */
async function linkDependencies(): Promise<void> {
  const packages = await readdir(join(root, "packages"));
  for (const dependency of Object.keys(manifest.dependencies)) {
    const found = packages
      .map((name) => join(root, "packages", name, "node_modules", dependency))
      .find((path) => existsSync(path));
    const link = join(folder, "node_modules", dependency);
    if (found === undefined || existsSync(link)) continue;
    await mkdir(dirname(link), { recursive: true });
    await symlink(found, link);
  }
}
