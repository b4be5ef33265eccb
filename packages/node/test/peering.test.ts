import { createIdentity } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { connect, patient, start } from "./bench.ts";

describe("a peer that is blocked", () => {
  it("need never have been met: its id is enough", async () => {
    const node = await start();
    const { author } = createIdentity();
    expect(await node.service.blockPeer(author)).toMatchObject({ peerId: author, standing: "blocked", connected: false });
    expect(await node.service.peers()).toMatchObject([{ peerId: author, standing: "blocked" }]);
    await expect(node.service.blockPeer("nobody")).rejects.toMatchObject({ code: "PEER_UNKNOWN" });
  });

  it("is hung up, and cannot come in any more", async () => {
    const [host, guest] = [await start(), await start()];
    await connect(guest, host);
    expect(await host.service.blockPeer(guest.peerId)).toMatchObject({ standing: "blocked", connected: false });
    const { invite } = await host.service.invite();
    await expect.poll(() => guest.network.peers(), patient).toEqual([]);
    await expect(guest.service.join({ invite })).rejects.toThrow();
    expect(host.network.peers()).toEqual([]);
  });
});
