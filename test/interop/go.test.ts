/** A peer in Go, written from docs/PROTOCOL.md with go-libp2p, its gossipsub, and CBOR, ids and set reconciliation of its own (`test/interop/go/`). */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseInvite } from "../../packages/network/src/invite.ts";
import type { verdicts } from "../../packages/network/src/record-gate.ts";
import { createNode, lessonOf, type TestNode, withNodes } from "../../packages/network/test/swarm.ts";
import { type NodeProcess, Nodes } from "../e2e/harness.ts";
import { ForeignPeer } from "./foreign-peer.ts";

const goPeer = inject("goPeer") ?? "";
const vectors: string = fileURLToPath(new URL("../fixtures/wire/v1", import.meta.url));

describe.skipIf(goPeer === "")("a peer in Go", () => {
  it("comes to the same bytes as every sample, both ways, and takes none with a bit changed", () => {
    const counted = JSON.parse(execFileSync(goPeer, ["vectors", vectors], { encoding: "utf8" }));
    const records = JSON.parse(readFileSync(`${vectors}/records.json`, "utf8"));
    const { frames, reconciliation } = JSON.parse(readFileSync(`${vectors}/messages.json`, "utf8"));
    expect(counted).toEqual({
      records: records.length,
      frames: frames.length,
      reconciliations: reconciliation.messages.length,
    });
  });

  describe("beside a node's process", () => {
    let nodes: Nodes;
    let ada: NodeProcess;
    let gopher: ForeignPeer;
    let before: { readonly id: string };
    beforeAll(async () => {
      nodes = await Nodes.create();
      ada = await nodes.up("ada");
      before = await ada.client.teach({ situation: "A gopher is late", guidance: "Tell it what it missed" });
      gopher = await ForeignPeer.join(goPeer, ["join", (await ada.client.invite()).invite, "gopher"]);
    });
    afterAll(async () => {
      await gopher?.end();
      await nodes?.close();
    });
    const lessonAt = async (id: unknown): Promise<unknown> => (await ada.client.lessons()).find((each) => each.id === id);

    it("joins by an invite", async () => {
      await gopher.event({ event: "greeted", peer: ada.status.peerId, name: "ada" });
      expect(await ada.client.peers()).toContainEqual(
        expect.objectContaining({ peerId: gopher.peerId, name: "gopher", connected: true }),
      );
    });

    it("gets what was said before it came", async () => {
      await gopher.perform({ do: "sync" });
      expect(await gopher.event({ event: "heard", id: before.id })).toMatchObject({ author: ada.status.peerId });
    });

    it("hears a lesson that is gossiped", async () => {
      const { id } = await ada.client.teach({ situation: "A gopher listens", guidance: "Speak up" });
      expect(await gopher.event({ event: "heard", id })).toMatchObject({ by: "gossip", type: "lesson" });
    });

    const lesson = { do: "teach", title: "Dig in order", situation: "A tunnel is dug", guidance: "Dig from the near end" };

    it("publishes a lesson, which is held as a stranger's", async () => {
      const { id } = await gopher.perform(lesson);
      await expect
        .poll(() => lessonAt(id), { timeout: 10_000 })
        .toMatchObject({
          state: "held",
          title: lesson.title,
          author: gopher.peerId,
        });
    });

    it("gives by a sync of its own what was never gossiped", async () => {
      const { id } = await gopher.perform({ ...lesson, guidance: "Dig from the far end", quietly: true });
      expect(await gopher.perform({ do: "sync" })).toMatchObject({ given: 1 });
      await expect.poll(() => lessonAt(id), { timeout: 10_000 }).toMatchObject({ state: "held" });
    });

    it("attests a lesson, and its word is kept", async () => {
      await gopher.perform({ do: "attest", lesson: before.id, worked: 3, changed: 1, failed: 2 });
      await expect
        .poll(async () => (await ada.client.lesson(before.id)).attestations, { timeout: 10_000 })
        .toEqual([{ author: gopher.peerId, worked: 3, changed: 1, failed: 2 }]);
    });

    it("is told that it is not trusted when it asks, and is answered when it is", async () => {
      const question = "What is to be done when a gopher is late?";
      expect(await gopher.perform({ do: "ask", question })).toMatchObject({ type: "error", code: "ASK_NOT_TRUSTED" });
      await ada.client.trustPeer(gopher.peerId);
      expect(await gopher.perform({ do: "probe", question })).toMatchObject({
        type: "sureness",
        best: { similarity: expect.any(Number), utility: expect.any(Number) },
      });
    });
  });

  it("is turned away with an invite that was revoked, and told why", async () => {
    const here = createNode({ swarm: "burrow" });
    await withNodes([here], async () => {
      const invite = await here.network.createInvite();
      await here.network.revokeInvite(parseInvite(invite).id ?? "");
      await expect(ForeignPeer.join(goPeer, ["join", invite, "gopher"])).rejects.toThrow("the invite does not hold: revoked");
      expect(here.network.peers()).toEqual([]);
    });
  });

  it("answers a sync that is led by a node", async () => {
    const here = createNode({ swarm: "burrow" });
    await withNodes([here], async () => {
      const early = lessonOf(here.identity, "what was never gossiped");
      here.records.add([early]);
      const gopher = await ForeignPeer.join(goPeer, ["join", await here.network.createInvite(), "gopher"]);
      try {
        await here.network.sync();
        expect(await gopher.event({ event: "heard", id: early.id })).toMatchObject({ by: "sync" });
        const quiet = { do: "teach", title: "Keep quiet", situation: "Nobody asks", guidance: "Wait", quietly: true };
        const ids = await Promise.all(
          Array.from({ length: 40 }, (_, number) => gopher.perform({ ...quiet, guidance: `Wait ${number} seconds` })),
        );
        await here.network.sync();
        expect(ids.filter(({ id }) => !here.records.has(String(id)))).toEqual([]);
        expect(here.network.peers()[0]?.lastSync).toMatchObject({ ended: "done", received: 40 });
      } finally {
        await gopher.end();
      }
    });
  });
});

