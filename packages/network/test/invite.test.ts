import { createIdentity, type Identity } from "@grapevine/core";
import fc from "fast-check";
import { base32 } from "multiformats/bases/base32";
import { describe, expect, it } from "vitest";
import { type IssuedInvite, parseInvite } from "../src/index.ts";
import { formatInvite, type InviteDraft } from "../src/invite.ts";
import { inviteForgottenAfterMs, maxIssuedInvites } from "../src/network-limits.ts";
import { codeOf, createNode, type TestNode, withNodes } from "./swarm.ts";

const identity = createIdentity();
const peerId = identity.author;
const draft: InviteDraft = {
  swarm: "home",
  name: "Ada's laptop",
  addresses: [
    `/ip4/192.0.2.7/tcp/4001/p2p/${peerId}`,
    `/ip6/2001:db8::7/tcp/4001/p2p/${peerId}`,
    `/dns4/example.org/tcp/4001/p2p/${peerId}`,
  ],
  id: "k3xq7a2mk3xq7a2m",
  expiresAt: 1_900_000_000_000,
};
const text = formatInvite(draft, identity);
const prefix = "grapevine2";

describe("invites", () => {
  it("give back what was put in, also when a mail program has broken and capitalised them", () => {
    expect(text).toMatch(/^grapevine2[a-z2-7]+$/);
    expect(parseInvite(text)).toEqual({ ...draft, peerId });
    expect(parseInvite(` ${text.slice(0, 60)}\r\n  ${text.slice(60).toUpperCase()} `)).toEqual({ ...draft, peerId });
    const { name: _none, ...nameless } = draft;
    expect(parseInvite(formatInvite(nameless, identity))).toEqual({ ...nameless, peerId });
    const swarm = "x".repeat(128);
    expect(parseInvite(formatInvite({ ...draft, swarm }, identity)).swarm).toBe(swarm);
  });

  it("are refused with one clear error each", async () => {
    const code = (changed: string): Promise<string> => codeOf(() => parseInvite(changed));
    expect(await code("")).toBe("INVITE_MALFORMED");
    expect(await code("hello")).toBe("INVITE_MALFORMED");
    expect(await code(text.slice(3))).toBe("INVITE_MALFORMED");
    expect(await code("x".repeat(8193))).toBe("INVITE_MALFORMED");
    expect(await code(text.padEnd(8192))).toBe("none");
    expect(await code(text.replace(prefix, "grapevine3"))).toBe("INVITE_VERSION");
    expect(await code(prefix)).toBe("INVITE_DAMAGED");
    expect(await code(text.slice(0, -1))).toBe("INVITE_DAMAGED");
    expect(await code(text.replace(prefix, `${prefix}!`))).toBe("INVITE_DAMAGED");
    expect(await code(text.replace(prefix, "grapevine1"))).toBe("INVITE_DAMAGED");
    expect(await code(formatInvite({ ...draft, swarm: "x".repeat(129) }, identity))).toBe("INVITE_DAMAGED");
  });

  it("are refused when another signed them than the one they name", async () => {
    const bytes = base32.baseDecode(text.slice(prefix.length));
    const another = base32.baseDecode(formatInvite(draft, createIdentity()).slice(prefix.length));
    const forged = base32.baseEncode(Buffer.concat([bytes.subarray(0, -64), another.subarray(-64)]));
    expect(await codeOf(() => parseInvite(prefix + forged))).toBe("INVITE_DAMAGED");
  });

  it("do not survive any cut or any changed character", () => {
    fc.assert(
      fc.property(
        fc.nat(text.length - prefix.length - 1),
        fc.constantFrom(...Array.from("abcdefghijklmnopqrstuvwxyz234567")),
        (at, letter) => {
          const position = prefix.length + at;
          fc.pre(text[position] !== letter);
          expect(() => parseInvite(text.slice(0, position) + letter + text.slice(position + 1))).toThrow();
          expect(() => parseInvite(text.slice(0, position))).toThrow();
        },
      ),
      { numRuns: 300 },
    );
  });

  it("are not taken from oneself, nor for peers that are not there", async () => {
    const [here, gone] = [createNode(), createNode()];
    await withNodes([here, gone], async () => {
      expect(await codeOf(here.network.join(await here.network.createInvite()))).toBe("INVITE_OWN");
      const dead = await gone.network.createInvite();
      await gone.network.stop();
      expect(await codeOf(here.network.join(dead))).toBe("PEER_UNREACHABLE");
      expect(await codeOf(here.network.ask(gone.network.peerId, "Are you there?"))).toBe("PEER_UNKNOWN");
    });
  });

  it("lead to the key they name and to no other", async () => {
    const [here, there] = [createNode(), createNode()];
    await withNodes([here, there], async () => {
      const address = there.network.addresses()[0]?.replace(/\/p2p\/.*/, "") as string;
      const impostor = formatInvite(inviteTo(address), createIdentity());
      expect(await codeOf(here.network.join(impostor))).toBe("PEER_UNREACHABLE");
      expect(here.network.peers()).toEqual([]);
    });
  });
});

