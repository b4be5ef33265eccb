/** The node's place in a swarm: libp2p host, gossip and its gate, sync, greetings, invites, ask-a-peer. */
export { type Acquaintance, whoMakesRoom } from "./acquaintances.ts";
export { checkAddress } from "./addresses.ts";
export { networkErrors } from "./errors.ts";
export { graylistedBelow } from "./gossip-config.ts";
export { checkInviteLeads, type Invite, parseInvite } from "./invite.ts";
export type { InviteTerms, IssuedInvite } from "./invite-book.ts";
export { createNetwork } from "./network.ts";
export {
  askTimeoutMs,
  maxInviteLifeMs,
  maxInviteUses,
  minInviteLifeMs,
  newcomerForMs,
  strangeAfterMs,
} from "./network-limits.ts";
export type { NetworkTiming } from "./network-timing.ts";
export type {
  AnswerContext,
  Answering,
  AskOptions,
  AskPermission,
  AskReply,
  InviteKeeping,
  MetPeer,
  NamedLesson,
  Network,
  NetworkComponents,
  NetworkInit,
  NetworkLog,
  Outbox,
  PeerInfo,
  RecordSetChange,
  RecordSetChanges,
  RememberedPeer,
  Sureness,
  SwarmMembers,
  SyncRecords,
  SyncReport,
} from "./network-types.ts";
export type { Path, Reachability, ReachInit } from "./reach/reach-types.ts";
export type { RecordVerdict } from "./record-gate.ts";
export { checkSwarmName } from "./swarm-name.ts";
