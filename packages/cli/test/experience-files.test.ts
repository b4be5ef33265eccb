import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { grapevine, lines, makeHome, refuse, startStandIn } from "./harness.ts";

const experience = { id: "01J00000000000000000000000", prompt: "a\nb" };
const routes = {
  "GET /api/experiences/export": lines({ type: "experience", experience }, { type: "summary", experiences: 1 }),
};

it("writes an experience a line, for the user alone, which import takes again", async () => {
  const { where, asked } = await startStandIn({
    ...routes,
    "POST /api/experiences/import": () => [{ id: experience.id, state: "here" }],
  });
  const printed = await grapevine(["experiences", "export", ...where], { columns: 20 });
  expect(printed.stdout).toBe(`${JSON.stringify(experience)}\n`);
  const file = join(await makeHome(), "kept", "experiences.jsonl");
  const written = await grapevine(["experiences", "export", "--out", file, "--json", ...where]);
  expect(JSON.parse(written.stdout)).toEqual({ experiences: 1, out: file });
  expect(await readFile(file, "utf8")).toBe(printed.stdout);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const taken = await grapevine(["experiences", "import", file, ...where]);
  expect(asked.at(-1)?.body).toEqual({ experiences: [experience] });
  expect([taken.exitCode, taken.stdout]).toEqual([0, "0 experiences were taken, 1 were here, 0 were refused.\n"]);
});

it("leaves no half of a file where the node breaks off, and says what cannot be written", async () => {
  const { where, home } = await startStandIn({
    "GET /api/experiences/export": (_, response) => refuse(response, "STORE_DAMAGED", "an experience cannot be read"),
  });
  const folder = await makeHome();
  const broken = await grapevine(["experiences", "export", "--out", join(folder, "e.jsonl"), ...where]);
  expect([broken.exitCode, broken.stderr]).toEqual([1, expect.stringContaining("error STORE_DAMAGED")]);
  expect(await readdir(folder)).toEqual([]);
  const { where: others } = await startStandIn(routes);
  const wrong = await grapevine(["experiences", "export", "--out", home, ...others]);
  expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining("error CLI_FILE_UNWRITABLE")]);
});

it("names the lines that are not JSON or not taken", async () => {
  const { where, home } = await startStandIn({
    "POST /api/experiences/import": () => [
      { id: "x", state: "imported" },
      { state: "refused", refused: "prompt: no text" },
    ],
  });
  const file = join(home, "experiences.jsonl");
  await writeFile(file, "{}\nnonsense\n");
  const malformed = await grapevine(["experiences", "import", file, ...where]);
  expect([malformed.exitCode, malformed.stderr]).toEqual([2, expect.stringContaining("line 2")]);
  await writeFile(file, "{}\n\n{}\n");
  const refused = await grapevine(["experiences", "import", file, "--json", ...where]);
  expect(refused.exitCode).toBe(1);
  expect(JSON.parse(refused.stdout)).toEqual({
    experiences: 2,
    imported: 1,
    here: 0,
    refused: 1,
    reasons: [{ line: 3, reason: "prompt: no text" }],
  });
});
