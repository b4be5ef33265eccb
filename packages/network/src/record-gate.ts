/**
 * What is decided about a record's bytes that a peer brought, by gossip or by sync, before anything else happens with them.
 *
 * One door: `check` and `checkSynced` give every verdict, count it, and turn whatever is thrown unexpectedly into *ignore*. It takes well under
 * a millisecond and keeps no state but rates and recent ids. *Accept* means worth keeping and relaying; whether the record is
 * believed is decided later, elsewhere. *Reject* is for bytes that no honest peer passes on, since every honest peer checks the
 * same things: it costs the forwarder its score. *Ignore* is for what an honest peer may bring all the same. So *reject* rests on the bytes alone, never on who
 * brought them: gossipsub holds a rejected message against every peer that brings it, and whoever floods one neighbour may have had its records relayed by another.
 */
import {
  type AuthorId,
  authorFromPublicKey,
  type Clock,
  decodeRecord,
  decodeRecordAside,
  GrapevineError,
  limits,
  type MembershipRefusal,
  RecentMap,
  type RecordId,
  type SignedRecord,
  signatureBytes,
} from "@grapevine/core";
import type { Counters } from "./counters.ts";
import {
  authorRate,
  excessRate,
  forwarderRate,
  maxRatedKeys,
  maxRememberedIds,
  mostRejected,
  namedRate,
  shareRate,
  strangerRate,
  swarmRate,
} from "./network-limits.ts";
import { defaultTiming } from "./network-timing.ts";
import { RecentCounts } from "./recent-counts.ts";
import { TokenBuckets } from "./token-buckets.ts";

export type RefusalReason =
  | "RECORD_TOO_LARGE"
  | "RECORD_MALFORMED"
  | "RECORD_NOT_CANONICAL"
  | "RECORD_INVALID"
  | "RECORD_CHARACTERS"
  | "RECORD_SIGNATURE"
  | "RECORD_VERSION"
  | "future"
  | "expired"
  | "blocked-author"
  | "rotated-author"
  | MembershipRefusal
  | "repeated"
  | "author-rate"
  | "forwarder-rate"
  | "forger"
  | "flood"
  | "swarm-rate"
  | "queue-full"
  | "unexpected";

/** Each reason with its verdict. The codes are those of core's decoder. */
export const verdicts: Readonly<Record<RefusalReason, "reject" | "ignore">> = {
  RECORD_TOO_LARGE: "reject",
  RECORD_MALFORMED: "reject",
  RECORD_NOT_CANONICAL: "reject",
  RECORD_INVALID: "reject",
  /** Of a later version of Unicode, which the forwarder may know. */
  RECORD_CHARACTERS: "ignore",
  RECORD_SIGNATURE: "reject",
  /** A newer peer's record is not the forwarder's fault; it is not relayed, since nobody here has checked it. */
  RECORD_VERSION: "ignore",
  /** Ahead of this clock; it may be this clock that is wrong, so nobody is punished. Sync brings it when its time has come. */
  future: "ignore",
  expired: "ignore",
  /** Blocking is this user's word; others may relay the author. */
  "blocked-author": "ignore",
  /** The forwarder may not know of the rotation yet. */
  "rotated-author": "ignore",
  /** Somebody's store of another swarm. */
  "other-swarm": "ignore",
  /** The forwarder may not know of the owner's rotation yet. */
  "not-the-owner": "ignore",
  /** The forwarder may know of an admission that has not come here, or may not know yet of a revocation. */
  "not-a-member": "ignore",
  "revoked-author": "ignore",
  /** Gossiped before; a copy that outlived gossipsub's own memory. */
  repeated: "ignore",
  /** The author may have sent to many at once: it is not the forwarder's fault. */
  "author-rate": "ignore",
  "forwarder-rate": "ignore",
  /** Unread, of one who brought too many that were rejected. It is held against the forwarder apart, as a flood is. */
  forger: "ignore",
  /** Above what an honest forwarder can bring, for longer than a machine stands still. It is held against the forwarder apart: see `floodsOf`. */
  flood: "ignore",
  "swarm-rate": "ignore",
  "queue-full": "ignore",
  unexpected: "ignore",
};

export type RecordVerdict =
  | { readonly verdict: "accept"; readonly record: SignedRecord }
  | { readonly verdict: "ignore"; readonly reason: RefusalReason }
  | { readonly verdict: "reject"; readonly reason: RefusalReason };

