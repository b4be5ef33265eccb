import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { grapevine, now, startStandIn } from "./harness.ts";

const owner = "12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7";
const bo = "12D3KooWB8sCGZCrwr79HtabLAn95qyPQx6RYHXjEbiD6QKou7ww";
const swarm = `team@${owner}`;
const members = [
  { peerId: owner, name: "ada", connected: true, state: "owner" },
  { peerId: bo, name: "bo", connected: false, state: "admitted", since: now, until: now + 86_400_000 },
];

describe("swarm create", () => {
  const found = { swarm, label: "team", owner, node: "ada", keyFile: "/home/ada/.grapevine/ada/key" };
  const nodes = { foundSwarm: async () => found };

  it("prints the name alone on stdout, and beside it what to do next and what to keep", async () => {
    const { exitCode, stdout, stderr } = await grapevine(["swarm", "create", "team"], { nodes });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${swarm}\n` });
    expect(stderr === "" || stderr.includes(found.keyFile)).toBe(true);
  });

  it("is a document with --json", async () => {
    const { stdout } = await grapevine(["swarm", "create", "team", "--json"], { nodes });
    expect(JSON.parse(stdout)).toEqual(found);
  });
});

describe("swarm members", () => {
  it("lists whole ids, since they are what others need", async () => {
    const { where } = await startStandIn({ "GET /api/swarm": () => ({ swarm, closed: true, owner, owned: true, members }) });
    const { stdout } = await grapevine(["swarm", "members", ...where], { columns: 140 });
    const [head, , adas, bos] = stdout.split("\n");
    expect(head).toBe(`${swarm}, which this node owns`);
    expect(adas).toMatch(new RegExp(`^ada +${owner} +owner +yes`));
    expect(bos).toMatch(new RegExp(`^bo +${bo} +admitted +no +2023-11-15`));
  });

  it("says of an open swarm that it has none", async () => {
    const open = { swarm: "grapevine", closed: false, owned: false, members: [] };
    const { where } = await startStandIn({ "GET /api/swarm": () => open });
    const { exitCode, stdout } = await grapevine(["swarm", "members", ...where]);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: "grapevine is an open swarm: whoever knows its name may be in it.\n",
    });
  });
});

describe("swarm admit", () => {
  it("admits for good, for a time, and until a date", async () => {
    const { where, asked } = await startStandIn({
      [`POST /api/swarm/members/${bo}/admit`]: ({ body }) => ({ ...members[1], until: undefined, ...(body as object) }),
    });
    const admit = (...more: string[]): ReturnType<typeof grapevine> => grapevine(["swarm", "admit", bo, ...more, ...where]);
    expect((await admit()).stdout).toBe("bo is a member until it is revoked.\n");
    expect((await admit("--expires", "30d")).stdout).toBe("bo is a member until 2023-12-14 22:13:20 UTC.\n");
    await admit("--expires", "2030-01-02");
    expect(asked.map(({ body }) => body)).toEqual([{}, { until: now + 30 * 86_400_000 }, { until: Date.UTC(2030, 0, 2) }]);
    const wrong = await admit("--expires", "soon");
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("CLI_USAGE") });
    expect(asked).toHaveLength(3);
  });
});

describe("swarm revoke", () => {
  const standIn = (): ReturnType<typeof startStandIn> =>
    startStandIn({
      "GET /api/swarm": () => ({ swarm, closed: true, owner, owned: true, members }),
      "POST /api/swarm/members/bo/revoke": () => ({ ...members[1], state: "revoked", kept: 3, dropped: 1 }),
    });

  it("asks first, and says what became of what the member had written", async () => {
    const { where, asked } = await standIn();
    const typing = (text: string): Readable & { isTTY: boolean } => Object.assign(Readable.from([text]), { isTTY: true });
    const left = await grapevine(["swarm", "revoke", "bo", ...where], { stdin: typing("\n") });
    expect(left).toMatchObject({ exitCode: 1, stdout: "" });
    expect(left.stderr).toContain("Put bo out of team@…eAto4Az7? What it has taught so far stays. [y/N]");
    expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
    const done = await grapevine(["swarm", "revoke", "bo", ...where], { stdin: typing("y\n") });
    expect(done).toMatchObject({ exitCode: 0, stdout: "bo is revoked. Of its records here 3 stay and 1 go.\n" });
  });

  it("goes back to when the key was stolen", async () => {
    const { where, asked } = await standIn();
    await grapevine(["swarm", "revoke", "bo", "--since", "2h", "--yes", ...where]);
    expect(asked.at(-1)?.body).toEqual({ since: now - 7_200_000 });
  });
});
