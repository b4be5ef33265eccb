/** Invites as the control API knows them: made, listed, revoked, followed. */
import type { AuthorId, Clock } from "@grapevine/core";
import { type InviteTerms, type IssuedInvite, type Network, parseInvite } from "@grapevine/network";
import type { InviteReply, InviteSummary } from "./control/peer-contract.ts";

export interface InvitingComponents {
  readonly network: Network;
  readonly clock: Clock;
  readonly nameOf: (author: AuthorId) => string | undefined;
}

/** @throws INVITE_NO_ADDRESS, INVITE_TOO_MANY */
export async function makeInvite(terms: InviteTerms, { network }: InvitingComponents): Promise<InviteReply> {
  const invite = await network.createInvite(terms);
  const { id, expiresAt } = parseInvite(invite);
  return { invite, swarm: network.swarm, addresses: network.addresses(), id, expiresAt, uses: terms.uses };
}

export function listInvites(components: InvitingComponents): InviteSummary[] {
  return components.network.invites().map((invite) => summaryOf(invite, components));
}

/** @throws INVITE_UNKNOWN, ID_AMBIGUOUS */
export async function revokeInvite(id: string, components: InvitingComponents): Promise<InviteSummary> {
  return summaryOf(await components.network.revokeInvite(id), components);
}

function summaryOf(invite: IssuedInvite, { clock, nameOf }: InvitingComponents): InviteSummary {
  const { id, createdAt, expiresAt, uses, usedBy, revokedAt } = invite;
  const peers = usedBy.map((peerId) => ({ peerId, name: nameOf(peerId) }));
  return { id, state: stateOf(invite, clock.now()), createdAt, expiresAt, uses, usedBy: peers, revokedAt };
}

function stateOf({ expiresAt, uses, usedBy, revokedAt }: IssuedInvite, now: number): InviteSummary["state"] {
  if (revokedAt !== undefined) return "revoked";
  if (now >= expiresAt) return "expired";
  return uses !== undefined && usedBy.length >= uses ? "used-up" : "open";
}
