/** What the control API says and takes of other nodes: peers, the swarm and its members, invites. */

/** A line of `GET /api/peers`. */
export interface PeerSummary {
  readonly peerId: string;
  readonly name?: string;
  readonly connected: boolean;
  readonly standing: "trusted" | "blocked" | "stranger";
  /** Lower bound of the trust in it as an author, from 0 to 1. */
  readonly trust: number;
  readonly addresses: readonly string[];
  /** Lessons by it that are kept here. */
  readonly lessons: number;
  readonly roundTripMs?: number;
  /** How it is reached while it is connected: over loopback, by a private address, by a public one, or through a relay. */
  readonly path?: "machine" | "lan" | "direct" | "relayed";
  /** gossipsub's score of it in a word: `new` at about nothing, `unheard` where it was so low that nothing is heard of the peer. */
  readonly conduct?: "good" | "new" | "poor" | "unheard";
}

export interface TrustRequest {
  /** What to call the peer from now on. */
  readonly name?: string;
}

/** `GET /api/swarm` */
export interface SwarmReply {
  /** The whole name. */
  readonly swarm: string;
  readonly closed: boolean;
  /** Peer id of whoever admits and revokes; absent where the swarm is open. */
  readonly owner?: string;
  /** Is this node the owner? */
  readonly owned: boolean;
  /** The owner first. Empty where the swarm is open. */
  readonly members: readonly MemberSummary[];
}

export interface MemberSummary {
  readonly peerId: string;
  readonly name?: string;
  readonly connected: boolean;
  /** `ended`: admitted for a time that is over. */
  readonly state: "owner" | "admitted" | "ended" | "revoked";
  /** Milliseconds since the epoch. */
  readonly until?: number;
  /** When the owner said so, by the owner's clock. Of the owner there is none. */
  readonly since?: number;
}

/** `POST /api/swarm/members/:id/admit` */
export interface AdmitRequest {
  /** Milliseconds since the epoch. Absent: until revoked. */
  readonly until?: number;
}

/** `POST /api/swarm/members/:id/revoke` */
export interface RevokeRequest {
  /** Milliseconds since the epoch: of the member's lessons only those stay that came here before. Absent: all that are here stay. */
  readonly since?: number;
}

export interface RevokeReply extends MemberSummary {
  /** Records of the member that stay, and that are here and do not. */
  readonly kept: number;
  readonly dropped: number;
}

/** `POST /api/invites`; `GET /api/invite` makes one of the usual terms. */
export interface InviteRequest {
  /** From a minute to a year. Default: a week. */
  readonly expiresInMs?: number;
  /** How many peers may join by it, 1 to 1,000. Default: any number. */
  readonly uses?: number;
}

export interface InviteReply {
  readonly invite: string;
  readonly swarm: string;
  readonly addresses: readonly string[];
  /** By which it is revoked. */
  readonly id?: string;
  readonly expiresAt?: number;
  readonly uses?: number;
}

/** A line of `GET /api/invites`, newest first; also what `POST /api/invites/:id/revoke` answers. */
export interface InviteSummary {
  readonly id: string;
  readonly state: "open" | "used-up" | "expired" | "revoked";
  readonly createdAt: number;
  readonly expiresAt: number;
  /** How many peers may join by it. Absent: any number. */
  readonly uses?: number;
  readonly usedBy: readonly { readonly peerId: string; readonly name?: string }[];
  readonly revokedAt?: number;
}

export interface JoinRequest {
  readonly invite: string;
  /** True: the inviter becomes a principal that this node trusts. Default false. */
  readonly trust?: boolean;
}

/** `POST /api/join` */
export interface JoinReply {
  readonly swarm: string;
  readonly peerId: string;
  readonly name?: string;
  readonly trusted: boolean;
}
