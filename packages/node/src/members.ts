/** Who is in the swarm, as its owner says: the store's membership records in memory, since every record and every connection asks for them. */
import type { AuthorId, LessonStore, MembershipBody, Memberships, Rotations, SignedRecord } from "@grapevine/core";

export interface MemberBook extends Memberships {
  readonly known: ReadonlyMap<AuthorId, SignedRecord<MembershipBody>>;
  /** Takes over what the store has just made durable, and tells the followers. */
  note(record: SignedRecord<MembershipBody>): void;
  /** The store has just taken it out. Nobody is told: the owner's new word on the member is on its way, or else the member is found to be none when links are looked at. */
  drop(record: SignedRecord<MembershipBody>): void;
  /** Told of every new record from now on; gives what ends it. */
  follow(onChange: (record: SignedRecord<MembershipBody>) => void): () => void;
}

/** `rotations`: who has followed whom, as it will be kept up to date. Absent: nobody has. */
export async function openMemberBook(
  store: Pick<LessonStore, "memberships">,
  swarm: string,
  rotations?: Rotations,
): Promise<MemberBook> {
  const known = new Map((await store.memberships(swarm)).map((record) => [record.body.member, record]));
  const followers = new Set<(record: SignedRecord<MembershipBody>) => void>();
  return {
    swarm,
    rotations,
    known,
    of: (author) => known.get(author),
    note: (record) => {
      if (record.body.swarm !== swarm) return;
      known.set(record.body.member, record);
      for (const follower of followers) follower(record);
    },
    drop: ({ id, body }) => {
      if (known.get(body.member)?.id === id) known.delete(body.member);
    },
    follow: (onChange) => {
      followers.add(onChange);
      return () => void followers.delete(onChange);
    },
  };
}
