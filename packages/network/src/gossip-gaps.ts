/**
 * Sees in what is gossiped that something was left out: an author's sequence numbers have a hole, or a record names a lesson that is not here. Gossip is not in
 * order, so that a moment is waited; if it is still missing then, the peer that forwarded the record is asked for a sync.
 */
import {
  type AuthorId,
  type Clock,
  messageOf,
  RecentMap,
  type RecordId,
  type SignedRecord,
  type Timer,
  type Timers,
} from "@grapevine/core";
import { maxAwaitedPerPeer, maxSequencedAuthors } from "./network-limits.ts";
import type { NetworkTiming } from "./network-timing.ts";
import type { NetworkLog, SyncRecords } from "./network-types.ts";

export interface GossipGapsInit {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: NetworkLog;
  readonly timing: NetworkTiming;
  readonly records: Pick<SyncRecords, "knows">;
  request(peer: AuthorId): void;
}

/** What is missing since a peer forwarded something. */
interface Awaited {
  /** `AUTHOR SEQ`. */
  readonly sequences: Set<string>;
  readonly lessons: Set<RecordId>;
  readonly timer: Timer;
}

export class GossipGaps {
  readonly #init: GossipGapsInit;
  /** The largest number of each author, in the order in which authors were heard last. */
  readonly #last = new RecentMap<AuthorId, number>(maxSequencedAuthors);
  readonly #awaited = new Map<AuthorId, Awaited>();
  /** When a sync was asked for because of a gap, milliseconds. */
  readonly #askedAt = new Map<AuthorId, number>();
  #stopped = false;

  constructor(init: GossipGapsInit) {
    this.#init = init;
  }

  /** A record that came by gossip. */
  heard(record: SignedRecord, from: AuthorId): void {
    const sequences = this.#missingBefore(record);
    const lessons = namedLessons(record);
    this.arrived(record);
    if (this.#stopped || (sequences.length === 0 && lessons.length === 0)) return;
    const awaited = this.#awaitedOf(from);
    for (const sequence of sequences) if (awaited.sequences.size < maxAwaitedPerPeer) awaited.sequences.add(sequence);
    for (const lesson of lessons) if (awaited.lessons.size < maxAwaitedPerPeer) awaited.lessons.add(lesson);
  }

  /** A record that came in whatever way. */
  arrived({ body: { author, seq } }: SignedRecord): void {
    const last = this.#last.get(author);
    this.#last.set(author, last === undefined ? seq : Math.max(last, seq));
    for (const { sequences } of this.#awaited.values()) sequences.delete(sequenceOf(author, seq));
  }

  forget(peer: AuthorId): void {
    this.#awaited.get(peer)?.timer.cancel();
    this.#awaited.delete(peer);
    this.#askedAt.delete(peer);
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#awaited.values()) timer.cancel();
    this.#awaited.clear();
  }

  /** Of an author who was never heard of nothing is known to be missing. */
  #missingBefore({ body: { author, seq } }: SignedRecord): string[] {
    const last = this.#last.get(author) ?? seq;
    const count = Math.min(Math.max(0, seq - last - 1), maxAwaitedPerPeer);
    return Array.from({ length: count }, (_, index) => sequenceOf(author, seq - 1 - index));
  }

  #awaitedOf(peer: AuthorId): Awaited {
    const existing = this.#awaited.get(peer);
    if (existing !== undefined) return existing;
    const { gapDelayMs, gapEveryMs } = this.#init.timing;
    const untilNextMs = (this.#askedAt.get(peer) ?? Number.NEGATIVE_INFINITY) + gapEveryMs - this.#init.clock.now();
    const timer = this.#init.timers.after(Math.max(gapDelayMs, untilNextMs), () => void this.#look(peer));
    const awaited = { sequences: new Set<string>(), lessons: new Set<RecordId>(), timer };
    this.#awaited.set(peer, awaited);
    return awaited;
  }

  async #look(peer: AuthorId): Promise<void> {
    const awaited = this.#awaited.get(peer);
    this.#awaited.delete(peer);
    if (awaited === undefined) return;
    try {
      const known = await this.#init.records.knows([...awaited.lessons]);
      if (awaited.sequences.size === 0 && known.every((each) => each)) return;
    } catch (error) {
      this.#init.log("warn", `whether gossip left something out could not be read: ${messageOf(error)}`);
      return;
    }
    this.#askedAt.set(peer, this.#init.clock.now());
    this.#init.request(peer);
  }
}

function sequenceOf(author: AuthorId, seq: number): string {
  return `${author} ${seq}`;
}

function namedLessons({ body }: SignedRecord): RecordId[] {
  if (body.type === "lesson") return [...body.derivedFrom, ...(body.supersedes === undefined ? [] : [body.supersedes])];
  return "lesson" in body ? [body.lesson] : [];
}
