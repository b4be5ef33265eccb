/**
 * Builds the peer in Go and installs the one on yesterday's JavaScript, each from its own lockfile, before the tests. Modules and packages come from the registries once and
 * from the machine's caches after that. Where Go is not installed the tests of its peer are skipped, and it is said so; where it is and the peer cannot be built, nothing passes.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The Go peer's program; null where there is no Go. */
    readonly goPeer: string | null;
  }
}

const goFolder: string = fileURLToPath(new URL("go/", import.meta.url));
const gossipsub14Folder: string = fileURLToPath(new URL("gossipsub-14/", import.meta.url));

/** On two busy cores with empty caches libp2p takes Go three minutes; with full ones it is a few seconds. */
const buildTimeoutMs: number = 8 * 60_000;
const installTimeoutMs: number = 3 * 60_000;

export function setup(project: TestProject): void {
  const install = ["--yes", "pnpm", "install", "--frozen-lockfile", "--prefer-offline"];
  run("install the peer on gossipsub 14", "npx", install, gossipsub14Folder, installTimeoutMs);
  const hasGo = spawnSync("go", ["version"]).status === 0;
  if (hasGo) run("build the peer in Go", "go", ["build", "-buildvcs=false", "-o", "dist/peer", "."], goFolder, buildTimeoutMs);
  else console.error("test:interop: Go is not installed here, so the tests of the peer in Go are skipped (https://go.dev/dl)");
  project.provide("goPeer", hasGo ? `${goFolder}dist/peer` : null);
}

function run(what: string, command: string, words: readonly string[], cwd: string, timeout: number): void {
  const startedAt = Date.now();
  const result = spawnSync(command, words, { cwd, timeout, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`could not ${what}: ${reasonOf(result)}`);
  console.error(`test:interop: ${what}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

function reasonOf({ error, stdout, stderr }: SpawnSyncReturns<string>): string {
  return error?.message ?? `${stdout}\n${stderr}`.trim().slice(-2000);
}