export interface RecordGateComponents {
  /** Default: core's `decodeRecord`. */
  readonly decode?: ((frame: Uint8Array) => SignedRecord) | undefined;
  readonly clock: Clock;
  readonly counters: Counters;
  isBlocked(author: AuthorId): boolean;
  /** Is the record by a key that another has followed, which does not keep it? Absent: none is. */
  isRotatedOut?(record: SignedRecord): boolean;
  /** Why a record has no place in a closed swarm. Absent: everything has one. */
  refusalOf?(record: SignedRecord): MembershipRefusal | undefined;
  /** Is there room for one more record that this peer gossiped? `author`: who wrote it, as far as that is known. */
  hasRoomFor(from: AuthorId, author?: AuthorId): boolean;
  /** Did the user name this author? Absent: nobody is named. */
  isNamed?(author: AuthorId): boolean;
  /** What is left after a second of a peer's count of floods. Default: that of rejected records. */
  readonly floodDecay?: number | undefined;
}

export class RecordGate {
  readonly #components: RecordGateComponents;
  readonly #named: TokenBuckets;
  readonly #strangers: TokenBuckets;
  readonly #forwarders: TokenBuckets;
  readonly #excess: TokenBuckets;
  readonly #floods: RecentCounts;
  readonly #rejected: RecentCounts;
  /** All forwarders have one bucket together, and a small one each. */
  readonly #swarm: TokenBuckets;
  readonly #shares: TokenBuckets;
  /** Beside it, for what named authors wrote. */
  readonly #reserve: TokenBuckets;
  readonly #recent = new RecentMap<RecordId, true>(maxRememberedIds);
  /** Until when it is worth a look whether a record is of an author who is over the rate, milliseconds since the epoch. */
  #tiringUntil = 0;

  constructor(components: RecordGateComponents) {
    this.#components = components;
    this.#named = new TokenBuckets(authorRate, maxRatedKeys, components.clock);
    this.#strangers = new TokenBuckets(strangerRate, maxRatedKeys, components.clock);
    this.#forwarders = new TokenBuckets(forwarderRate, maxRatedKeys, components.clock);
    this.#excess = new TokenBuckets(excessRate, maxRatedKeys, components.clock);
    const { floodDecay = defaultTiming.rejectedDecay, clock } = components;
    this.#floods = new RecentCounts({ decay: floodDecay, maxKeys: maxRatedKeys }, clock);
    this.#rejected = new RecentCounts({ decay: floodDecay, maxKeys: maxRatedKeys }, clock);
    this.#swarm = new TokenBuckets(swarmRate, 1, components.clock);
    this.#shares = new TokenBuckets(shareRate, maxRatedKeys, components.clock);
    this.#reserve = new TokenBuckets(namedRate, 1, components.clock);
  }

  /** For what was pushed at us: rates and repetitions count. Never throws. */
  check(frame: Uint8Array, from: AuthorId): RecordVerdict {
    const judged = this.#judged("gossip", this.#decided(frame, from));
    if (judged.verdict === "reject") this.#rejected.add(from);
    return judged;
  }

  /** How many records the peer brought lately above what an honest one can bring. */
  floodsOf(peer: AuthorId): number {
    return this.#floods.of(peer);
  }

  /** For what we asked for, in a sync: many at once, whose signatures are checked side by side. Never rejects. */
  async checkSynced(frame: Uint8Array): Promise<RecordVerdict> {
    try {
      const { decode } = this.#components;
      // [reject] as in `#timely`
      const record = decode === undefined ? await decodeRecordAside(frame) : decode(frame);
      return this.#judged("sync", this.#atThisTime(record));
    } catch (error) {
      return this.#judged("sync", reasonOf(error));
    }
  }

