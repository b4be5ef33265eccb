/** The settings of a running node: the peers that it meets are added to them, and they are saved from the moment at which the start has succeeded. */
import { messageOf } from "@grapevine/core";
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

export function createSavedSettings(home: NodeHome, initial: Settings, log: Logger): SavedSettings {
  const peers = new Map(Object.entries(initial.peers));
  let isSaving = false;
  let saving: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => saveSettings(home, { ...initial, peers: Object.fromEntries(peers) });
  return {
    initial,
    notePeer: (peerId, addresses) => {
      if (addresses.length === 0) return;
      peers.delete(peerId);
      peers.set(peerId, addresses);
      const oldest = peers.keys().next().value;
      if (peers.size > maxKnownPeers && oldest !== undefined) peers.delete(oldest);
      if (!isSaving) return;
      saving = saving.then(save).catch((error: unknown) => {
        log.warn(
          `the addresses of peers could not be saved, and may have to be joined again after a restart: ${messageOf(error)}`,
        );
      });
    },
    save: async () => {
      isSaving = true;
      await save();
    },
    saved: () => saving,
  };
}
