import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GrapevineError, systemClock, systemTimers, type Timers } from "@grapevine/core";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { AwaitedInvites } from "../src/awaited-invites.ts";
import { followInvites } from "../src/following-invites.ts";
import { type AwaitedInvite, type KeptList, loadAwaitedInvites, openHome } from "../src/home.ts";
import { type Bench, patient, start } from "./bench.ts";

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
    const held = byHand();
    const awaited = awaitedBy(guest, held.timers, await keptIn(await home()));
    const join = (text: string): Promise<unknown> => guest.service.join({ invite: text, trust: true });
    const warnings: string[] = [];
    await host.network.stop();
    await followInvites([invite], {
      join,
      later: (text, failure) => awaited.add({ invite: text, trust: true }, failure),
      knownPeers: 0,
      swarm: "test",
      warn: (text) => warnings.push(text),
    });
    expect(warnings).toEqual([expect.stringMatching(/PEER_UNREACHABLE.*keeps trying/)]);
    expect(awaited.list()).toMatchObject([{ peerId: host.peerId, trust: true, tries: 1, lastFailure: "PEER_UNREACHABLE" }]);
    held.next();
    await expect.poll(() => held.waits.length, patient).toBe(2);
    expect(held.waits[1]).toBe(2 * (held.waits[0] ?? 0));
    expect(awaited.list()).toMatchObject([{ tries: 2 }]);
    await host.network.start();
    const there = (await host.service.invite()).invite; // it listens elsewhere now
    awaited.add({ invite: there, trust: true }, "PEER_UNREACHABLE");
    held.next();
    await expect
      .poll(async () => (await guest.service.peers())[0], patient)
      .toMatchObject({ connected: true, standing: "trusted" });
    await expect.poll(() => awaited.list(), patient).toHaveLength(1);
    expect(held.waits).toHaveLength(3);
  });

  it("whose maker refuses meanwhile, or that were awaited when the node stopped, are followed no more", async () => {
    const host = await start();
    const { invite } = await host.service.invite();
    for (const end of ["refused", "stopped"] as const) {
      const held = byHand();
      const kept = await keptIn(await home());
      const tried = Promise.withResolvers<void>();
      const join = async (): Promise<never> => {
        if (end === "stopped") void awaited.stop();
        tried.resolve();
        throw new GrapevineError(end === "refused" ? "INVITE_REVOKED" : "PEER_UNREACHABLE", "no", "Ask again.");
      };
      const awaited = new AwaitedInvites({ join, keeping: kept, clock: systemClock, timers: held.timers, log: silent });
      awaited.add({ invite, trust: false }, "PEER_UNREACHABLE");
      held.next();
      await tried.promise;
      await new Promise(setImmediate);
      expect(held.waits, end).toHaveLength(1);
      expect(awaited.list(), end).toHaveLength(end === "refused" ? 0 : 1);
      await awaited.stop();
    }
  });

  it("that are awaited are still awaited after a restart, are shown by the node, and forgotten once they were followed", async () => {
    const [host, guest] = [await start(), await start()];
    const { invite, expiresAt } = await host.service.invite();
    const folder = await home();
    const before = awaitedBy(guest, byHand().timers, await keptIn(folder));
    before.add({ invite, trust: true }, "PEER_UNREACHABLE");
    await before.stop();

    const held = byHand();
    const kept = await keptIn(folder);
    const after = awaitedBy(guest, held.timers, {
      ...kept,
      kept: [{ invite: "grapevine7abc", trust: true, since: 1 }, ...kept.kept],
    });
    after.begin();
    expect(after.list()).toEqual([
      expect.objectContaining({ peerId: host.peerId, trust: true, expiresAt, tries: 0, lastFailure: undefined }),
    ]);
    held.next();
    await expect.poll(() => after.list(), patient).toEqual([]);
    expect(await guest.service.peers()).toMatchObject([{ peerId: host.peerId, standing: "trusted" }]);
    await after.stop();
    expect((await keptIn(folder)).kept).toEqual([]);
  });

  it("show in the status of a node, until one is followed by hand", async () => {
    const [host, guest] = [await start(), await start()];
    const { invite } = await host.service.invite();
    guest.awaited.add({ invite, trust: false }, "PEER_UNREACHABLE");
    expect((await guest.service.status()).awaited).toMatchObject([{ peerId: host.peerId, lastFailure: "PEER_UNREACHABLE" }]);
    await guest.service.join({ invite });
    expect((await guest.service.status()).awaited).toEqual([]);
    await guest.awaited.stop();
  });

  it("are awaited until the maker is trusted, too, where that was asked for", async () => {
    const [host, guest] = [await start(), await start()];
    const { invite } = await host.service.invite();
    const { service } = guest;
    const trustPeer = service.trustPeer.bind(service);
    const full = new GrapevineError("STORE_WRITE_FAILED", "the disk is full", "Make room.");
    service.trustPeer = () => Promise.reject(full);
    guest.awaited.add({ invite, trust: true }, "PEER_UNREACHABLE");
    await expect(service.join({ invite, trust: true })).rejects.toBe(full);
    expect(guest.awaited.list()).toMatchObject([{ peerId: host.peerId }]);
    await guest.awaited.stop();

    const held = byHand();
    const awaited = awaitedBy(guest, held.timers, await keptIn(await home()));
    awaited.add({ invite, trust: true }, "PEER_UNREACHABLE");
    held.next();
    await expect.poll(() => awaited.list(), patient).toMatchObject([{ tries: 2, lastFailure: full.code }]);
    service.trustPeer = trustPeer;
    held.next();
    await expect.poll(() => awaited.list(), patient).toEqual([]);
    expect(await service.peers()).toMatchObject([{ peerId: host.peerId, standing: "trusted" }]);
    await awaited.stop();
  });

  it("are awaited up to 64, after which the first one goes", async () => {
    const host = await start();
    const folder = await home();
    const awaited = awaitedBy(host, byHand().timers, await keptIn(folder));
    const invites = await Promise.all(Array.from({ length: 65 }, async () => (await host.service.invite()).invite));
    const wait = (invite: string): void => awaited.add({ invite, trust: false }, "PEER_UNREACHABLE");
    for (const invite of invites.slice(0, 64)) wait(invite);
    expect(awaited.list()).toHaveLength(64);
    for (const invite of invites.slice(64)) wait(invite);
    await awaited.stop();
    expect((await keptIn(folder)).kept.map(({ invite }) => invite)).toEqual(invites.slice(1));
  });
});

const silent = pino({ level: "silent" });

function awaitedBy({ service }: Bench, timers: Timers, keeping: KeptList<AwaitedInvite>): AwaitedInvites {
  return new AwaitedInvites({ join: (request) => service.join(request), keeping, clock: systemClock, timers, log: silent });
}

/** Timers that go off when they are told to. */
function byHand(): { readonly timers: Timers; readonly waits: number[]; readonly next: () => void } {
  const waits: number[] = [];
  let last: () => void = expect.unreachable;
  const timers: Timers = {
    ...systemTimers,
    after: (delayMs, call) => {
      waits.push(delayMs);
      last = call;
      return { cancel: () => undefined };
    },
  };
  return { timers, waits, next: () => last() };
}

async function home(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-awaited-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function keptIn(folder: string): Promise<KeptList<AwaitedInvite>> {
  return await loadAwaitedInvites(await openHome(folder, "node"));
}
