/** The version of this package. */
export function readVersion(): string {
  // Not imported: the module form of `node:fs` loads all that hangs on it, and every `--help` would wait for that.
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
