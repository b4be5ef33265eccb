/** docs/SETTINGS.md says what the table of settings says, and the table knows every option of a start that is a setting. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createProgram } from "../packages/cli/src/program.ts";
import { settings } from "../packages/cli/src/settings.ts";
import { root } from "../scripts/checks/tree.ts";
import { settingsReference } from "../scripts/reference/settings-reference.ts";

it("docs/SETTINGS.md is what `npx pnpm reference` writes", () => {
  expect(readFileSync(join(root, "docs/SETTINGS.md"), "utf8")).toBe(settingsReference(settings));
});

it("has every option of `up` but those that are about one start", () => {
  const silent = { environment: {}, columns: 80, writeOut: () => undefined, writeError: () => undefined };
  const program = createProgram({ ...silent, perform: async () => undefined });
  const up = program.commands.find((command) => command.name() === "up");
  const options = up?.options.map(({ long }) => long?.slice(2)) ?? [];
  const ofOneStart = ["name", "join", "trust", "detach", "yes"];
  expect(options.filter((name) => !ofOneStart.includes(name ?? ""))).toEqual(settings.map(({ name }) => name));
});
