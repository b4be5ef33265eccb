/**
 * The dashboard as files. Where it was built at packing they lie beside this module; in a clone they are made when a browser first asks for one, by a process of its own, so
 * that neither the start of a node nor its memory pays for it, and kept in the user's cache folder under the hash of all their sources: whoever edits one gets another
 * page, and nobody waits twice for the same.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page, PageFile } from "@grapevine/node";
import { readManifest } from "./manifest.ts";
import { builtFolder, defaultCacheFolder } from "./page-cache.ts";

export interface DashboardInit {
  /** Default: GRAPEVINE_CACHE, else the user's cache folder (`XDG_CACHE_HOME`, `~/.cache`), and in it `grapevine/dashboard`. */
  readonly cacheFolder?: string;
}

export function openDashboard({ cacheFolder = defaultCacheFolder() }: DashboardInit = {}): Page {
  let opening: Promise<ReadonlyMap<string, PageFile>> | undefined;
  const open = (): Promise<ReadonlyMap<string, PageFile>> => {
    opening ??= readAll(cacheFolder).catch((error: unknown) => {
      // The next who asks tries again.
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return { file: async (path) => (await open()).get(path) };
}

/** Some hundred kilobytes: kept in memory from the first request on. @throws DASHBOARD_NOT_BUILT */
async function readAll(cacheFolder: string): Promise<ReadonlyMap<string, PageFile>> {
  const folder = await builtFolder(cacheFolder);
  const files = await readManifest(folder);
  return new Map(
    await Promise.all(
      files.map(async ({ path, type, file }): Promise<[string, PageFile]> => {
        return [path, { type, body: await readFile(join(folder, file)), encoding: "gzip" }];
      }),
    ),
  );
}
