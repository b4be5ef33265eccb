/** Imports between packages form a star: everything imports core, siblings never import siblings, only node composes, the CLI and the dashboard stand on node. */
import { posix } from "node:path";
import type { SourceFile } from "./tree.ts";

const stages = ["store", "vector-index", "model", "agent", "practice", "distill", "reconcile", "network"];
/** Who may import whom from `src`. Tests may use `testing` as well. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  testing: ["core"],
  ...Object.fromEntries(stages.map((stage) => [stage, ["core"]])),
  node: ["core", ...stages],
  dashboard: ["core", "node"],
  cli: ["core", "node", "dashboard"],
  eval: ["core", "node", "model", "reconcile"],
};

/** What packages offer besides their index: named in their `exports`. */
const faces: ReadonlySet<string> = new Set(["@grapevine/node/pipeline", "@grapevine/dashboard/build"]);

const importPattern = /(?:from|import)\s*\(?\s*"([^"]+)"/g;

export function starProblems(files: readonly SourceFile[]): string[] {
  const inPackages = files.filter(({ path }) => path.startsWith("packages/"));
  const seen = new Set(inPackages.map(({ path }) => packageOf(path)));
  const missing = Object.keys(allowed).filter((name) => !seen.has(name));
  return [
    ...missing.map((name) => `packages/${name}: no source was seen`),
    ...[...seen]
      .filter((name) => !(name in allowed))
      .map((name) => `packages/${name}: not in the star; add its row to scripts/checks/star.ts`),
    ...inPackages.flatMap(problemsOf),
  ];
}

function problemsOf({ path, text }: SourceFile): string[] {
  const own = packageOf(path);
  const isTest = path.startsWith(`packages/${own}/test/`);
  const mayUse = [own, ...(allowed[own] ?? []), ...(isTest ? ["testing", "core"] : [])];
  const problems: string[] = [];
  for (const [, target = ""] of text.matchAll(importPattern)) {
    const used = target.startsWith("@grapevine/")
      ? (target.split("/")[1] ?? "")
      : target.startsWith(".")
        ? packageOf(posix.join(posix.dirname(path), target))
        : own;
    if (!mayUse.includes(used))
      problems.push(`${path} imports ${target}: ${own} may import only ${mayUse.slice(1).join(", ") || "nothing"}`);
    const reachesIn = target.startsWith("@grapevine/") && target.split("/").length > 2 && !faces.has(target);
    if (reachesIn) problems.push(`${path} reaches into ${target}`);
  }
  return problems;
}

function packageOf(path: string): string {
  const [folder, name] = path.split("/");
  return folder === "packages" ? (name ?? "") : path;
}
