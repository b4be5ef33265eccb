/** What can go wrong between this node and the swarm, as callers see it. */
import { defineErrors, type ErrorTable } from "@grapevine/core";

export const networkErrors: ErrorTable<
  | "NETWORK_STOPPED"
  | "LISTEN_FAILED"
  | "ADDRESS_INVALID"
  | "PEER_UNREACHABLE"
  | "PEER_BEHIND_RELAY"
  | "PEER_UNKNOWN"
  | "PEER_NOT_CONNECTED"
  | "PEER_FOREIGN"
  | "PEER_BLOCKED"
  | "SWARM_INVALID"
  | "SWARM_DIFFERENT"
  | "SWARM_NOT_MEMBER"
  | "PEER_NOT_MEMBER"
  | "FRAME_INVALID"
  | "INVITE_MALFORMED"
  | "INVITE_DAMAGED"
  | "INVITE_VERSION"
  | "INVITE_OWN"
  | "INVITE_OTHER_SWARM"
  | "INVITE_NO_ADDRESS"
  | "INVITE_EXPIRED"
  | "INVITE_REVOKED"
  | "INVITE_USED_UP"
  | "INVITE_FORGOTTEN"
  | "INVITE_UNKNOWN"
  | "INVITE_TOO_MANY"
  | "ASK_QUESTION_SIZE"
  | "ASK_NOT_TRUSTED"
  | "ASK_CLOSED"
  | "ASK_BUSY"
  | "ASK_QUOTA"
  | "ASK_UNSUPPORTED"
  | "ASK_TIMED_OUT"
  | "ASK_CANCELLED"
  | "ASK_CUT"
  | "ASK_FAILED"
  | "ASK_REFUSED"
