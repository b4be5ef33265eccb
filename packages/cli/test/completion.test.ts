import { beforeEach, expect, it, type MockInstance, vi } from "vitest";
import { grapevine, startStandIn } from "./harness.ts";
import { lesson, lessonId, peer } from "./samples.ts";

// The library behind the completions prints by itself.
let printed: MockInstance<typeof console.log>;
beforeEach(() => {
  printed = vi.spyOn(console, "log").mockImplementation(() => undefined);
});

async function complete(...words: string[]): Promise<string[]> {
  expect((await grapevine(["complete", "--", ...words])).exitCode).toBe(0);
  const lines = printed.mock.calls.map(([line]) => String(line));
  expect(lines.pop()).toBe(":4"); // no file names
  return lines.map((line) => line.split("\t")[0] ?? "");
}

it("completes commands, those below them, options and their choices", async () => {
  expect(await complete("le")).toEqual(["lessons"]);
  printed.mockClear();
  expect(await complete("lessons", "re")).toEqual(["retract"]);
  printed.mockClear();
  expect(await complete("lessons", "list", "--")).toEqual(expect.arrayContaining(["--state", "--limit", "--json", "--home"]));
  printed.mockClear();
  expect(await complete("lessons", "list", "--state", "")).toEqual(["own", "admitted", "held", "archived", "retracted"]);
});

it("completes the names of nodes, peers and lessons that there are, in the home that is being typed", async () => {
  const { where } = await startStandIn({ "GET /api/lessons": () => [lesson], "GET /api/peers": () => [peer] });
  expect(await complete("lessons", "show", ...where, "")).toEqual([lessonId]);
  printed.mockClear();
  expect(await complete("peers", "trust", ...where, "")).toEqual([peer.name]);
  printed.mockClear();
  expect(await complete("ask", "x", ...where, "--peer", "")).toEqual([peer.name]);
});

it("completes commands where no node runs", async () => {
  expect(await complete("lessons", "show", "--home", "/nowhere", "")).toEqual([]);
  printed.mockClear();
  expect(await complete("--home", "/nowhere", "lessons", "pi")).toEqual(["pin"]);
});

it.each(["bash", "zsh", "fish"])("prints a script for %s that calls the hidden command", async (shell) => {
  expect((await grapevine(["completion", shell])).exitCode).toBe(0);
  expect(printed.mock.calls.flat().join("\n")).toMatch(/grapevine complete --/);
});

it("refuses another shell", async () => {
  const { exitCode, stderr } = await grapevine(["completion", "csh"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("CLI_USAGE");
});
