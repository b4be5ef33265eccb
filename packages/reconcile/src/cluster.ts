/** Which member speaks for a cluster. */
import { isUsable, type StoredLesson } from "@grapevine/core";

export interface ClusterMember {
  readonly lesson: StoredLesson;
  /** Lower bound, from 0 to 1: see `utilityOf`. */
  readonly utility: number;
}

/**
 * The member of highest utility among those that may be used, own before foreign and older before newer where utility is equal; undefined when none may be used.
 * A held lesson never speaks for a cluster, however near it is to an admitted one.
 */
export function representative<Member extends ClusterMember>(members: readonly Member[]): Member | undefined {
  return members.filter(({ lesson }) => isUsable(lesson)).sort(byMerit)[0];
}

function byMerit(first: ClusterMember, second: ClusterMember): number {
  return (
    second.utility - first.utility ||
    Number(isOwn(second)) - Number(isOwn(first)) ||
    first.lesson.receivedAt - second.lesson.receivedAt ||
    (first.lesson.record.id < second.lesson.record.id ? -1 : 1)
  );
}

function isOwn({ lesson }: ClusterMember): boolean {
  return lesson.standing.state === "own";
}
