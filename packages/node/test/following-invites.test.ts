import { GrapevineError, systemTimers, type Timers } from "@grapevine/core";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { AwaitedInvites } from "../src/awaited-invites.ts";
import { followInvites } from "../src/following-invites.ts";
import { patient, start } from "./bench.ts";

/** Follows as a start does; gives the warnings. */
async function follow(
  join: (invite: string) => Promise<unknown>,
  knownPeers: number,
  invites: readonly string[],
): Promise<string[]> {
  const warnings: string[] = [];
  const later = (): void => undefined;
  await followInvites(invites, { join, later, knownPeers, swarm: "test", warn: (text) => warnings.push(text) });
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
    ["PEER_BEHIND_RELAY", 1],
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

  it("whose maker is away are followed, and the maker is trusted, as soon as it is there, by a node that is new as well", async () => {
    const [host, guest] = [await start(), await start()];
    const { invite } = await host.service.invite();
    const join = (text: string): Promise<unknown> => guest.service.join({ invite: text, trust: true });
    const waits: number[] = [];
    let tryNow: () => void = expect.unreachable;
    const timers: Timers = {
      ...systemTimers,
      after: (delayMs, call) => {
        waits.push(delayMs);
        tryNow = call;
        return { cancel: () => undefined };
      },
    };
    const awaited = new AwaitedInvites({ join, timers, log: pino({ level: "silent" }) });
    const warnings: string[] = [];
    await host.network.stop();
    await followInvites([invite], {
      join,
      later: (text) => awaited.add(text),
      knownPeers: 0,
      swarm: "test",
      warn: (text) => warnings.push(text),
    });
    expect(warnings).toEqual([expect.stringMatching(/PEER_UNREACHABLE.*keeps trying/)]);
    tryNow();
    await expect.poll(() => waits.length, patient).toBe(2);
    expect(waits[1]).toBe(2 * (waits[0] ?? 0));
    await host.network.start();
    const there = (await host.service.invite()).invite; // it listens elsewhere now
    awaited.add(there);
    tryNow();
    await expect
      .poll(async () => (await guest.service.peers())[0], patient)
      .toMatchObject({ connected: true, standing: "trusted" });
    expect(waits).toHaveLength(3);
  });

  it("whose maker refuses meanwhile, or that were awaited when the node stopped, are followed no more", async () => {
    for (const end of ["refused", "stopped"] as const) {
      const [waits, log] = [[] as number[], { info: expect.unreachable, warn: () => undefined }];
      const timers: Timers = {
        ...systemTimers,
        after: (delayMs, call) => {
          waits.push(delayMs);
          queueMicrotask(call);
          return { cancel: () => undefined };
        },
      };
      const tried = Promise.withResolvers<void>();
      const join = async (): Promise<never> => {
        if (end === "stopped") awaited.stop();
        tried.resolve();
        throw new GrapevineError(end === "refused" ? "INVITE_REVOKED" : "PEER_UNREACHABLE", "no", "Ask again.");
      };
      const awaited = new AwaitedInvites({ join, timers, log });
      awaited.add("an invite");
      await tried.promise;
      await new Promise(setImmediate);
      expect(waits, end).toHaveLength(1);
    }
  });
});
