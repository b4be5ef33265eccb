/** The settings of a running node, and the peers that it meets: those are saved from the moment at which the start has succeeded. */
import { type Clock, messageOf } from "@grapevine/core";
import { type MetPeer, newcomerForMs, type RememberedPeer, strangeAfterMs, whoMakesRoom } from "@grapevine/network";
import type { Logger } from "pino";
import type { NodeHome } from "./home.ts";
import { type KnownPeers, type PeerAcquaintance, type Settings, saveKnownPeers } from "./settings.ts";

export interface SavedSettings {
  /** What holds as long as the node runs, and the peers of earlier starts. */
  readonly initial: Settings;
  /** The peers of earlier starts. Whom the user named, and who was there within the last month, still counts as named. */
  knownPeers(): RememberedPeer[];
  /** `isTrusted`: may not make room for others. */
  notePeer(peer: MetPeer, isTrusted: (peer: string) => boolean): void;
  /** Saves the peers now, and from now on whenever a peer is noted. @throws HOME_UNUSABLE */
  save(): Promise<void>;
  /** Resolves when everything noted is on the disk. */
  saved(): Promise<void>;
}

export interface SavedSettingsComponents {
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
  /** Default: to the node's home. */
  readonly write?: typeof saveKnownPeers;
}

/** Enough to find a swarm again by any of them. */
const maxKnownPeers = 200;
/** That a peer is still there is written down so often: it is a matter of days. */
const notedAgainAfterMs = 3_600_000;

interface Noted extends PeerAcquaintance {
  readonly addresses: readonly string[];
}

export function createSavedSettings(
  home: NodeHome,
  initial: Settings,
  { clock, log, write = saveKnownPeers }: SavedSettingsComponents,
): SavedSettings {
  const peers = notedBefore(initial, clock.now());
  let isSaving = false;
  /** The save that has not begun: whatever is noted until then goes with it, since peers decide how often something is to be noted. */
  let next: Promise<void> | undefined;
  let saving: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => write(home, toBeSaved(peers));
  return {
    initial,
    knownPeers: () =>
      [...peers].map(([peerId, { named, ...noted }]) => ({
        peerId,
        ...noted,
        named: named === true && clock.now() - noted.lastMetAt <= strangeAfterMs,
      })),
    notePeer: ({ peerId, addresses, named }, isTrusted) => {
      if (addresses.length === 0) return;
      const [before, now] = [peers.get(peerId), clock.now()];
      const noted = { addresses, firstMetAt: before?.firstMetAt ?? now, lastMetAt: now, named: before?.named || named };
      if (before !== undefined && !isNews(noted, before)) return;
      peers.set(peerId, noted);
      if (peers.size > maxKnownPeers) makeRoom(peers, now, isTrusted);
      if (!isSaving || next !== undefined) return;
      next = saving
        .then(() => {
          next = undefined;
          return save();
        })
        .catch((error: unknown) => {
          log.warn(
            `the addresses of peers could not be saved, and may have to be joined again after a restart: ${messageOf(error)}`,
          );
        });
      saving = next;
    },
    save: async () => {
      isSaving = true;
      const first = save();
      // One write after the other; whether this one failed is for the caller.
      saving = first.catch(() => undefined);
      await first;
    },
    saved: () => saving,
  };
}

/** Those of which earlier versions have noted no dates were peers all the same, and not of one day. */
function notedBefore({ peers, acquaintances = {} }: Settings, now: number): Map<string, Noted> {
  const undated = { firstMetAt: now - newcomerForMs, lastMetAt: now };
  return new Map(
    Object.entries(peers).map(([peerId, addresses]) => [peerId, { ...(acquaintances[peerId] ?? undated), addresses }]),
  );
}

function isNews(noted: Noted, before: Noted): boolean {
  const isLater = noted.lastMetAt - before.lastMetAt >= notedAgainAfterMs;
  return isLater || noted.named !== before.named || noted.addresses.join() !== before.addresses.join();
}

/** Where the user has named them all, the one that was noted first. */
function makeRoom(peers: Map<string, Noted>, now: number, isTrusted: (peer: string) => boolean): void {
  const mayGo = (peer: string): boolean => peers.get(peer)?.named !== true && !isTrusted(peer);
  const leaving = whoMakesRoom(peers, { most: maxKnownPeers, now, mayGo }) ?? peers.keys().next().value;
  if (leaving !== undefined) peers.delete(leaving);
}

function toBeSaved(peers: ReadonlyMap<string, Noted>): KnownPeers {
  const all = [...peers];
  return {
    peers: Object.fromEntries(all.map(([peerId, { addresses }]) => [peerId, addresses])),
    acquaintances: Object.fromEntries(
      all.map(([peerId, { firstMetAt, lastMetAt, named }]) => [peerId, { firstMetAt, lastMetAt, named }]),
    ),
  };
}