/** What is wrong with each bad record that the Go peer makes, as the gate names it. */
const badRecords: Readonly<Record<string, keyof typeof verdicts>> = {
  "too large": "RECORD_TOO_LARGE",
  "too deep": "RECORD_TOO_LARGE",
  "cut short": "RECORD_MALFORMED",
  "no CBOR": "RECORD_MALFORMED",
  "followed by more": "RECORD_MALFORMED",
  "an indefinite list": "RECORD_MALFORMED",
  "keys out of order": "RECORD_NOT_CANONICAL",
  "a long integer": "RECORD_MALFORMED",
  "an unknown field": "RECORD_INVALID",
  "a missing field": "RECORD_INVALID",
  "an unknown type": "RECORD_INVALID",
  "a title too long": "RECORD_INVALID",
  "an invisible character": "RECORD_INVALID",
  "a text not normal": "RECORD_INVALID",
  "a chat token": "RECORD_INVALID",
  "a text for a link": "RECORD_INVALID",
  "a negative count": "RECORD_INVALID",
  "a fraction": "RECORD_INVALID",
  altered: "RECORD_INVALID",
  "altered text": "RECORD_SIGNATURE",
  "another's signature": "RECORD_SIGNATURE",
  "signed without the tag": "RECORD_SIGNATURE",
  "from the future": "future",
  expired: "expired",
  "of a later version": "RECORD_VERSION",
};

describe.skipIf(goPeer === "")("a peer in Go that misbehaves", () => {
  const good = { do: "teach", title: "Behave", situation: "All is well", guidance: "Go on" };
  const refused = (node: TestNode): Record<string, number> =>
    Object.fromEntries(
      Object.entries(node.network.counters())
        .filter(([name]) => /^gossip\.(?:reject|ignore)\./.test(name))
        .map(([name, count]) => [name.split(".")[2] ?? "", count]),
    );
  const misbehaving = async (node: TestNode): Promise<ForeignPeer> =>
    ForeignPeer.join(goPeer, ["misbehave", await node.network.createInvite(), "vandal"]);

  it("makes the bad records that are told of here", () => {
    const lines = execFileSync(goPeer, ["bad-records"], { encoding: "utf8" }).trim().split("\n");
    const names = lines.map((line) => (JSON.parse(line) as { readonly name: string }).name);
    expect(names.sort()).toEqual(Object.keys(badRecords).sort());
  });

  it.each(Object.entries(badRecords))("has a record refused that is %s", async (kind, reason) => {
    const here = createNode({ swarm: "burrow" });
    await withNodes([here], async () => {
      const vandal = await misbehaving(here);
      try {
        await vandal.perform({ do: "misbehave", kind });
        // Gossip of one peer stays in order: when the good record is here, the bad one was looked at.
        const { id } = await vandal.perform(good);
        await here.watched.until(() => here.records.has(String(id)), "the good record is here");
        expect(refused(here)).toEqual({ [reason]: 1 });
        expect(here.records.size).toBe(1);
        expect(here.network.peers()).toHaveLength(1);
      } finally {
        await vandal.end();
      }
    });
  });

  it("is heard no more when it goes on", async () => {
    const here = createNode({ swarm: "burrow" });
    await withNodes([here], async () => {
      const vandal = await misbehaving(here);
      try {
        for (let time = 0; time < 6; time++) await vandal.perform({ do: "misbehave", kind: "another's signature" });
        await expect.poll(() => refused(here)["RECORD_SIGNATURE"] ?? 0, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
        // The score is reckoned once a second; from then on not even good records are heard of it.
        const isHeard = async (): Promise<boolean> => {
          const accepted = here.network.counters()["gossip.accept"] ?? 0;
          await vandal.perform(good);
          // A sync goes over the same connection, so that gossip sent before it has arrived.
          await here.network.sync();
          return (here.network.counters()["gossip.accept"] ?? 0) > accepted;
        };
        await expect.poll(isHeard, { timeout: 10_000, interval: 200 }).toBe(false);
      } finally {
        await vandal.end();
      }
    });
  });
});
