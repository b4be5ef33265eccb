/**
 * Range-based set reconciliation (Aljoscha Meyer, "Range-Based Set Reconciliation", 2023) in the messages of negentropy protocol v1: two peers find out which
 * records only one of them has, with traffic that grows with the differences and hardly with the sets.
 *
 * The initiator divides the order of all records into ranges and sends a fingerprint of each. Whoever gets a fingerprint that its own records of the range do not
 * give answers with fingerprints of parts of the range or, where few records are left, with their ids; ranges that are alike are skipped. The initiator, which gets ids and has ids,
 * knows what each side lacks; the responder answers ids with its own ids of the range. It ends when the initiator has nothing to ask any more.
 *
 * Positions are bounds and not indexes, so that a set may change while it is being reconciled, and the responder keeps nothing between messages. Where a message would
 * become too long, the rest of the order is answered with a single fingerprint and comes in a later round. The responder's single fingerprint therefore also covers
 * ranges whose differences it has listed in an earlier round: they were skipped in the message it answers, and it cannot know why. So the initiator keeps account of
 * what is still open, asks about that only, and asks range by range where a fingerprint covers more.
 *
 * Guaranteed, when neither set changes and the peer is honest: the differences are found, all of them and nothing else, each of them once. Not guaranteed: anything
 * about a peer that lies about its records; it can withhold, as it always can. A sum modulo 2^256 is no cryptographic hash of a set: whoever can choose a great many records could find two sets of
 * equal fingerprints, which hides records from one session and not from gossip or other peers.
 */
import type { RecordId } from "@grapevine/core";
import { DigestSum, digestBytes } from "./digest-sum.ts";
import { type OpenRange, OpenRanges } from "./open-ranges.ts";
import { boundBetween, endBound, isOrdered, type RangeBound, startBound } from "./range-bound.ts";
import { type Range, RangeMessageWriter, readRangeMessage } from "./range-message.ts";
import { idsIn } from "./record-digest.ts";
import type { OrderedRecords } from "./record-set.ts";

export interface Reconciled {
  /** What to send next; undefined when the reconciliation is over. */
  readonly message: Uint8Array | undefined;
  /** Records that are here and not there. */
  readonly have: readonly RecordId[];
  /** Records that are there and not here. */
  readonly need: readonly RecordId[];
  /** What the digests of `have` add up to, less those of `need`. */
  readonly sum: DigestSum;
}

/** The initiator's first message. */
export function beginReconciliation(records: OrderedRecords, maxBytes: number): Uint8Array {
  const answer = new Answer(records, maxListed.initiator, maxBytes, new OpenRanges());
  answer.split(0, records.size, endBound);
  return answer.finish();
}

/**
 * What the initiator makes of a reply. `open` belongs to one reconciliation, new for its first reply and the same one for all that follow: with a new one for each,
 * differences may be named again in a later round.
 * @throws FRAME_INVALID
 */
export function continueReconciliation(
  records: OrderedRecords,
  reply: Uint8Array,
  maxBytes: number,
  open: OpenRanges,
): Reconciled {
  const answer = new Answer(records, maxListed.initiator, maxBytes, open);
  const have: RecordId[] = [];
  const need: RecordId[] = [];
  const sum = new DigestSum();
  answer.takeAll(readRangeMessage(reply), (ours, theirs) => {
    const missing = new Set(idsIn(theirs));
    for (const id of idsIn(ours)) if (!missing.delete(id)) have.push(id);
    need.push(...missing);
    for (let at = 0; at < ours.length; at += digestBytes) sum.add(ours, at);
    for (let at = 0; at < theirs.length; at += digestBytes) sum.subtract(theirs, at);
  });
  return { message: answer.isEmpty ? undefined : answer.finish(), have, need, sum };
}

/** What the responder answers. @throws FRAME_INVALID */
export function answerReconciliation(records: OrderedRecords, message: Uint8Array, maxBytes: number): Uint8Array {
  const ranges = readRangeMessage(message);
  const mostListed = Math.max(maxListed.responder, affordableIds / ranges.length);
  const answer = new Answer(records, mostListed, maxBytes, new OpenRanges());
  answer.takeAll(ranges);
  return answer.finish();
}

/** Gets the digests of both sides in a range that is open no more. */
type OnListed = (ours: Uint8Array, theirs: Uint8Array) => void;

/** Room for one skipped range and the fingerprint of everything that is left: two bounds, two modes, one fingerprint. */
const reservedBytes = 120;
/**
 * A range of so few records is answered with their ids; with more, fingerprints of its parts are shorter. What the initiator lists comes back from the responder,
 * so that it lists fewer.
 */
const maxListed = { initiator: 4, responder: 8 } as const;
/** Ids that the responder may list in all when it was sent few ranges, be they shorter or not: that saves a round. */
const affordableIds = 512;
/** Times that the whole is divided before ids are listed, in a set that differs in some places: the sixth message has the ids, which makes three rounds. */
const divisions = 5;
const fewestParts = 4;

/** A message that is being made while another is gone through. Ranges come in order. */
class Answer {
  readonly #records: OrderedRecords;
  readonly #maxListed: number;
  readonly #maxBytes: number;
  readonly #writer: RangeMessageWriter = new RangeMessageWriter();
  readonly #open: OpenRanges;
  /** How far the message goes. */
  #said: RangeBound = startBound;
  /** Where the next range begins. When the message does not go so far, what is between is to be skipped. */
  #skipped: RangeBound = startBound;
  #isFull = false;
  /** The last sum before an index: ranges are neighbours, so that it is asked for again. */
  #last: { readonly index: number; readonly sum: DigestSum } | undefined;

