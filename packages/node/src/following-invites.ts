/** The invites that a start was given. A start script names the same ones every time: it has to go on working when they no longer hold, or their maker is away. */
import { GrapevineError } from "@grapevine/core";

export interface FollowingInvites {
  readonly join: (invite: string) => Promise<unknown>;
  /** Gets each invite whose maker cannot be reached now, to be followed as soon as it can, and the code of the failure. */
  readonly later: (invite: string, failure: string) => void;
  /** Peers of the swarm that are known from earlier starts: 0 for a node that is new in it. */
  readonly knownPeers: number;
  readonly swarm: string;
  /** Told once about each invite that was not followed. */
  readonly warn: (text: string) => void;
}

/** What an invite comes to with time, however right it was. Whoever knows other peers does not need it. */
const passing: readonly string[] = [
  "INVITE_EXPIRED",
  "INVITE_REVOKED",
  "INVITE_USED_UP",
  "INVITE_FORGOTTEN",
  "PEER_BEHIND_RELAY",
];

/**
 * Follows one after the other. One whose maker cannot be reached now is left for later. One that does not hold any more is passed over by a node that finds its swarm without it.
 * Both with a warning.
 *
 * @throws what `join` throws, when the node is new in the swarm or the invite is not one that leads there
 */
export async function followInvites(invites: readonly string[], following: FollowingInvites): Promise<void> {
  const { knownPeers, swarm, warn, later } = following;
  for (const invite of invites) {
    try {
      await following.join(invite);
    } catch (error) {
      if (!(error instanceof GrapevineError)) throw error;
      if (error.code === "PEER_UNREACHABLE") {
        later(invite, error.code);
        warn(
          `the maker of an invite cannot be reached now (${error.code}): ${error.message}. The node is up in the swarm ${swarm} and keeps trying, ` +
            "also after a restart; `grapevine status` shows what it waits for.",
        );
      } else if (knownPeers > 0 && passing.includes(error.code)) {
        const others = knownPeers === 1 ? "a peer that it knows" : `${knownPeers} peers that it knows`;
        warn(
          `an invite was passed over (${error.code}): ${error.message}. The node is in the swarm ${swarm} already and looks for ${others}; ` +
            "leave the --join out, or ask for a new invite.",
        );
      } else throw error;
    }
  }
}