describe("an invite that was given out", () => {
  it("does not hold once it is revoked, and whoever has joined by it stays", async () => {
    const [here, early, late] = [createNode(), createNode(), createNode()];
    await withNodes([here, early, late], async () => {
      const invite = await here.network.createInvite();
      await early.network.join(invite);
      const id = parseInvite(invite).id as string;
      expect(here.network.invites()).toMatchObject([{ id, usedBy: [early.network.peerId] }]);
      await here.network.revokeInvite(id.slice(0, 6));
      expect(await codeOf(late.network.join(invite))).toBe("INVITE_REVOKED");
      // Over the connection that it has, which stays.
      expect(await codeOf(early.network.join(invite))).toBe("INVITE_REVOKED");
      expect(late.network.peers()).toEqual([]);
      expect(here.network.peers().map((peer) => peer.peerId)).toEqual([early.network.peerId]);
      // What revoking cannot do: an open swarm admits by its name alone.
      expect((await late.network.connect(here.network.addresses())).peerId).toBe(here.network.peerId);
    });
  });

  it("holds for as many peers as it says, each counted once", async () => {
    const [here, first, second] = [createNode(), createNode(), createNode()];
    await withNodes([here, first, second], async () => {
      const invite = await here.network.createInvite({ uses: 1 });
      await first.network.join(invite);
      await first.network.join(invite);
      await first.network.disconnect(here.network.peerId);
      await first.network.join(invite);
      expect(await codeOf(second.network.join(invite))).toBe("INVITE_USED_UP");
    });
  });

  it("does not hold once it has expired, by either clock, or is unknown", async () => {
    const clock = { now: () => Date.now() };
    const [here, late] = [createNode({}, { clock }), createNode()];
    await withNodes([here, late], async () => {
      const invite = await here.network.createInvite({ expiresInMs: 60_000 });
      clock.now = () => Date.now() + 61_000;
      expect(await codeOf(late.network.join(invite))).toBe("INVITE_EXPIRED");
      clock.now = () => Date.now() - 61_000;
      const past = await here.network.createInvite({ expiresInMs: 60_000 });
      expect(await codeOf(late.network.join(past))).toBe("INVITE_EXPIRED");
      const address = here.network.addresses()[0]?.replace(/\/p2p\/.*/, "") as string;
      expect(await codeOf(late.network.join(formatInvite(inviteTo(address), here.identity)))).toBe("INVITE_FORGOTTEN");
      expect(await codeOf(here.network.revokeInvite("nonesuch"))).toBe("INVITE_UNKNOWN");
    });
  });

  it("is remembered over a restart, up to a limit, and forgotten a month after it has expired", async () => {
    let saved: readonly IssuedInvite[] = [];
    const clock = { now: () => Date.now() };
    const again = (as?: Identity): TestNode =>
      createNode(as === undefined ? {} : { identity: as }, {
        clock,
        invites: {
          issued: saved,
          save: async (issued) => {
            saved = issued;
          },
        },
      });
    const [first, late] = [again(), createNode()];
    let invite = "";
    await withNodes([first], async () => {
      for (let made = 0; made < maxIssuedInvites; made++) invite = await first.network.createInvite();
      expect(await codeOf(first.network.createInvite())).toBe("INVITE_TOO_MANY");
      await first.network.revokeInvite(parseInvite(invite).id as string);
    });
    const second = again(first.identity);
    await withNodes([second, late], async () => {
      const id = parseInvite(invite).id as string;
      const address = second.network.addresses()[0]?.replace(/\/p2p\/.*/, "") as string;
      expect(await codeOf(late.network.join(formatInvite({ ...inviteTo(address), id }, second.identity)))).toBe("INVITE_REVOKED");
      clock.now = () => Date.now() + 7 * 86_400_000 + inviteForgottenAfterMs + 1000;
      await second.network.createInvite();
      expect(second.network.invites()).toHaveLength(1);
    });
  });
});

function inviteTo(address: string): InviteDraft {
  return { ...draft, swarm: "test", addresses: [address], expiresAt: Date.now() + 60_000 };
}