  constructor(records: OrderedRecords, mostListed: number, maxBytes: number, open: OpenRanges) {
    this.#records = records;
    this.#maxListed = mostListed;
    this.#maxBytes = maxBytes - reservedBytes;
    this.#open = open;
  }

  get isEmpty(): boolean {
    return this.#writer.isEmpty;
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }

  /** Lists that come are answered with lists, or, where `onListed` is given, told to it. */
  takeAll(ranges: readonly Range[], onListed?: OnListed): void {
    const { askedTo } = this.#open;
    this.#open.askedTo = endBound;
    let lower = startBound;
    for (const range of ranges) {
      if (this.#isFull) return;
      this.#take(range, lower, onListed);
      lower = range.upper;
    }
    this.#open.close(lower, askedTo);
    this.#askAgain(this.#open.within(isOrdered(lower, askedTo) ? askedTo : lower, endBound));
  }

  #take(range: Range, lower: RangeBound, onListed: OnListed | undefined): void {
    const { upper } = range;
    const [from, to] = [this.#records.rank(lower), this.#records.rank(upper)];
    if (range.mode === "ids" && onListed === undefined) {
      this.#list(from, to, upper);
      return;
    }
    const isAlike =
      range.mode === "skip" || (range.mode === "fingerprint" && isSame(range.fingerprint, this.#fingerprint(from, to)));
    const open = this.#open.within(lower, upper);
    if (isAlike) this.#open.close(lower, upper);
    else if (!isWhole(open, lower, upper)) this.#askAgain(open);
    else if (range.mode === "fingerprint") this.split(from, to, upper);
    else if (this.#open.close(lower, upper)) onListed?.(this.#records.digests(from, to), range.digests);
    else this.#askAgain(open);
    this.#skip(upper);
  }

  /** One fingerprint each: the other side divides them. */
  #askAgain(open: readonly OpenRange[]): void {
    for (const { lower, upper } of open) {
      if (this.#isFull) return;
      this.#skip(lower);
      const [from, to] = [this.#records.rank(lower), this.#records.rank(upper)];
      this.#put(from, { upper, mode: "fingerprint", fingerprint: this.#fingerprint(from, to) });
    }
  }

  /** Fingerprints of the range's parts, or its ids. The range ends at the bound, which lies behind the record before `upper`. */
  split(lower: number, upper: number, bound: RangeBound): void {
    const count = upper - lower;
    if (count <= this.#maxListed) {
      this.#list(lower, upper, bound);
      return;
    }
    const parts = Math.min(count, partsOf(this.#records.size));
    let from = lower;
    for (let part = 1; part <= parts && !this.#isFull; part++) {
      const to = lower + Math.floor((count * part) / parts);
      const end = to === upper ? bound : this.#boundBefore(to);
      const fingerprint = this.#fingerprint(from, to);
      this.#put(from, { upper: end, mode: "fingerprint", fingerprint });
      from = to;
    }
  }

  /** As many ids as there is room for. */
  #list(lower: number, upper: number, bound: RangeBound): void {
    const room = Math.max(0, Math.floor((this.#maxBytes - this.#writer.bytes - reservedBytes) / digestBytes));
    const end = Math.min(upper, lower + room);
    const digests = this.#records.digests(lower, end);
    if (end === upper) this.#put(lower, { upper: bound, mode: "ids", digests });
    else {
      if (end > lower) this.#put(lower, { upper: this.#boundBefore(end), mode: "ids", digests });
      this.#close(end);
    }
  }

  #skip(upper: RangeBound): void {
    this.#skipped = upper;
  }

  /** The range begins at the index. When the message is full, what is left becomes one fingerprint. */
  #put(from: number, range: Range): void {
    if (this.#isFull) return;
    if (this.#writer.bytes > this.#maxBytes - reservedBytes) {
      this.#close(from);
      return;
    }
    this.#saySkipped();
    this.#say(range);
  }

  /** What was asked about already is left out: the fingerprint ends where the open range does. */
  #close(from: number): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#saySkipped();
    const upper = this.#open.endAfter(this.#said);
    this.#say({ upper, mode: "fingerprint", fingerprint: this.#fingerprint(from, this.#records.rank(upper)) });
    this.#open.askedTo = upper;
  }

  #saySkipped(): void {
    if (!isOrdered(this.#skipped, this.#said)) this.#say({ upper: this.#skipped, mode: "skip" });
  }

  #say(range: Range): void {
    this.#writer.add(range);
    this.#said = range.upper;
  }

  #boundBefore(index: number): RangeBound {
    return boundBetween(this.#records.item(index - 1), this.#records.item(index));
  }

  #fingerprint(from: number, to: number): Uint8Array {
    const before = this.#last?.index === from ? this.#last.sum : this.#records.sumBefore(from);
    const sum = this.#records.sumBefore(to);
    this.#last = { index: to, sum };
    return sum.minus(before).fingerprint(to - from);
  }
}

/** So many that the parts of the parts, `divisions` times, hold about two records each: fewer cost more rounds, more cost more bytes. */
function partsOf(size: number): number {
  return Math.max(fewestParts, Math.ceil((size / 2) ** (1 / divisions)));
}

function isSame(first: Uint8Array, second: Uint8Array): boolean {
  return Buffer.compare(first, second) === 0;
}

function isWhole([first, ...more]: readonly OpenRange[], lower: RangeBound, upper: RangeBound): boolean {
  return first !== undefined && more.length === 0 && isOrdered(first.lower, lower) && isOrdered(upper, first.upper);
}
