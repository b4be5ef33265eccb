/** docs/RECONCILIATION.md says what the table of rules and the constants say, and leaves none of them out. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rules } from "../packages/reconcile/src/rules.ts";
import { root } from "../scripts/checks/tree.ts";
import { reconciliationConstants, reconciliationReference } from "../scripts/reference/reconciliation-reference.ts";

const page = readFileSync(join(root, "docs/RECONCILIATION.md"), "utf8");

describe("docs/RECONCILIATION.md", () => {
  it("is what `npx pnpm reference` writes", () => {
    expect(page).toBe(reconciliationReference(rules, reconciliationConstants));
  });

  it("has a row for each rule, in their order", () => {
    const rows = [...page.matchAll(/^\| \d+ +\| `([a-z-]+)`/gm)].map(([, name]) => name);
    expect(rows).toEqual(rules.map(({ name }) => name));
  });

  it("names each constant that the package exports, where it is declared", () => {
    const declared = globSync("packages/reconcile/src/**/*.ts", { cwd: root }).flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return [...text.matchAll(/^export const (\w+)(?:: number)? = [\d_. *]+;/gm)].map(([, name = ""]) => ({
        name: name.replace(/Ms$/, ""),
        file: file.replace("packages/reconcile/src/", ""),
      }));
    });
    expect(declared.length).toBeGreaterThan(15);
    const named = reconciliationConstants.map(({ name, file }) => ({ name, file }));
    expect(declared.filter(({ name, file }) => !named.some((each) => each.name === name && each.file === file))).toEqual([]);
  });
});
