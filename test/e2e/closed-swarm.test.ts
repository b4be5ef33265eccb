import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { FoundSwarm, RevokeReply, RotateReply, SwarmReply } from "@grapevine/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, grapevine, Nodes } from "./harness.ts";

describe("a closed swarm of real processes", () => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await Nodes.create();
  });
  afterAll(() => nodes.close());
  const swarmCommand = (...words: string[]): Promise<Finished> =>
    grapevine(["swarm", ...words, "--node", "ada", "--home", nodes.home, "--json"]);

  it("is founded, entered by whom the owner admits, left by whom it revokes, and the same after a restart", {
    timeout: 60_000,
  }, async () => {
    const { swarm, owner } = JSON.parse((await swarmCommand("create", "team")).stdout) as FoundSwarm;
    const ada = await nodes.up("ada", ["--swarm", swarm]);
    expect(ada.status).toMatchObject({ swarm, peerId: owner });
    const { invite } = await ada.client.invite();
    const bo = await nodes.up("bo", ["--swarm", swarm]);
    await expect(bo.client.join({ invite })).rejects.toMatchObject({
      code: "SWARM_NOT_MEMBER",
      hint: expect.stringContaining(`grapevine swarm admit ${bo.status.peerId}`),
    });

    expect(await swarmCommand("admit", bo.status.peerId)).toMatchObject({ code: 0 });
    await bo.client.join({ invite, trust: true });
    const { id } = await bo.client.teach({ situation: "A door of the hall sticks", guidance: "Lift it a little" });
    const stateAtAda = async (lesson: string): Promise<string | undefined> =>
      (await ada.client.lessons()).find((each) => each.id === lesson)?.state;
    await expect.poll(() => stateAtAda(id), { timeout: 10_000 }).toBe("held");
    await expect(bo.client.admitMember(owner)).rejects.toMatchObject({ code: "SWARM_NOT_OWNER" });

    const revoked = await swarmCommand("revoke", bo.status.peerId, "--yes");
    expect(JSON.parse(revoked.stdout) as RevokeReply).toMatchObject({ state: "revoked", kept: 1, dropped: 0 });
    await expect.poll(async () => (await bo.client.status()).peers, { timeout: 10_000 }).toBe(0);
    expect(await stateAtAda(id)).toBe("held");

    await ada.kill();
    const again = await nodes.up("ada");
    const { members } = JSON.parse((await swarmCommand("members")).stdout) as SwarmReply;
    expect(members.map(({ peerId, state }) => [peerId, state])).toEqual([
      [owner, "owner"],
      [bo.status.peerId, "revoked"],
    ]);
    await expect(bo.client.join({ invite: (await again.client.invite()).invite })).rejects.toThrow();
    expect((await again.client.status()).peers).toBe(0);
  });

  it("goes on with the owner's next key, in which nothing that the stolen one says counts any more", {
    timeout: 60_000,
  }, async () => {
    const created = await grapevine(["swarm", "create", "crew", "--node", "kim", "--home", nodes.home, "--json"]);
    const { swarm, owner, keyFile } = JSON.parse(created.stdout) as FoundSwarm;
    const kim = await nodes.up("kim", ["--swarm", swarm]);
    const lou = await nodes.up("lou", ["--swarm", swarm]);
    await kim.client.admitMember(lou.status.peerId);
    await lou.client.join({ invite: (await kim.client.invite()).invite });
    await kim.stop();

    await mkdir(join(nodes.home, "eve"));
    await copyFile(keyFile, join(nodes.home, "eve", "key"));
    const rotated = await grapevine(["identity", "rotate", "--yes", "--node", "kim", "--home", nodes.home, "--json"]);
    const reply = JSON.parse(rotated.stdout) as RotateReply;
    expect(reply).toMatchObject({ from: owner, owned: { swarm, said: 2, revoked: 0 } });

    const again = await nodes.up("kim");
    expect(again.status).toMatchObject({ swarm, peerId: reply.to });
    await lou.client.join({ invite: (await again.client.invite()).invite });
    const atLou = async (): Promise<SwarmReply> => await lou.client.swarm();
    await expect.poll(async () => (await atLou()).members.length, { timeout: 10_000 }).toBe(2);
    expect(await atLou()).toMatchObject({
      owner: reply.to,
      owned: false,
      members: [
        { peerId: reply.to, state: "owner" },
        { peerId: lou.status.peerId, state: "admitted" },
      ],
    });
    const eve = await nodes.up("eve", ["--swarm", swarm]);
    expect(eve.status.peerId).toBe(owner);
    await eve.client.admitMember(reply.to);
    await expect(eve.client.join({ invite: (await lou.client.invite()).invite })).rejects.toThrow();
    expect((await lou.client.status()).peers).toBe(1);
  });
});
