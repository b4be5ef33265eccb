import { createIdentity } from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInvite } from "../src/index.ts";
import { formatInvite } from "../src/invite.ts";
import { codeOf, createNode, withNodes } from "./swarm.ts";

const peerId = createIdentity().author;
const invite = {
  swarm: "home",
  peerId,
  name: "Ada's laptop",
  addresses: [
    `/ip4/192.0.2.7/tcp/4001/p2p/${peerId}`,
    `/ip6/2001:db8::7/tcp/4001/p2p/${peerId}`,
    `/dns4/example.org/tcp/4001/p2p/${peerId}`,
  ],
};
const text = formatInvite(invite);

describe("invites", () => {
  it("give back what was put in, also when a mail program has broken and capitalised them", () => {
    expect(text).toMatch(/^grapevine1[a-z2-7]+$/);
    expect(parseInvite(text)).toEqual(invite);
    expect(parseInvite(` ${text.slice(0, 60)}\r\n  ${text.slice(60).toUpperCase()} `)).toEqual(invite);
    const { name: _none, ...nameless } = invite;
    expect(parseInvite(formatInvite(nameless))).toEqual(nameless);
  });

  it("are refused with one clear error each", async () => {
    const code = (changed: string): Promise<string> => codeOf(() => parseInvite(changed));
    expect(await code("")).toBe("INVITE_MALFORMED");
    expect(await code("hello")).toBe("INVITE_MALFORMED");
    expect(await code(text.slice(3))).toBe("INVITE_MALFORMED");
    expect(await code("x".repeat(10_000))).toBe("INVITE_MALFORMED");
    expect(await code(text.replace("grapevine1", "grapevine2"))).toBe("INVITE_VERSION");
    expect(await code("grapevine1")).toBe("INVITE_DAMAGED");
    expect(await code(text.slice(0, -1))).toBe("INVITE_DAMAGED");
    expect(await code(text.replace("grapevine1", "grapevine1!"))).toBe("INVITE_DAMAGED");
  });

  it("do not survive any cut or any changed character", () => {
    const bodyAt = "grapevine1".length;
    fc.assert(
      fc.property(
        fc.nat(text.length - bodyAt - 1),
        fc.constantFrom(...Array.from("abcdefghijklmnopqrstuvwxyz234567")),
        (at, letter) => {
          const position = bodyAt + at;
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
      expect(await codeOf(here.network.join(here.network.createInvite()))).toBe("INVITE_OWN");
      const dead = gone.network.createInvite();
      await gone.network.stop();
      expect(await codeOf(here.network.join(dead))).toBe("PEER_UNREACHABLE");
      expect(await codeOf(here.network.ask(gone.network.peerId, "Are you there?"))).toBe("PEER_UNKNOWN");
    });
  });

  it("lead to the key they name and to no other", async () => {
    const [here, there] = [createNode(), createNode()];
    await withNodes([here, there], async () => {
      const address = there.network.addresses()[0]?.replace(/\/p2p\/.*/, "") as string;
      const impostor = formatInvite({ swarm: "test", peerId: createIdentity().author, addresses: [address] });
      expect(await codeOf(here.network.join(impostor))).toBe("PEER_UNREACHABLE");
      expect(here.network.peers()).toEqual([]);
    });
  });
});