> = defineErrors({
  NETWORK_STOPPED: {
    summary: "The network was used before it was started, or after it was stopped.",
    hint: "Start the node with `grapevine up`.",
  },
  LISTEN_FAILED: {
    summary: "The node cannot listen on an address that it was given.",
    hint: "Choose another address or port with --listen, or stop the program that holds this one.",
  },
  ADDRESS_INVALID: {
    summary: "A text is not a multiaddr that this node can dial or listen on.",
    hint: "Write addresses like /ip4/192.0.2.7/tcp/4001, or /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW….",
  },
  PEER_UNREACHABLE: {
    summary: "No address of a peer could be dialled.",
    hint: "See that the peer is up and can be reached from here, then join again; `grapevine up --join` goes on trying by itself.",
  },
  PEER_BEHIND_RELAY: {
    summary: "A peer can be called only through a relay, and this node does not use relays.",
    hint: "Start this node with `grapevine up --nat yes`, and join again.",
  },
  PEER_UNKNOWN: {
    summary: "This node has never met a peer with that id.",
    hint: "See `grapevine peers list` for the peers there are.",
  },
  PEER_NOT_CONNECTED: {
    summary: "The peer is known, but there is no connection to it now.",
    hint: "The node redials by itself; try again when `grapevine peers list` shows the peer.",
  },
  PEER_FOREIGN: {
    summary: "What answered at the address does not speak Grapevine's greeting, or broke it off.",
    hint: "See that the address is a Grapevine node's and that both run versions that fit together.",
  },
  PEER_BLOCKED: {
    summary: "The peer is blocked here.",
    hint: "Allow it again with `grapevine peers allow`.",
  },
  SWARM_INVALID: {
    summary:
      "A swarm's name holds something else than letters, digits, dots, dashes and underscores, is longer than 64 characters, or names an owner that is no peer id.",
    hint: "Choose a name such as `home` or `team-7`; a closed swarm's whole name is what `grapevine swarm create` printed.",
  },
  SWARM_DIFFERENT: {
    summary: "The peer belongs to another swarm.",
    hint: "Start the node with --swarm and the peer's swarm, or take an invite of one's own swarm.",
  },
  SWARM_NOT_MEMBER: {
    summary: "This node is not a member of the closed swarm, or was revoked.",
    hint: "Give your peer id from `grapevine status` to the swarm's owner, who runs `grapevine swarm admit ID`; then join again.",
  },
  PEER_NOT_MEMBER: {
    summary: "The peer is not a member of the closed swarm, as far as its owner's records have come here.",
    hint: "Take an invite from a member. If it is one, let the swarm's owner run `grapevine swarm admit` with its id.",
  },
  FRAME_INVALID: {
    summary: "A peer sent a message that breaks the protocol.",
    hint: "Nothing needs doing; the exchange was broken off. If it goes on, update both nodes.",
  },
  INVITE_MALFORMED: {
    summary: "A text is not an invite.",
    hint: "Copy the whole line that `grapevine invite` printed; it begins with grapevine2.",
  },
  INVITE_DAMAGED: {
    summary: "An invite was cut short or altered on its way.",
    hint: "Copy it again, from the first character to the last.",
  },
  INVITE_VERSION: {
    summary: "An invite is of a version that this program does not know.",
    hint: "Update Grapevine, or ask for an invite from a node of this version.",
  },
  INVITE_OWN: {
    summary: "An invite was given to the node that made it.",
    hint: "Use it on another node.",
  },
  INVITE_OTHER_SWARM: {
    summary: "An invite leads into another swarm than the one this node is in.",
    hint: "Start a node with --swarm and the invite's swarm.",
  },
  INVITE_NO_ADDRESS: {
    summary: "This node listens nowhere, so that nobody could follow an invite.",
    hint: "Start it with --listen and an address.",
  },
  INVITE_EXPIRED: {
    summary: "An invite is not valid any more, since its time is over.",
    hint: "Ask the inviter for a new one: `grapevine invite`, with --expires for a longer time. If it should still hold, set this machine's clock.",
  },
  INVITE_REVOKED: {
    summary: "An invite was revoked by the one who made it.",
    hint: "Ask the inviter for a new one.",
  },
  INVITE_USED_UP: {
    summary: "As many peers have joined by an invite as its maker allowed.",
    hint: "Ask the inviter for a new one.",
  },
  INVITE_FORGOTTEN: {
    summary: "The one who made an invite does not know it any more: it expired long ago, or that node began anew.",
    hint: "Ask the inviter for a new one.",
  },
  INVITE_UNKNOWN: {
    summary: "This node has made no invite with that id.",
    hint: "See `grapevine invite list`.",
  },
  INVITE_TOO_MANY: {
    summary: "This node has made as many invites as it remembers.",
    hint: "Give one invite to several peers; each is forgotten 30 days after it has expired.",
  },
  ASK_QUESTION_SIZE: {
    summary: "A question to a peer is empty or longer than the limit.",
    hint: "Ask something, in at most 65,536 bytes.",
  },
  ASK_NOT_TRUSTED: {
    summary: "The peer answers only peers whom its owner trusts, and this node is not one of them.",
    hint: "Ask its owner to run `grapevine peers trust` there, with your peer id from `grapevine status`; or ask another peer.",
  },
  ASK_CLOSED: {
    summary: "The peer answers nobody's questions.",
    hint: "Ask another peer, or your own node.",
  },
  ASK_BUSY: {
    summary: "The peer is answering as many questions as it takes at a time.",
    hint: "Wait for its answer, or ask another peer.",
  },
  ASK_QUOTA: {
    summary: "The peer has had as many questions of this node, or of strangers together, as it takes in the time.",
    hint: "Ask again in a minute, or ask another peer.",
  },
  ASK_UNSUPPORTED: {
    summary: "The peer does not answer questions.",
    hint: "Ask another peer, or ask for its node to be updated.",
  },
  ASK_TIMED_OUT: {
    summary: "A peer did not finish its answer in time.",
    hint: "Ask again with more time, or ask another peer.",
  },
  ASK_CANCELLED: {
    summary: "A question was cancelled by who asked it.",
    hint: "Ask again if the answer is wanted.",
  },
  ASK_CUT: {
    summary: "The connection to a peer ended before its answer did.",
    hint: "Ask again when the peer is connected.",
  },
  ASK_FAILED: {
    summary: "A peer could not answer a question.",
    hint: "Its owner finds the reason in that node's log; ask another peer meanwhile.",
  },
  ASK_REFUSED: {
    summary: "A peer refused a question; why, the message gives in the peer's words.",
    hint: "Ask in another way, or ask another peer.",
  },
});
