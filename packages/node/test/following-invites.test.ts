import { GrapevineError } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { followInvites } from "../src/following-invites.ts";
import { start } from "./bench.ts";

/** Follows as a start does; gives the warnings. */
async function follow(
  join: (invite: string) => Promise<unknown>,
  knownPeers: number,
  invites: readonly string[],
): Promise<string[]> {
  const warnings: string[] = [];
  await followInvites(invites, { join, knownPeers, swarm: "test", warn: (text) => warnings.push(text) });
  return warnings;
}

describe("the invites of a start", () => {
  it("that no longer hold stop a node that is new in the swarm, and nobody who knows peers of it", async () => {
    const [host, other, guest] = [await start(), await start(), await start()];
    const [spent, good] = [await host.service.invite({ uses: 1 }), await other.service.invite()];
    const join = (invite: string): Promise<unknown> => guest.service.join({ invite });
    await host.service.revokeInvite(spent.id ?? "");
    await expect(follow(join, 0, [spent.invite, good.invite])).rejects.toMatchObject({ code: "INVITE_REVOKED" });
    expect(guest.network.peers()).toEqual([]);
    const warnings = await follow(join, 1, [spent.invite, good.invite]);
    expect(warnings).toEqual([expect.stringContaining("INVITE_REVOKED")]);
    expect(guest.network.peers().map(({ peerId }) => peerId)).toEqual([other.peerId]);
  });

  it.each([
    ["INVITE_EXPIRED", 1],
    ["INVITE_USED_UP", 1],
    ["INVITE_FORGOTTEN", 1],
    ["PEER_UNREACHABLE", 1],
    ["INVITE_OTHER_SWARM", 0],
    ["INVITE_OWN", 0],
    ["SWARM_NOT_MEMBER", 0],
  ] as const)("that end in %s give %i warnings", async (code, expected) => {
    const refused = async (): Promise<never> => {
      throw new GrapevineError(code, "it was refused", "Ask again.");
    };
    const following = follow(refused, 3, ["an invite"]);
    if (expected === 0) await expect(following).rejects.toMatchObject({ code });
    else expect(await following).toEqual([expect.stringMatching(`${code}.*in the swarm test already.*3 peers`)]);
  });
});
