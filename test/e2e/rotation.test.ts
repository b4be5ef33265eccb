import { existsSync } from "node:fs";
import { readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { type IdentityReport, type RotateReply, rotateKey, showIdentity } from "@grapevine/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, grapevine, Nodes } from "./harness.ts";

describe("a node whose key is replaced", () => {
  let nodes: Nodes;
  beforeAll(async () => {
    nodes = await Nodes.create();
  });
  afterAll(() => nodes.close());
  const identity = (...words: string[]): Promise<Finished> =>
    grapevine(["identity", ...words, "--node", "bo", "--home", nodes.home, "--json"]);
  const show = (): Promise<IdentityReport> => showIdentity({ home: nodes.home, name: "bo" });
  const refusalOfRotating = (nextKeyFile?: string): Promise<unknown> =>
    rotateKey({ home: nodes.home, name: "bo", ...(nextKeyFile !== undefined && { nextKeyFile }) }).catch(
      (error: unknown) => error,
    );

  it("keeps its lessons, its name and the trust in it, and its old key counts no more", { timeout: 90_000 }, async () => {
    const ada = await nodes.up("ada");
    const bo = await nodes.up("bo");
    const before = JSON.parse((await identity("show")).stdout) as IdentityReport;
    expect(before).toMatchObject({ node: "bo", author: bo.status.peerId, nextKey: "here" });
    expect((await stat(before.nextKeyFile)).mode & 0o777).toBe(0o600);
    expect(await refusalOfRotating()).toMatchObject({ code: "KEY_IN_USE" });

    await bo.client.join({ invite: (await ada.client.invite()).invite, trust: true });
    await ada.client.trustPeer(bo.status.peerId, { name: "bo" });
    const { id } = await bo.client.teach({ situation: "A door of the hall sticks", guidance: "Lift it a little" });
    const stateAtAda = async (lesson: string): Promise<string | undefined> =>
      (await ada.client.lessons()).find((each) => each.id === lesson)?.state;
    await expect.poll(() => stateAtAda(id), { timeout: 15_000 }).toBe("admitted");
    await bo.stop();

    // As its owner should: the next key is not where the present one is.
    const elsewhere = join(nodes.home, "stick");
    await rename(before.nextKeyFile, elsewhere);
    expect((await show()).nextKey).toBe("elsewhere");
    expect(await refusalOfRotating()).toMatchObject({ code: "KEY_NEXT_MISSING" });
    expect(await refusalOfRotating(before.keyFile)).toMatchObject({ code: "KEY_NEXT_WRONG" });
    const reply = JSON.parse((await identity("rotate", "--yes", "--next-key", elsewhere)).stdout) as RotateReply;
    expect(reply).toMatchObject({ from: bo.status.peerId, records: { kept: 1, dropped: 0 } });
    expect(await readFile(before.keyFile)).toEqual(await readFile(elsewhere));
    expect(existsSync(join(nodes.home, "bo", "next-key-but-one"))).toBe(false);
    const after = await show();
    expect(after).toMatchObject({ author: reply.to, nextKey: "here", follows: reply.from });
    expect(after.nextKeyHash).not.toBe(before.nextKeyHash);

    const again = await nodes.up("bo");
    expect(again.status.peerId).toBe(reply.to);
    expect((await again.client.lessons()).map((lesson) => [lesson.id, lesson.state])).toEqual([[id, "own"]]);
    await expect.poll(async () => (await ada.client.status()).peers, { timeout: 15_000 }).toBe(1);
    const later = await again.client.teach({ situation: "A window of the hall sticks", guidance: "Oil its hinges" });
    await expect.poll(() => stateAtAda(later.id), { timeout: 15_000 }).toBe("admitted");
    expect(await stateAtAda(id)).toBe("admitted");
    const [peer] = await ada.client.peers();
    expect(peer).toMatchObject({ peerId: reply.to, name: "bo" });
  });
});
