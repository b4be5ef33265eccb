/** What the pages say of the code is so: files that they name exist, figures and addresses are the code's, commands are ones that the command line takes. */
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { limits } from "@grapevine/core";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../packages/cli/src/program.ts";
import * as networkLimits from "../packages/network/src/network-limits.ts";
import { maxUnreadBytes, maxWatchers } from "../packages/node/src/control/live-routes.ts";
import * as sessionLimits from "../packages/node/src/control/sessions.ts";
import { maxExperiencesOfLesson, maxSearchedExperiences } from "../packages/node/src/experiences-of-lesson.ts";
import { maxLearnedLinks, maxMapPeers } from "../packages/node/src/mapping-swarm.ts";
import * as growthLimits from "../packages/node/src/reporting-growth.ts";
import { maxLogLines } from "../packages/node/src/reporting-health.ts";
import { maxMovedLessons } from "../packages/node/src/watching.ts";
import { root } from "../scripts/checks/tree.ts";
import { errorSources } from "../scripts/reference/error-reference.ts";

const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: root })].map((file) => ({ file, text: read(file) }));
const architecture = read("docs/ARCHITECTURE.md");

describe("every page", () => {
  it("links to what is there", () => {
    expect(pages.length).toBeGreaterThan(8);
    const broken = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/\]\(([^)#\s]+)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !target.startsWith("https://") && !existsSync(join(root, dirname(file), target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("is linked from the README, but for the decisions, which their folder lists", () => {
    const readme = read("README.md");
    const guides = pages.map(({ file }) => file).filter((file) => file !== "README.md" && !file.startsWith("docs/decisions/"));
    expect(guides.filter((file) => !readme.includes(`](${file})`))).toEqual([]);
  });

  it("names files that are there", () => {
    const named = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/`((?:packages|scripts|test|docs)\/[\w./-]+)`/g)].map(([, path = ""]) => ({ file, path })),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("gives commands that the command line takes", () => {
    // Those of the reference of errors are hints, which come next.
    const written = pages.filter(({ file }) => file !== "docs/ERRORS.md");
    const given = written.flatMap(({ file, text }) => commandsIn(text).map((command) => ({ from: file, command })));
    expect(given.length).toBeGreaterThan(10);
    expect(given.flatMap(problemsOf)).toEqual([]);
  });
});

describe("every hint of an error", () => {
  it("gives commands that the command line takes", () => {
    const given = errorSources.flatMap(({ file, specifications }) =>
      Object.values(specifications).flatMap(({ hint }) => commandsIn(hint).map((command) => ({ from: file, command }))),
    );
    expect(given.length).toBeGreaterThan(10);
    expect(given.flatMap(problemsOf)).toEqual([]);
  });
});

describe("docs/ARCHITECTURE.md", () => {
  it("has a row for each package", () => {
    const rows = tableCells(sectionOf(architecture, "The rooms")).flatMap(
      ([first = ""]) => /^`([a-z-]+)`$/.exec(first)?.[1] ?? [],
    );
    expect(rows.sort()).toEqual(
      globSync("packages/*/package.json", { cwd: root })
        .map((file) => basename(dirname(file)))
        .sort(),
    );
  });

  it("gives the limits as they are", () => {
    const stated = tableCells(architecture).flatMap((cells) =>
      cells.flatMap((cell, column) => {
        const name = /^`(max\w+|\w+Rate|\w+Ms)`$/.exec(cell)?.[1];
        return name === undefined ? [] : { name, figures: figuresIn(cells[column + 1] ?? "") };
      }),
    );
    const ofReports = { ...growthLimits, maxLogLines, maxExperiencesOfLesson, maxSearchedExperiences };
    const ofBrowsers = { ...ofReports, maxWatchers, maxUnreadBytes, maxMovedLessons, maxMapPeers, maxLearnedLinks };
    const known: Readonly<Record<string, unknown>> = { ...networkLimits, ...limits, ...sessionLimits, ...ofBrowsers };
    expect(stated.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(limits)));
    for (const { name, figures } of stated) expect(figures, name).toEqual(figuresOf(known[name]));
  });

  it("gives the addresses of the control API", () => {
    const routes = [
      "control/routes.ts",
      "control/server.ts",
      "control/dashboard-routes.ts",
      "control/live-routes.ts",
      "control/page.ts",
      "control/session-routes.ts",
      "mcp/routes.ts",
      "openai/routes.ts",
    ].flatMap((file) =>
      [...read(`packages/node/src/${file}`).matchAll(/(server|v1)\.(get|post|delete)\(\s*"([^"]+)"/g)].map(
        ([, at = "", method = "", path = ""]) => `${method.toUpperCase()} ${at === "v1" ? "/v1" : ""}${path}`,
      ),
    );
    const stated = tableCells(architecture).flatMap(([first = ""]) => /^`((?:GET|POST|DELETE) .+)`$/.exec(first)?.[1] ?? []);
    expect(routes.length).toBeGreaterThan(10);
    expect(stated.sort()).toEqual(routes.sort());
  });
});

