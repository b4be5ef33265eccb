/** What one sync takes in, on either side of it: which records are wanted, their checks, and their way to the store. */
import {
  type AuthorId,
  type Clock,
  isMembership,
  isRotation,
  RecentMap,
  type RecordId,
  recordIdOf,
  type SignedRecord,
  signatureBytes,
  type Timers,
} from "@grapevine/core";
import type { Claimant, Claims } from "./claims.ts";
import { checkedTogether, checkTurnMs, maxPassedOver, settledForMs } from "./network-limits.ts";
import type { SyncRecords } from "./network-types.ts";
import { namedAuthor, type RecordGate, type RefusalReason } from "./record-gate.ts";
import { badPage } from "./record-pages.ts";

export interface RecordIntakeComponents {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly records: Pick<SyncRecords, "knows">;
  readonly gate: RecordGate;
  readonly passedOver: PassedOver;
  receive(records: readonly SignedRecord[], from: AuthorId): Promise<void>;
  /** What a sync with this peer has brought is here. */
  onBrought(from: AuthorId): void;
  readonly claims: Claims;
  /** Did the user name this peer? */
  isNamed(peer: AuthorId): boolean;
}

export class RecordIntake {
  /** Ids that were asked for. */
  asked = 0;
  /** Records that passed the checks and were handed on. */
  received = 0;
  ignored = 0;
  /** Was something left to another sync? */
  leftSome = false;
  readonly #peer: AuthorId;
  readonly #components: RecordIntakeComponents;
  readonly #claimant: Claimant;
  /** What was asked for and has not come. */
  readonly #claimed = new Set<RecordId>();
  #hasBrought = false;

  constructor(peer: AuthorId, components: RecordIntakeComponents) {
    this.#peer = peer;
    this.#components = components;
    this.#claimant = { peer, isNamed: components.isNamed(peer), until: 0, broughtAt: 0, brought: 0, missed: 0 };
  }

  /** Those of the ids that are to be fetched now. They are this intake's until `release`. */
  async want(ids: readonly RecordId[]): Promise<RecordId[]> {
    const { records, passedOver, claims } = this.#components;
    const known = await records.knows(ids);
    // What was asked for before and has not come is held no longer by asking for more.
    if (this.#claimed.size === 0) claims.begin(this.#claimant);
    const wanted: RecordId[] = [];
    ids.forEach((id, index) => {
      if (known[index] === true || passedOver.has(id)) return;
      if (!claims.take(id, this.#claimant)) {
        this.leftSome = true;
        return;
      }
      this.#claimed.add(id);
      wanted.push(id);
    });
    this.asked += wanted.length;
    return wanted;
  }

  /**
   * In turns, since a page of signatures would hold up everything else for a tenth of a second. What is found is taken out of `asked`.
   * @throws FRAME_INVALID when there is something among the frames that no honest peer would send.
   */
  async check(frames: readonly Uint8Array[], asked: Set<RecordId>): Promise<SignedRecord[]> {
    const records: SignedRecord[] = [];
    const { clock, timers, gate, claims } = this.#components;
    let turnBegan = clock.now();
    for (let from = 0; from < frames.length; from += checkedTogether) {
      if (clock.now() - turnBegan >= checkTurnMs) {
        await timers.turn();
        turnBegan = clock.now();
      }
      const some = frames.slice(from, from + checkedTogether);
      const before = records.length;
      const results = await Promise.all(some.map((frame) => gate.checkSynced(frame)));
      for (const [index, result] of results.entries()) {
        if (result.verdict === "reject") throw badPage(`a record was rejected: ${result.reason}`);
        if (result.verdict === "ignore") this.#ignore(some[index] as Uint8Array, result.reason);
        else if (asked.delete(result.record.id)) records.push(keepable(result.record));
        else throw badPage("it sent a record that was not asked for");
      }
      // Only what was asked for lengthens the claim: else it could be held with anything.
      claims.brought(this.#claimant, records.length - before);
    }
    return records;
  }

  /** They are not asked for after all. */
  leave(ids: readonly RecordId[]): void {
    for (const id of ids) this.#settle(id);
    this.asked -= ids.length;
  }

  async store(records: readonly SignedRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#components.receive(records, this.#peer);
    this.received += records.length;
    this.#hasBrought = true;
    for (const { id } of records) this.#settle(id);
  }

  /** Those of the ids that are still awaited do not come. */
  miss(ids: Iterable<RecordId>): void {
    const missed = [...ids].filter((id) => this.#claimed.delete(id));
    this.#components.claims.giveUp(missed, this.#claimant);
  }

  /** Nothing more is awaited. */
  release(): void {
    this.miss(this.#claimed);
    if (this.#hasBrought) this.#components.onBrought(this.#peer);
    this.#hasBrought = false;
  }

  #settle(id: RecordId): void {
    this.#components.claims.settle(id, this.#claimant);
    this.#claimed.delete(id);
  }

  #ignore(frame: Uint8Array, reason: RefusalReason): void {
    this.ignored++;
    const id = recordIdOf(frame.subarray(signatureBytes));
    this.#settle(id);
    if (lasting.has(reason)) this.#components.passedOver.add(id, reason === "rotated-author" ? namedAuthor(frame) : undefined);
  }
}

/** Who is a member and whose key follows whose is kept in memory for good, and must not keep the page in which it came. */
function keepable(record: SignedRecord): SignedRecord {
  return isRotation(record) || isMembership(record) ? { ...record, frame: record.frame.slice() } : record;
}

/** Reasons that will be the same the next time, unless the user changes something. A record from the future comes when its time has come. */
const lasting: ReadonlySet<RefusalReason> = new Set([
  "expired",
  "blocked-author",
  "revoked-author",
  "rotated-author",
  "other-swarm",
  "RECORD_VERSION",
  "RECORD_CHARACTERS",
]);

/** Ids of records that were fetched and ignored: they are not known to the store, and are not fetched again for half an hour. */
export class PassedOver {
  readonly #clock: Clock;
  /** Until when, milliseconds, and whose the record is where another key has followed its author's. */
  readonly #entries = new RecentMap<RecordId, { readonly until: number; readonly rotated: AuthorId | undefined }>(maxPassedOver);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(id: RecordId, rotated?: AuthorId): void {
    this.#entries.set(id, { until: this.#clock.now() + settledForMs, rotated });
  }

  /** Something may be wanted now that was not. */
  clear(): void {
    this.#entries.clear();
  }

  /** The author's successor has named more records that stay. False where none was passed over. */
  dropRotated(author: AuthorId): boolean {
    const before = this.#entries.size;
    for (const [id, { rotated }] of this.#entries) if (rotated === author) this.#entries.delete(id);
    return this.#entries.size < before;
  }

  has(id: RecordId): boolean {
    const until = this.#entries.get(id)?.until;
    return until !== undefined && until > this.#clock.now();
  }
}
