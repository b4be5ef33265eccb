/** docs/ERRORS.md says what the tables of errors say; the tables know every code that the program gives, once. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorSpecification } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { root } from "../scripts/checks/tree.ts";
import { errorReference, errorSources } from "../scripts/reference/error-reference.ts";

const sources = globSync("{packages/*/src,scripts}/**/*.ts", { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), "utf8"),
}));
const tableFiles = sources.map(({ file }) => file).filter((file) => file.endsWith("/errors.ts"));
const codes = errorSources.flatMap(({ file, specifications }) => Object.keys(specifications).map((code) => ({ code, file })));

describe("docs/ERRORS.md", () => {
  it("is what `npx pnpm reference` writes", () => {
    expect(readFileSync(join(root, "docs/ERRORS.md"), "utf8")).toBe(errorReference(errorSources));
  });
});

describe("the tables of errors", () => {
  it("are all in the reference", async () => {
    expect(tableFiles.length).toBeGreaterThan(5);
    for (const file of tableFiles) {
      const module: Readonly<Record<string, unknown>> = await import(join(root, file));
      const tables = Object.values(module).filter(isTable);
      expect(tables, file).not.toHaveLength(0);
      const listed = errorSources.filter((source) => source.file === file);
      expect(
        listed.map(({ specifications }) => specifications),
        `${file} is to be listed in scripts/reference/error-reference.ts`,
      ).toEqual(tables.map(({ specifications }) => specifications));
    }
    expect(errorSources.map(({ file }) => file).filter((file) => !tableFiles.includes(file))).toEqual([]);
  });

  it("hold each code once", () => {
    const owners = Map.groupBy(codes, ({ code }) => code);
    expect([...owners.values()].filter((entries) => entries.length > 1)).toEqual([]);
  });

  it("say of each code in sentences what has happened and what to do", () => {
    for (const { specifications } of errorSources) {
      for (const [code, { summary, hint }] of Object.entries(specifications)) {
        expect(code).toMatch(/^[A-Z][A-Z0-9_]{2,63}$/);
        expect(summary, code).toMatch(/^\S.*\.$/);
        expect(hint, code).toMatch(/^\S.*[^ ]$/);
      }
    }
  });

  it("know every code that is given or asked for by name", () => {
    const known = new Set(codes.map(({ code }) => code));
    const named = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/(?:new GrapevineError\(\s*|GrapevineError\.is\([^()"]*,\s*)"(\w+)"/g)].map(([, code]) => ({
        code,
        file,
      })),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(({ code }) => !known.has(code ?? ""))).toEqual([]);
  });

  it("hold no code that nobody gives", () => {
    const elsewhere = sources
      .filter(({ file }) => !tableFiles.includes(file))
      .map(({ text }) => text)
      .join("\n");
    expect(codes.filter(({ code }) => !elsewhere.includes(`"${code}"`))).toEqual([]);
  });
});

function isTable(value: unknown): value is { readonly specifications: Readonly<Record<string, ErrorSpecification>> } {
  return typeof value === "object" && value !== null && "specifications" in value;
}
