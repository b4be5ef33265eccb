/** What made the rows of a run: enough to make them again. */
import { execFile } from "node:child_process";
import { readFile, rename, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { promisify } from "node:util";
import { messageOf } from "@grapevine/core";
import { asFields } from "../dataset.ts";
import { evalErrors } from "../errors.ts";

export interface Manifest {
  readonly scenario: string;
  /** The git commit, with `+` where tracked files differ from it; `unknown` outside a repository. */
  readonly commit: string;
  /** `digest`: of the weights, where their server tells it. */
  readonly model: { readonly id: string; readonly digest: string };
  readonly embedder: string;
  readonly sizes: Readonly<Record<string, number | string>>;
  readonly machine: { readonly processor: string; readonly cores: number; readonly memoryBytes: number; readonly system: string };
  readonly versions: Readonly<Record<string, string>>;
  /** The words after `eval`. */
  readonly command: string;
  readonly startedAt: string;
}

export async function makeManifest(
  known: Pick<Manifest, "scenario" | "model" | "embedder" | "sizes" | "command">,
  now: number,
): Promise<Manifest> {
  const processors = cpus();
  return {
    ...known,
    commit: await readCommit(),
    machine: {
      processor: processors[0]?.model.trim() ?? "unknown",
      cores: processors.length,
      memoryBytes: totalmem(),
      system: `${process.platform} ${process.arch}`,
    },
    versions: { node: process.versions.node, v8: process.versions.v8 },
    startedAt: new Date(now).toISOString(),
  };
}

/**
 * Writes the manifest of a run that begins, or finds that the folder holds the beginning of the same run. Rows that other code, another model or other sizes made are
 * not mixed with new ones.
 * @throws EVAL_OUT_MISMATCH, EVAL_OUT_DAMAGED
 */
export async function settleManifest(path: string, manifest: Manifest): Promise<Manifest> {
  const earlier = await readManifest(path);
  if (earlier === undefined) {
    await writeFile(`${path}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(`${path}.new`, path);
    return manifest;
  }
  const differing = identifying.find((name) => JSON.stringify(earlier[name]) !== JSON.stringify(manifest[name]));
  if (differing !== undefined) {
    const [before, now] = [earlier[differing], manifest[differing]].map((value) => JSON.stringify(value));
    throw evalErrors.create("EVAL_OUT_MISMATCH", `${path} is of another run: its ${differing} is ${before}, not ${now}`);
  }
  return earlier;
}

const identifying: readonly (keyof Manifest)[] = ["scenario", "commit", "model", "embedder", "sizes"];

async function readManifest(path: string): Promise<Manifest | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const fields = asFields(JSON.parse(text));
    if (fields !== undefined && identifying.every((name) => name in fields)) return fields as unknown as Manifest;
  } catch (error) {
    throw evalErrors.create("EVAL_OUT_DAMAGED", `${path} is no manifest (${messageOf(error)})`, { cause: error });
  }
  throw evalErrors.create("EVAL_OUT_DAMAGED", `${path} is no manifest`);
}

async function readCommit(): Promise<string> {
  const git = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)("git", words, { cwd: import.meta.dirname })).stdout.trim();
  try {
    const commit = await git("rev-parse", "HEAD");
    return (await git("status", "--porcelain", "--untracked-files=no")) === "" ? commit : `${commit}+`;
  } catch (error) {
    // Without git, or outside a repository, nobody can say it; everything else of the run is as good.
    if (error instanceof Error) return "unknown";
    throw error;
  }
}
