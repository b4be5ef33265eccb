/** The settings of a running node: the peers that it meets are added to them, and they are saved from the moment at which the start has succeeded. */
import { messageOf, RecentMap } from "@grapevine/core";
import type { Logger } from "pino";
import { type NodeHome, type Settings, saveSettings } from "./home.ts";

export interface SavedSettings {
  /** As they were at the start. */
  readonly initial: Settings;
  notePeer(peerId: string, addresses: readonly string[]): void;
  /** Saves them now, and from now on whenever a peer is noted. @throws HOME_UNUSABLE */
  save(): Promise<void>;
  /** Resolves when everything noted is on the disk. */
  saved(): Promise<void>;
}

/** Enough to find a swarm again by any of them; the one met longest ago makes room. */
const maxKnownPeers = 200;

export function createSavedSettings(
  home: NodeHome,
  initial: Settings,
  log: Pick<Logger, "warn">,
  write: typeof saveSettings = saveSettings,
): SavedSettings {
  const peers = new RecentMap<string, readonly string[]>(maxKnownPeers);
  for (const [peerId, addresses] of Object.entries(initial.peers)) peers.set(peerId, addresses);
  let isSaving = false;
  /** The save that has not begun: whatever is noted until then goes with it, since peers decide how often something is to be noted. */
  let next: Promise<void> | undefined;
  let saving: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => write(home, { ...initial, peers: Object.fromEntries(peers) });
  return {
    initial,
    notePeer: (peerId, addresses) => {
      if (addresses.length === 0) return;
      peers.set(peerId, addresses);
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
