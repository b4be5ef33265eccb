/** The invites that a start was given. A start script names the same ones every time: it has to go on working when they no longer hold. */
import { GrapevineError } from "@grapevine/core";

export interface FollowingInvites {
  readonly join: (invite: string) => Promise<unknown>;
  /** Peers of the swarm that are known from earlier starts: 0 for a node that is new in it. */
  readonly knownPeers: number;
  readonly swarm: string;
  /** Told once about each invite that was not followed. */
  readonly warn: (text: string) => void;
}

/** What an invite comes to with time, however right it was; and an inviter that is away. Whoever knows other peers needs neither. */
const passing: readonly string[] = ["INVITE_EXPIRED", "INVITE_REVOKED", "INVITE_USED_UP", "INVITE_FORGOTTEN", "PEER_UNREACHABLE"];

/**
 * Follows one after the other. One that does not hold any more is passed over, with a warning, by a node that finds its swarm without it.
 *
 * @throws what `join` throws, when the node is new in the swarm or the invite is not one that leads there
 */
export async function followInvites(invites: readonly string[], following: FollowingInvites): Promise<void> {
  const { knownPeers, swarm, warn } = following;
  for (const invite of invites) {
    try {
      await following.join(invite);
    } catch (error) {
      if (knownPeers === 0 || !(error instanceof GrapevineError) || !passing.includes(error.code)) throw error;
      const others = knownPeers === 1 ? "a peer that it knows" : `${knownPeers} peers that it knows`;
      warn(
        `an invite was passed over (${error.code}): ${error.message}. The node is in the swarm ${swarm} already and looks for ${others}; ` +
          "leave the --join out, or ask for a new invite.",
      );
    }
  }
}
