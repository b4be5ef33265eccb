/** Nodes of a closed swarm: what `receive` gets of the owner's word is what they know of who is a member. */
import {
  type AuthorId,
  closedSwarmName,
  type Identity,
  isMembership,
  isRotation,
  type MembershipBody,
  outranks,
  type RecordDraft,
  RotationIndex,
  type SignedRecord,
  signRecord,
  successionOf,
} from "@grapevine/core";
import type { SwarmMembers } from "../src/index.ts";
import { createNode, type TestNode } from "./swarm.ts";

class MemoryMembers implements SwarmMembers {
  readonly swarm: string;
  readonly rotations: RotationIndex = new RotationIndex();
  readonly #known = new Map<AuthorId, SignedRecord<MembershipBody>>();
  readonly #followers = new Set<(record: SignedRecord<MembershipBody>) => void>();

  constructor(swarm: string) {
    this.swarm = swarm;
  }

  of(author: AuthorId): SignedRecord<MembershipBody> | undefined {
    return this.#known.get(author);
  }

  follow(onChange: (record: SignedRecord<MembershipBody>) => void): () => void {
    this.#followers.add(onChange);
    return () => void this.#followers.delete(onChange);
  }

  take(records: readonly SignedRecord[]): void {
    for (const rotation of records.filter(isRotation)) this.rotations.add(rotation);
    for (const step of records.filter(isMembership).flatMap(successionOf)) this.rotations.add(step);
    for (const record of records.filter(isMembership)) {
      const known = this.#known.get(record.body.member);
      if (known?.body.author === record.body.author && outranks(known, record)) continue;
      this.#known.set(record.body.member, record);
      for (const follower of this.#followers) follower(record);
    }
  }
}

export interface ClosedNode extends TestNode {
  readonly members: MemoryMembers;
  /** Takes a record as if it had come from the swarm, or publishes it when it is the owner's own. */
  hold(...records: readonly SignedRecord[]): void;
}

export function closedNode(swarm: string, identity: Identity, known: readonly SignedRecord[] = []): ClosedNode {
  const members = new MemoryMembers(swarm);
  const take = async (records: readonly SignedRecord[], from: AuthorId): Promise<void> => {
    members.take(records);
    node.received.push(...records.map((record) => ({ record, from })));
    node.records.add(records);
  };
  const node = createNode({ identity, swarm, name: "member" }, { members, receive: take });
  const hold = (...records: readonly SignedRecord[]): void => {
    members.take(records);
    node.records.add(records);
  };
  hold(...known);
  return { ...node, members, hold };
}

let sequence = 0;

/** What the owner says of a member of the owner's swarm `team`; later words outrank earlier ones. */
export function membershipOf(
  owner: Identity,
  member: AuthorId,
  changes: Partial<RecordDraft<MembershipBody>> = {},
): SignedRecord<MembershipBody> {
  return signRecord<MembershipBody>(owner, {
    type: "membership",
    seq: sequence++,
    createdAt: Date.now(),
    swarm: closedSwarmName("team", owner.author),
    member,
    state: "admitted",
    ...changes,
  });
}
