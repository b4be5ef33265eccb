/**
 * Who may come in and what may come in, where a swarm is closed. In an open swarm it lets everybody and everything pass.
 *
 * A member need not be known here: the greeting carries the record by which the owner admitted the caller, and it is verified on the spot, so that the owner need not be online
 * and no list has to be complete. What it guarantees: nobody is served, heard on the topic or sent a record whom the owner has not admitted, as far as the owner's records have
 * come; and once a revocation is here, its subject is not connected to and nothing new by it is taken. What it does not: that a revocation reaches a part of the swarm which is cut off.
 */
import {
  type AuthorId,
  type Clock,
  decodeRecord,
  GrapevineError,
  isMemberAt,
  isMembership,
  limits,
  type MembershipBody,
  type MembershipRefusal,
  membershipRefusal,
  ownersOf,
  ownersWordOn,
  type SignedRecord,
  swarmOwner,
} from "@grapevine/core";
import { networkErrors } from "./errors.ts";
import { maxMembershipBytes } from "./network-limits.ts";
import type { NetworkComponents, NetworkInit, SwarmMembers } from "./network-types.ts";

export interface DoorkeeperInit {
  readonly self: AuthorId;
  readonly swarm: string;
  readonly clock: Clock;
  /** Absent: nobody but the owner is known as a member. */
  readonly members?: SwarmMembers | undefined;
  receive(records: readonly SignedRecord[], from: AuthorId): Promise<void>;
}

/** It keeps nothing of its own: any number of them are one. */
export function doorkeeperOf({ identity, swarm }: NetworkInit, components: NetworkComponents): Doorkeeper {
  const { clock, members } = components;
  const receive: NetworkComponents["receive"] = (records, from) => components.receive(records, from);
  return new Doorkeeper({ self: identity.author, swarm, clock, members, receive });
}

export class Doorkeeper {
  readonly #init: DoorkeeperInit;
  readonly #members: SwarmMembers;

  constructor(init: DoorkeeperInit) {
    this.#init = init;
    this.#members = init.members ?? { swarm: init.swarm, of: () => undefined, follow: () => () => undefined };
  }

  get isClosed(): boolean {
    return swarmOwner(this.#init.swarm) !== undefined;
  }

  /** Somebody who was revoked is not even heard out, nor who comes with a key that the owner has replaced. Who is unknown may have a record to show. */
  mayKnock(peer: AuthorId): boolean {
    if (!this.isClosed) return true;
    const isFormerOwner = ownersOf(this.#members).slice(0, -1).includes(peer);
    return !isFormerOwner && ownersWordOn(peer, this.#members)?.body.state !== "revoked";
  }

  isMember(peer: AuthorId): boolean {
    return isMemberAt(peer, this.#init.clock.now(), this.#members);
  }

  /** Why the record has no place in the swarm; undefined where it has one. */
  refusalOf(record: SignedRecord): MembershipRefusal | undefined {
    return membershipRefusal(record, this.#members);
  }

  /** The frame of the record that admits this node, to show to others; the owner needs none, as long as the key is the one in the swarm's name. */
  ownProof(): Uint8Array | undefined {
    const own = this.#members.of(this.#init.self);
    return own?.body.state === "admitted" && own.frame.length <= maxMembershipBytes ? own.frame : undefined;
  }

  /** Is the peer a member, by what is known here or by the record that it shows? That record is kept like any other. */
  async admits(peer: AuthorId, proof: Uint8Array | undefined): Promise<boolean> {
    if (this.isMember(peer)) return true;
    const record = proof === undefined ? undefined : this.#provenBy(proof, peer);
    if (record === undefined) return false;
    await this.#init.receive([record], peer);
    return this.isMember(peer);
  }

  /** What a node is told that the owner revoked or has never admitted. */
  ownRefusal(): Error {
    const { swarm, self } = this.#init;
    const message = `this node, ${self}, is not a member of the closed swarm ${swarm}`;
    return networkErrors.create("SWARM_NOT_MEMBER", message, {
      hint: `Give the id ${self} to the swarm's owner, who runs \`grapevine swarm admit ${self}\`; then join again.`,
    });
  }

  /** Is it known here that the owner revoked this node? */
  get isRevoked(): boolean {
    return !this.mayKnock(this.#init.self);
  }

  /** Tells of members who have just become none, until what is given back is called. */
  onRevoked(hangUp: (member: AuthorId) => void): () => void {
    return this.#members.follow(({ body }) => {
      if (!this.isMember(body.member)) hangUp(body.member);
    });
  }

  #provenBy(proof: Uint8Array, peer: AuthorId): SignedRecord<MembershipBody> | undefined {
    try {
      const record = decodeRecord(proof);
      if (!isMembership(record) || record.body.member !== peer || this.refusalOf(record) !== undefined) return undefined;
      const now = this.#init.clock.now();
      const isTimely = record.body.createdAt <= now + limits.maxClockSkewMs;
      const { swarm, rotations } = this.#members;
      const admits = isMemberAt(peer, now, { swarm, rotations, of: () => record });
      return isTimely && admits ? record : undefined;
    } catch (error) {
      if (GrapevineError.is(error)) return undefined; // not a record: it proves nothing
      throw error;
    }
  }
}
