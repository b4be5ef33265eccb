import {
  closedSwarmName,
  createIdentity,
  type Identity,
  keyHashOf,
  type RotationBody,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect, it, vi } from "vitest";
import { maxConnections, namedConnections } from "../src/network-limits.ts";
import { startHost } from "./liar.ts";
import { closedNode, membershipOf } from "./members.ts";
import { codeOf, lessonOf, withNodes } from "./swarm.ts";

describe("a closed swarm", () => {
  const owner = createIdentity();
  const swarm = closedSwarmName("team", owner.author);
  const bo = createIdentity();
  const cy = createIdentity();
  const admitted = (member: Identity, changes = {}): ReturnType<typeof membershipOf> =>
    membershipOf(owner, member.author, changes);

  it("lets in whom the owner admitted, known here or not, without the owner being there", async () => {
    // Bo knows nothing of Cy and Cy nothing of Bo; each shows the record that admits it.
    const here = closedNode(swarm, bo, [admitted(bo)]);
    const there = closedNode(swarm, cy, [admitted(cy)]);
    await withNodes([here, there], async () => {
      await here.network.join(await there.network.createInvite());
      await there.watched.until(() => there.network.peers().length === 1, "both have greeted");
      expect(here.members.of(cy.author)?.body.state).toBe("admitted");
      expect(there.members.of(bo.author)?.body.state).toBe("admitted");
      const lesson = there.teach("what a member writes");
      await here.watched.until(() => here.records.has(lesson.id), "it is heard");
    });
  });

  it("turns away who is no member, and says what to do", async () => {
    const here = closedNode(swarm, bo, [admitted(bo)]);
    const there = closedNode(swarm, cy);
    await withNodes([here, there], async () => {
      await expect(there.network.join(await here.network.createInvite())).rejects.toMatchObject({
        code: "SWARM_NOT_MEMBER",
        hint: expect.stringContaining(`grapevine swarm admit ${cy.author}`),
      });
      expect(here.network.peers()).toEqual([]);
      expect(here.log.join("\n")).toContain("is not a member");
      // Who is none is not taken for one either.
      expect(await codeOf(here.network.connect(there.network.addresses()))).toBe("PEER_NOT_MEMBER");
    });
  });

  it("is not taken in by records that others signed, are about others, or have ended", async () => {
    const thief = createIdentity();
    const proofs = [
      membershipOf(thief, cy.author),
      admitted(bo),
      admitted(cy, { until: Date.now() - 1 }),
      admitted(cy, { swarm: closedSwarmName("other", owner.author) }),
      admitted(cy, { state: "revoked" }),
    ];
    const here = closedNode(swarm, owner);
    await withNodes([here], async () => {
      for (const proof of proofs) {
        const there = closedNode(swarm, cy);
        // A node that lies shows whatever it likes.
        Object.assign(there.members, { of: () => ({ ...proof, body: { ...proof.body, state: "admitted" } }) });
        await withNodes([there], async () => {
          const code = await codeOf(there.network.connect(here.network.addresses()));
          expect(code, JSON.stringify(proof.body)).toBe("SWARM_NOT_MEMBER");
        });
        expect(here.network.peers()).toEqual([]);
      }
    });
  });

  it("says to who is revoked and does not know it what the silence may mean", async () => {
    const here = closedNode(swarm, owner, [admitted(bo), admitted(bo, { state: "revoked" })]);
    const there = closedNode(swarm, bo, [admitted(bo)]);
    await withNodes([here, there], async () => {
      await expect(there.network.connect(here.network.addresses())).rejects.toMatchObject({
        code: "PEER_FOREIGN",
        hint: expect.stringContaining("revoked"),
      });
    });
  });

  it("hangs up on who is revoked, and takes nothing more of it, also not from one who has not heard yet", async () => {
    const everybody = [admitted(bo), admitted(cy)];
    const lead = closedNode(swarm, owner, everybody);
    const relay = closedNode(swarm, bo, everybody);
    const outcast = closedNode(swarm, cy, everybody);
    await withNodes([lead, relay, outcast], async () => {
      await relay.network.join(await lead.network.createInvite());
      await outcast.network.join(await relay.network.createInvite());
      const kept = outcast.teach("before it was revoked");
      await lead.watched.until(() => lead.records.has(kept.id), "it is relayed");
      const began = Date.now();
      const revocation = admitted(cy, { state: "revoked" });
      lead.hold(revocation);
      lead.outbox.set(revocation.id, revocation);
      lead.network.publish();
      await relay.watched.until(() => relay.network.peers().every(({ peerId }) => peerId !== cy.author), "hung up");
      expect(Date.now() - began).toBeLessThan(30_000);
      await outcast.watched.until(() => outcast.network.peers().length === 0, "alone");
      expect(await codeOf(outcast.network.connect(relay.network.addresses()))).not.toBe("none");
      // What it writes from now on, dated back, comes by a relay that passes it on all the same.
      const later = lessonOf(cy, "after it was revoked", { createdAt: began - 60_000 });
      relay.records.add([later]);
      relay.outbox.set(later.id, later);
      relay.network.publish();
      await relay.watched.until(() => relay.outbox.size === 0, "it is gossiped");
      await lead.network.sync();
      expect(lead.records.has(later.id)).toBe(false);
      const counters = lead.network.counters();
      expect((counters["gossip.ignore.revoked-author"] ?? 0) + (counters["sync.ignore.revoked-author"] ?? 0)).toBeGreaterThan(0);
    });
  });

  it("has places for its members when strangers have taken all that strangers may have", async () => {
    const here = closedNode(swarm, owner, [admitted(bo)]);
    const there = closedNode(swarm, bo, [admitted(bo)]);
    const stranger = await startHost();
    await withNodes([here, there], async () => {
      try {
        const [address = ""] = here.network.addresses();
        const open = (): number => stranger.getConnections().length;
        const knock = async (): Promise<string> => await codeOf(stranger.dial(multiaddr(address), { force: true }));
        // An address may open so many in a second only: who is refused asks again a little later.
        const filled = async (): Promise<boolean> => {
          await knock();
          return open() >= maxConnections - namedConnections;
        };
        await vi.waitUntil(filled, { interval: 5, timeout: 20_000 });
        await knock();
        expect(open()).toBeGreaterThanOrEqual(maxConnections - namedConnections);
        await there.network.connect([address]);
        expect(here.network.peers().map(({ peerId }) => peerId)).toEqual([bo.author]);
      } finally {
        await stranger.stop();
      }
    });
  });

  it("goes over to the owner's next key, which members show with their admission, and hears the old one no more", async () => {
    const [next, afterNext] = [createIdentity(), createIdentity()];
    const rotated = rotationsOf(owner, next, afterNext);
    const shown = { swarm, succession: rotated.map(({ frame }) => frame) };
    const again = [next, bo, cy].map(({ author }) => membershipOf(next, author, shown));
    // Bo has heard of nothing; who has heard has the new words on all.
    const here = closedNode(swarm, bo, [admitted(bo)]);
    const there = closedNode(swarm, cy, again);
    const heir = closedNode(swarm, next, again);
    const stolen = closedNode(swarm, owner, [admitted(bo)]);
    await withNodes([here, there, heir], async () => {
      await here.network.join(await there.network.createInvite());
      await here.watched.until(() => here.network.peers().length === 1, "by what Cy shows");
      await here.network.join(await heir.network.createInvite());
      expect(
        here.network
          .peers()
          .map(({ peerId }) => peerId)
          .sort(),
      ).toEqual([cy.author, next.author].sort());
      await here.network.sync();
      expect(here.members.of(bo.author)?.body.author).toBe(next.author);
      await withNodes([stolen], async () => {
        expect(await codeOf(stolen.network.connect(here.network.addresses()))).not.toBe("none");
        const puppet = admitted(createIdentity(), { createdAt: 1 });
        const [verdict] = await here.network.bring([puppet.frame]);
        expect(verdict).toEqual({ verdict: "ignore", reason: "not-the-owner" });
      });
    });
  });

  it("fetches what a member wrote once the admission has come", async () => {
    const late = admitted(cy);
    const lead = closedNode(swarm, owner, [admitted(bo)]);
    const here = closedNode(swarm, bo, [admitted(bo)]);
    const written = lessonOf(cy, "written before anybody here knew");
    lead.records.add([written]);
    await withNodes([lead, here], async () => {
      await here.network.join(await lead.network.createInvite());
      await here.network.sync();
      expect(here.records.has(written.id)).toBe(false);
      lead.hold(late);
      lead.outbox.set(late.id, late);
      lead.network.publish();
      await here.watched.until(() => here.records.has(written.id), "it is fetched");
    });
  });
});

/** The first key commits to the second, which follows it and commits to a third. */
function rotationsOf(first: Identity, second: Identity, third: Identity): SignedRecord<RotationBody>[] {
  const draft = { type: "rotation", seq: 1, createdAt: Date.now() } as const;
  const commitment = signRecord<RotationBody>(first, { ...draft, nextKeyHash: keyHashOf(second.author) });
  const following = { ...draft, nextKeyHash: keyHashOf(third.author), follows: first.author };
  return [commitment, signRecord<RotationBody>(second, following)];
}
