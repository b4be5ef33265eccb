import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { grapevine, refuse, type StandIn, startStandIn } from "./harness.ts";
import { experience, lessonDetails, lessonId } from "./samples.ts";

const reply = {
  id: lessonId,
  files: 12,
  bytes: 3_400_000,
  traces: [],
  sameWords: { lessons: [], experiences: [] },
  peersKeepIt: false,
};
const details = { ...experience, steps: [], usedLessons: [], model: "embedded", ms: 900, distillation: "distilled" };

function standIn(changes: object = {}): Promise<StandIn> {
  return startStandIn({
    "GET /api/lessons/h2aki": () => lessonDetails,
    [`POST /api/lessons/${lessonId}/forget`]: () => ({ ...reply, ...changes }),
    "GET /api/experiences/8M3K0Q7Z": () => details,
    [`POST /api/experiences/${details.id}/forget`]: () => ({ ...reply, id: details.id, ...changes }),
    "POST /api/lessons/h2aki/pin": () => ({ id: lessonId, title: "List", state: "own", pinned: true }),
    "POST /api/lessons/h2aki/unpin": () => ({ id: lessonId, title: "List", state: "own", pinned: false }),
  });
}

const typing = (text: string): Readable & { isTTY: boolean } => Object.assign(Readable.from([text]), { isTTY: true });

describe("lessons forget", () => {
  it("with --yes forgets, and says what was searched", async () => {
    const { where, asked } = await standIn();
    const { exitCode, stdout, stderr } = await grapevine(["lessons", "forget", "h2aki", "--yes", ...where]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: "Lesson gh2akisc is forgotten. No trace of it is left: 12 files with 3.4 MB were searched.\n",
      stderr: "",
    });
    expect(asked.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it("asks on a terminal, and forgets only what is confirmed", async () => {
    const { where, asked } = await standIn();
    const refused = await grapevine(["lessons", "forget", "h2aki", ...where], { stdin: typing("\n") });
    expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
    expect(refused.stderr).toBe("Forget the lesson gh2akisc “List a box in order” for good? [y/N]\nNothing was forgotten.\n");
    expect(asked).toHaveLength(1);
    const confirmed = await grapevine(["lessons", "forget", "h2aki", ...where], { stdin: typing("y\n") });
    expect(confirmed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("is forgotten") });
  });

  it("needs --yes where nobody can be asked", async () => {
    const { where, asked } = await standIn();
    const { exitCode, stderr } = await grapevine(["lessons", "forget", "h2aki", ...where]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--yes");
    expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("says of one's own lesson what peers keep, and which others say the same", async () => {
    const { where } = await startStandIn({
      "GET /api/lessons/h2aki": () => ({ ...lessonDetails, state: "own" }),
      [`POST /api/lessons/${lessonId}/forget`]: () => ({
        ...reply,
        sameWords: { lessons: [lessonId], experiences: [experience.id] },
        peersKeepIt: true,
      }),
    });
    const { stdout, stderr } = await grapevine(["lessons", "forget", "h2aki", ...where], { stdin: typing("yes\n") });
    expect(stderr).toContain("grapevine lessons retract gh2akisc");
    expect(stdout).toContain("Peers that have it keep their copies");
    expect(stdout).toContain("also those of lesson gh2akisc");
    expect(stdout).toContain("also in experience 8M3K0Q7Z");
  });

  it("gives the reply as a document, and the node's refusal as an error", async () => {
    const { where } = await standIn();
    const { stdout } = await grapevine(["lessons", "forget", "h2aki", "--yes", "--json", ...where]);
    expect(JSON.parse(stdout)).toEqual(reply);
    const other = await startStandIn({
      "GET /api/lessons/h2aki": () => lessonDetails,
      [`POST /api/lessons/${lessonId}/forget`]: (_, response) =>
        refuse(response, "FORGET_INCOMPLETE", "traces are left in up.log"),
    });
    const failed = await grapevine(["lessons", "forget", "h2aki", "--yes", ...other.where]);
    expect(failed).toMatchObject({ exitCode: 1, stdout: "" });
    expect(failed.stderr).toContain("error FORGET_INCOMPLETE: traces are left in up.log");
  });
});

it("experiences forget: asks, forgets, and says that a lesson stays", async () => {
  const { where } = await standIn();
  const { exitCode, stdout, stderr } = await grapevine(["experiences", "forget", "8M3K0Q7Z", ...where], { stdin: typing("y\n") });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^Forget the experience 8M3K0Q7Z “.+” for good\? \[y\/N\]\n$/);
  expect(stdout).toContain("Experience 8M3K0Q7Z is forgotten.");
  expect(stdout).toContain("A lesson that was made of it stays.");
  const json = await grapevine(["experiences", "forget", "8M3K0Q7Z", "--yes", "--json", ...where]);
  expect(JSON.parse(json.stdout)).toEqual({ ...reply, id: details.id });
});

it("lessons pin and unpin say how it is now", async () => {
  const { where } = await standIn();
  expect((await grapevine(["lessons", "pin", "h2aki", ...where])).stdout).toBe(
    "Lesson gh2akisc “List” is pinned: it is never pruned.\n",
  );
  expect((await grapevine(["lessons", "unpin", "h2aki", ...where])).stdout).toBe(
    "Lesson gh2akisc “List” is not pinned any more.\n",
  );
  expect(JSON.parse((await grapevine(["lessons", "pin", "h2aki", "--json", ...where])).stdout)).toMatchObject({ pinned: true });
});
