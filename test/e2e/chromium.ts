/** A real Chromium, where this machine has one. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** Undefined where none is installed; a line says so. */
export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined) console.warn("skipped: no Chromium is installed (on Debian: apt-get install chromium)");
  return found;
}

export async function openChromium(executablePath: string): Promise<Browser> {
  // Containers run tests as root, and have no room for shared memory.
  return await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
