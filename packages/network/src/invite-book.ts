/**
 * The invites that a node has issued, as their inviter sees them: until when, for how many, by whom, and which are revoked.
 *
 * There is no server that could be asked whether an invite still holds, so its maker is the one who says. Whoever follows an invite presents its id in the
 * greeting, and the maker refuses the greeting when the invite is revoked, expired, used up or unknown here. That binds everybody who follows the invite as
 * invites are followed. It binds nobody who greets without one: an open swarm admits by its name alone. A peer that has joined stays, also when the
 * invite is revoked afterwards; to be rid of it, block it.
 */
import { randomBytes } from "node:crypto";
import { type AuthorId, type Clock, coreErrors } from "@grapevine/core";
import { networkErrors } from "./errors.ts";
import { inviteIdOf } from "./invite.ts";
import { inviteForgottenAfterMs, inviteIdBytes, maxInviteUses, maxIssuedInvites, usualInviteLifeMs } from "./network-limits.ts";

export interface IssuedInvite {
  readonly id: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** How many peers may join by it. Absent: any number. */
  readonly uses?: number;
  /** Who has joined by it; of very many the first. */
  readonly usedBy: readonly AuthorId[];
  readonly revokedAt?: number;
}

export interface InviteTerms {
  /** Default: a week. */
  readonly expiresInMs?: number;
  /** How many peers may join by it. Default: any number. */
  readonly uses?: number;
}

/** What the maker of an invite says to who presents it. */
export type InviteRefusal = "revoked" | "expired" | "used-up" | "unknown";

export interface InviteBookInit {
  readonly clock: Clock;
  /** As they were saved last. */
  readonly issued: readonly IssuedInvite[];
  /** Resolves when they are durable. */
  save(issued: readonly IssuedInvite[]): Promise<void>;
}

export class InviteBook {
  readonly #init: InviteBookInit;
  readonly #issued: Map<string, IssuedInvite>;

  constructor(init: InviteBookInit) {
    this.#init = init;
    this.#issued = new Map(init.issued.map((invite) => [invite.id, invite]));
  }

  /** Resolves when it is durable: one that was given away must not be unknown after a crash. @throws INVITE_TOO_MANY */
  async issue({ expiresInMs = usualInviteLifeMs, uses }: InviteTerms): Promise<IssuedInvite> {
    this.#forgetOld();
    if (this.#issued.size >= maxIssuedInvites) {
      throw networkErrors.create("INVITE_TOO_MANY", `${this.#issued.size} invites of this node have not been forgotten yet`);
    }
    const createdAt = this.#init.clock.now();
    // Whole seconds, as they stand in the invite.
    const expiresAt = Math.floor((createdAt + expiresInMs) / 1000) * 1000;
    const id = inviteIdOf(randomBytes(inviteIdBytes));
    const invite: IssuedInvite = { id, createdAt, expiresAt, usedBy: [], ...(uses === undefined ? {} : { uses }) };
    await this.#set(invite);
    return invite;
  }

  /** A peer presents an invite; undefined when it is accepted, and durably counted. Who has joined by it before is not counted again. */
  async present(id: string, peer: AuthorId): Promise<InviteRefusal | undefined> {
    const invite = this.#issued.get(id);
    if (invite === undefined) return "unknown";
    if (invite.revokedAt !== undefined) return "revoked";
    if (this.#init.clock.now() >= invite.expiresAt) return "expired";
    if (invite.usedBy.includes(peer)) return undefined;
    if (invite.uses !== undefined && invite.usedBy.length >= invite.uses) return "used-up";
    if (invite.usedBy.length < maxInviteUses) await this.#set({ ...invite, usedBy: [...invite.usedBy, peer] });
    return undefined;
  }

  /** By its id or enough of its beginning; one that is revoked stays as it is. @throws INVITE_UNKNOWN, ID_AMBIGUOUS */
  async revoke(text: string): Promise<IssuedInvite> {
    const found = text === "" ? [] : [...this.#issued.values()].filter(({ id }) => id.startsWith(text.toLowerCase()));
    const [invite] = found;
    if (invite === undefined) throw networkErrors.create("INVITE_UNKNOWN", `no invite of this node is "${text.slice(0, 80)}"`);
    if (found.length > 1) throw coreErrors.create("ID_AMBIGUOUS", `"${text}" fits more than one invite`);
    if (invite.revokedAt !== undefined) return invite;
    const revoked = { ...invite, revokedAt: this.#init.clock.now() };
    await this.#set(revoked);
    return revoked;
  }

  /** Newest first. */
  list(): IssuedInvite[] {
    return [...this.#issued.values()].sort((a, b) => b.createdAt - a.createdAt);
  }

  async #set(invite: IssuedInvite): Promise<void> {
    this.#issued.set(invite.id, invite);
    await this.#init.save([...this.#issued.values()]);
  }

  #forgetOld(): void {
    const before = this.#init.clock.now() - inviteForgottenAfterMs;
    for (const { id, expiresAt } of this.#issued.values()) if (expiresAt < before) this.#issued.delete(id);
  }
}
