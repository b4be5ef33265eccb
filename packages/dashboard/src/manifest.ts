/** What a built dashboard consists of: the list that lies beside its files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface ManifestEntry {
  /** As the browser asks for it. */
  readonly path: string;
  readonly type: string;
  /** Name in the folder; gzipped. */
  readonly file: string;
}

export const manifestName = "manifest.json";

export async function readManifest(folder: string): Promise<readonly ManifestEntry[]> {
  return JSON.parse(await readFile(join(folder, manifestName), "utf8")) as readonly ManifestEntry[];
}
