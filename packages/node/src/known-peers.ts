/** Where peers were met: kept in the home's settings, so that a node finds its swarm again after a restart. */
import type { Logger } from "pino";
import { type NodeHome, type Settings, saveSettings } from "./home.ts";

export interface KnownPeers {
  note(peerId: string, addresses: readonly string[]): void;
  /** Resolves when everything noted is on the disk. */
  saved(): Promise<void>;
}

/** Enough to find a swarm again by any of them; the one met longest ago makes room. */
const maxKnownPeers = 200;

export function createKnownPeers(home: NodeHome, settings: Settings, log: Logger): KnownPeers {
  const peers = new Map(Object.entries(settings.peers));
  let saving: Promise<void> = Promise.resolve();
  const save = async (): Promise<void> => {
    try {
      await saveSettings(home, { ...settings, peers: Object.fromEntries(peers) });
    } catch (error) {
      log.warn({ err: error }, "the addresses of peers could not be saved; after a restart they may have to be joined again");
    }
  };
  return {
    note: (peerId, addresses) => {
      if (addresses.length === 0) return;
      peers.delete(peerId);
      peers.set(peerId, addresses);
      const oldest = peers.keys().next().value;
      if (peers.size > maxKnownPeers && oldest !== undefined) peers.delete(oldest);
      saving = saving.then(save);
    },
    saved: () => saving,
  };
}
