/** The JavaScript of yesterday: gossipsub 14 on libp2p 2, in a workspace of its own, since both generations in one would be silently dead. */
import { fileURLToPath } from "node:url";
import { createIdentity } from "@grapevine/core";
import { expect, it } from "vitest";
import { createNode, lessonOf, withNodes } from "../../packages/network/test/swarm.ts";
import { ForeignPeer } from "./foreign-peer.ts";

const program: string = fileURLToPath(new URL("gossipsub-14/peer.mjs", import.meta.url));
const messages = 20;

it("hears what a peer on gossipsub 14 publishes, and is heard by it", async () => {
  const here = createNode({ name: "today", swarm: "attic" });
  await withNodes([here], async () => {
    const address = here.network.addresses()[0] ?? "";
    const old = await ForeignPeer.join(process.execPath, [program, address, "attic", "yesterday"]);
    try {
      expect(await old.event({ event: "joined" })).toMatchObject({ inviter: "today", swarm: "attic" });
      await old.event({ event: "grafted" });
      expect(here.network.peers()).toMatchObject([{ peerId: old.peerId, name: "yesterday" }]);
      const author = createIdentity();
      const theirs = Array.from({ length: messages }, (_, number) => lessonOf(author, `old things ${number}`));
      for (const { frame } of theirs) {
        const reply = await old.perform({ frame: Buffer.from(frame).toString("hex") });
        expect(reply["recipients"]).toBe(1);
      }
      await here.watched.until(() => theirs.every(({ id }) => here.records.has(id)), "the old peer's lessons are here");
      expect(here.network.counters()["gossip.accept"]).toBe(messages);
      for (let number = 0; number < messages; number++) {
        const { frame } = here.teach(`new things ${number}`);
        await old.event({ event: "heard", frame: Buffer.from(frame).toString("hex") });
      }
    } finally {
      await old.end();
    }
  });
});
