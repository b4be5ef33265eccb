import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Archive {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
}

/** TypeScript's own build of all packages, into their `dist` folders. Throws with its words when it finds an error. */
export async function compile(root: string): Promise<void> {
  await run(join(root, "node_modules", ".bin", "tsc"), ["-b"], { cwd: root });
}

/** `npm pack` of a folder. The file is named after the package and its version. */
export async function pack(folder: string, out: string): Promise<Archive> {
  await mkdir(out, { recursive: true });
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", out], {
    cwd: folder,
    maxBuffer: 16 * 1024 * 1024,
  });
  const [packed] = JSON.parse(stdout) as { filename: string; size: number; entryCount: number }[];
  if (packed === undefined) throw new Error("npm pack made no file");
  return { path: join(out, packed.filename), bytes: packed.size, files: packed.entryCount };
}
