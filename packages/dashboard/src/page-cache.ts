/** Where the built files lie: beside this module if they were packed with it, else in a cache by the hash of their sources. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { messageOf } from "@grapevine/core";
import { dashboardErrors } from "./errors.ts";
import { manifestName } from "./manifest.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
/** Made at packing. */
const packedFolder: string = join(packageFolder, "dist", "page");
const pageFolder = join(packageFolder, "page");
/** What the files are made with, besides the page: versions of libraries, and how they are joined. */
const recipe: readonly string[] = ["package.json", "src/build-page.ts", "src/build-process.ts"];
/** Older ones are removed: whoever works on the page makes one with every edit. */
const maxKept = 4;
/** Of a slow machine under load. A build takes well under a second. */
const buildTimeoutMs = 60_000;

export function defaultCacheFolder(): string {
  const own = process.env["GRAPEVINE_CACHE"];
  const cache = own ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "grapevine");
  return join(cache, "dashboard");
}

/** A folder with the manifest and all files. @throws DASHBOARD_NOT_BUILT */
export async function builtFolder(cacheFolder: string): Promise<string> {
  if (existsSync(join(packedFolder, manifestName))) return packedFolder;
  try {
    const folder = join(cacheFolder, await hashOfSources());
    if (!existsSync(join(folder, manifestName))) await build(cacheFolder, folder);
    return folder;
  } catch (error) {
    throw dashboardErrors.create("DASHBOARD_NOT_BUILT", messageOf(error), { cause: error });
  }
}

/** In a folder of its own that then gets its name: of several nodes that build at once, one wins, and none sees half of it. */
async function build(cacheFolder: string, folder: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  await removeOld(cacheFolder);
  const temporary = await mkdtemp(join(cacheFolder, "building-"));
  try {
    const builder = fileURLToPath(new URL("./build-process.ts", import.meta.url));
    const run = promisify(execFile);
    await run(process.execPath, ["--conditions=grapevine-source", builder, temporary], { timeout: buildTimeoutMs });
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(join(folder, manifestName))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function removeOld(cacheFolder: string): Promise<void> {
  const names = (await readdir(cacheFolder)).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(cacheFolder, name))).mtimeMs })));
  const old = dated.sort((one, other) => other.at - one.at).slice(maxKept - 1);
  for (const { name } of old) await rm(join(cacheFolder, name), { recursive: true, force: true });
}

async function hashOfSources(): Promise<string> {
  const entries = await readdir(pageFolder, { recursive: true, withFileTypes: true });
  const inPage = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const paths = [...inPage, ...recipe.map((name) => join(packageFolder, name))].sort();
  const texts = await Promise.all(paths.map((path) => readFile(path)));
  const hash = createHash("sha256");
  for (const [position, path] of paths.entries()) {
    hash.update(`${relative(packageFolder, path)}\n${texts[position]?.length}\n`).update(texts[position] ?? "");
  }
  return hash.digest("hex").slice(0, 32);
}