describe("docs/decisions", () => {
  it("are numbered without a gap, each with context, decision, rejected and evidence", () => {
    const files = readdirSync(join(root, "docs/decisions")).sort();
    expect(files.map((file) => file.slice(0, 4))).toEqual(files.map((_, index) => String(index + 1).padStart(4, "0")));
    for (const file of files) {
      const text = read(`docs/decisions/${file}`);
      expect(text, file).toMatch(new RegExp(`^# ${file.slice(0, 4)}: `));
      for (const part of ["Context", "Decision", "Rejected", "Evidence"]) expect(text, file).toContain(`\n## ${part}\n`);
    }
  });
});

const program: Command = createProgram({
  environment: {},
  writeOut: () => undefined,
  writeError: () => undefined,
  columns: 80,
  perform: async () => undefined,
});

/** What stands behind `grapevine` in code: between backticks, or in a block from its word to the line's end or a comment. */
function commandsIn(text: string): string[] {
  const inline = [...text.matchAll(/`(?:npx pnpm )?grapevine ([a-z-][^`\n]*)`/g)];
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => [
    ...block.matchAll(/^(?:\$ )?(?:npx pnpm )?grapevine ([^#\n]+)/gm),
  ]);
  return [...inline, ...blocks].map(([, command = ""]) => command.trim());
}

/** Unknown commands and options, with their page. */
function problemsOf({ from, command }: { from: string; command: string }): string[] {
  const words = command.match(/"[^"]*"|\S+/g) ?? [];
  let at = program;
  const options = new Set(["--help", ...namesOf(program)]);
  const problems: string[] = [];
  for (const [place, word] of words.entries()) {
    if (takesValue(words[place - 1] ?? "", at)) continue;
    const next = at.commands.find((candidate) => candidate.name() === word);
    if (next !== undefined) {
      at = next;
      for (const name of namesOf(next)) options.add(name);
    } else if (at.commands.length > 0 && !word.startsWith("-")) {
      problems.push(`${from}: grapevine ${command}: no command ${word}`);
      break;
    } else if (word.startsWith("--") && !options.has(word)) {
      problems.push(`${from}: grapevine ${command}: no option ${word}`);
    }
  }
  return problems;
}

/** Is the word an option that the next word belongs to? */
function takesValue(word: string, command: Command): boolean {
  return [...program.options, ...command.options].some(({ long, required }) => long === word && required);
}

function namesOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => long ?? []);
}

function sectionOf(text: string, title: string): string {
  return text.split(/^## /m).find((section) => section.startsWith(`${title}\n`)) ?? "";
}

/** The cells of every row of every table on a page. */
function tableCells(text: string): string[][] {
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  return rows.map((row) =>
    row
      .slice(1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

function figuresIn(cell: string): number[] {
  return [...cell.replaceAll(",", "").matchAll(/\d+/g)].map(Number);
}

function figuresOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.values(value) : [value];
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
