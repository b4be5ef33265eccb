/** Who is in the swarm, as its owner says: the store's membership records in memory, since every record and every connection asks for them. */
import type { AuthorId, LessonStore, MembershipBody, Memberships, SignedRecord } from "@grapevine/core";

export interface MemberBook extends Memberships {
  readonly known: ReadonlyMap<AuthorId, SignedRecord<MembershipBody>>;
  /** Takes over what the store has just made durable, and tells the followers. */
  note(record: SignedRecord<MembershipBody>): void;
  /** Told of every change from now on; gives what ends it. */
  follow(onChange: (record: SignedRecord<MembershipBody>) => void): () => void;
}

export async function openMemberBook(store: Pick<LessonStore, "memberships">, swarm: string): Promise<MemberBook> {
  const known = new Map((await store.memberships(swarm)).map((record) => [record.body.member, record]));
  const followers = new Set<(record: SignedRecord<MembershipBody>) => void>();
  return {
    swarm,
    known,
    of: (author) => known.get(author),
    note: (record) => {
      if (record.body.swarm !== swarm) return;
      known.set(record.body.member, record);
      for (const follower of followers) follower(record);
    },
    follow: (onChange) => {
      followers.add(onChange);
      return () => void followers.delete(onChange);
    },
  };
}