  #decided(frame: Uint8Array, from: AuthorId): SignedRecord | RefusalReason {
    try {
      return this.#gossiped(frame, from);
    } catch (error) {
      return reasonOf(error);
    }
  }

  #judged(channel: "gossip" | "sync", result: SignedRecord | RefusalReason): RecordVerdict {
    if (typeof result !== "string") {
      this.#components.counters.add(accepted[channel]);
      return { verdict: "accept", record: result };
    }
    const verdict = verdicts[result];
    this.#components.counters.add(`${channel}.${verdict}.${result}`);
    return { verdict, reason: result };
  }

  /**
   * Cheap checks first: what a flood meets costs nothing. The author's rate comes last, when the signature has shown who it is.
   */
  #gossiped(frame: Uint8Array, from: AuthorId): SignedRecord | RefusalReason {
    // [ignore] bounds the work that one neighbour can cause
    if (!this.#forwarders.take(from)) return this.#overRate(from);
    // [ignore] what a forger brings is not worth a look
    if (this.#rejected.of(from) >= mostRejected) {
      this.#floods.add(from);
      return "forger";
    }
    const named = namedAuthor(frame);
    // [ignore] admission is behind; sync catches up
    if (!this.#components.hasRoomFor(from, named)) return "queue-full";
    // [ignore] bounds the work that all neighbours together can cause
    if (!this.#swarm.has(everybody) && !this.#hasReserve(named) && !this.#shares.has(from)) return "swarm-rate";
    // [ignore] a flood of one author, as far as can be seen without the work of reading it
    if (this.#isTiring(named)) return "author-rate";
    const record = this.#timely(frame);
    if (typeof record === "string") return record;
    // [ignore] a replay
    if (this.#recent.has(record.id)) return "repeated";
    // [ignore] a flood of one author
    if (!this.#rateOf(record.body.author).take(record.body.author)) {
      this.#tiringUntil = this.#components.clock.now() + tiringForMs;
      return "author-rate";
    }
    // [ignore] who wrote it may have been mistaken before it was read
    if (record.body.author !== named && !this.#components.hasRoomFor(from, record.body.author)) return "queue-full";
    if (!this.#swarm.take(everybody) && !(this.#hasReserve(record.body.author) && this.#reserve.take(everybody)))
      this.#shares.take(from);
    this.#recent.set(record.id, true);
    return record;
  }

  /** [ignore] whether it is held against the forwarder, because it goes on and on, or not */
  #overRate(from: AuthorId): RefusalReason {
    if (this.#excess.take(from)) return "forwarder-rate";
    this.#floods.add(from);
    return "flood";
  }

  #timely(frame: Uint8Array): SignedRecord | RefusalReason {
    // [reject] size, depth, canonical form, schema, signature; [ignore] version, unassigned characters
    return this.#atThisTime((this.#components.decode ?? decodeRecord)(frame));
  }

  #atThisTime(record: SignedRecord): SignedRecord | RefusalReason {
    const now = this.#components.clock.now();
    // [ignore]
    if (record.body.createdAt > now + limits.maxClockSkewMs) return "future";
    // [ignore]
    if (record.body.expiresAt !== undefined && record.body.expiresAt <= now) return "expired";
    // [ignore]
    if (record.body.type !== "membership" && this.#components.isBlocked(record.body.author)) return "blocked-author";
    // [ignore]
    if (this.#components.isRotatedOut?.(record) === true) return "rotated-author";
    // [ignore]
    return this.#components.refusalOf?.(record) ?? record;
  }

  #isNamed(author: AuthorId | undefined): boolean {
    return author !== undefined && (this.#components.isNamed?.(author) ?? false);
  }

  #hasReserve(author: AuthorId | undefined): boolean {
    return this.#isNamed(author) && this.#reserve.has(everybody);
  }

  #isTiring(author: AuthorId | undefined): boolean {
    if (this.#components.clock.now() >= this.#tiringUntil) return false;
    return author !== undefined && !this.#rateOf(author).has(author);
  }

  #rateOf(author: AuthorId): TokenBuckets {
    return this.#isNamed(author) ? this.#named : this.#strangers;
  }
}

/** After a record was too much of its author, more are expected for so long. */
const tiringForMs = 1000;
/** In canonical form the author is a field of this name, which holds 32 bytes. */
const authorMark: Uint8Array = Buffer.concat([Uint8Array.of(0x66), Buffer.from("author"), Uint8Array.of(0x58, 32)]);

/** Whom the bytes name as their author, unread and unproven. Whoever writes the mark elsewhere in a record harms that record alone. */
export function namedAuthor(frame: Uint8Array): AuthorId | undefined {
  if (frame.length > limits.maxRecordBytes) return undefined;
  const at = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).indexOf(authorMark, signatureBytes);
  const key = frame.subarray(at + authorMark.length, at + authorMark.length + 32);
  return at === -1 || key.length < 32 ? undefined : authorFromPublicKey(key);
}

/** Written out, since it is counted for each record. */
const accepted = { gossip: "gossip.accept", sync: "sync.accept" } as const;

/** The one key of the bucket that all forwarders share. */
const everybody = "";

function reasonOf(error: unknown): RefusalReason {
  return GrapevineError.is(error) && isReason(error.code) ? error.code : "unexpected";
}

function isReason(code: string): code is RefusalReason {
  return Object.hasOwn(verdicts, code);
}
