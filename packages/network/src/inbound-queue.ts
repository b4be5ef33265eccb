/**
 * Accepted records on their way from the network's callbacks to admission: bounded in all, for each forwarder and for each author. Authors whom the user named go first.
 * Of the others one batch of each forwarder is taken in turn, and in it one record of each author in turn, each author's in order: whoever writes much waits behind what is
 * his own. What happens when it is full stands in the limits (`inboundQueue`); every record that is turned away or taken out again is counted with the reason.
 */
import { type AuthorId, messageOf, type SignedRecord } from "@grapevine/core";
import type { Counters } from "./counters.ts";
import { inboundQueue } from "./network-limits.ts";
import type { NetworkLog } from "./network-types.ts";

export interface InboundQueueComponents {
  readonly counters: Counters;
  readonly log: NetworkLog;
  receive(records: readonly SignedRecord[], from: AuthorId): Promise<void>;
  /** Did the user name this author? Absent: nobody is named. */
  isNamed?(author: AuthorId): boolean;
}

export class InboundQueue {
  readonly #components: InboundQueueComponents;
  /** What others than named authors wrote, by forwarder, in the order of their turns; none is empty. */
  readonly #waiting = new Map<AuthorId, AuthorLines>();
  #size = 0;
  /** What named authors wrote, in order, with who brought it. */
  #first: { readonly record: SignedRecord; readonly from: AuthorId }[] = [];
  readonly #ofAuthors = new Map<AuthorId, number>();
  #draining: Promise<void> | undefined;

  constructor(components: InboundQueueComponents) {
    this.#components = components;
  }

  /** Records that wait. */
  get size(): number {
    return this.#size + this.#first.length;
  }

  /** May one more record that this peer brought wait? `author`: who wrote it, as far as that is known. */
  hasRoomFor(from: AuthorId, author?: AuthorId): boolean {
    if (author !== undefined && this.#isNamed(author)) return this.#first.length < inboundQueue.mostOfNamed;
    if (author !== undefined && (this.#ofAuthors.get(author) ?? 0) >= inboundQueue.mostPerAuthor) return false;
    const own = this.#waiting.get(from)?.size ?? 0;
    if (own >= inboundQueue.mostPerForwarder) return false;
    return this.#size < inboundQueue.most || own + 1 < (this.#longest()?.size ?? 0);
  }

  /** Call only where there is room. */
  push(record: SignedRecord, from: AuthorId): void {
    const { author } = record.body;
    if (this.#isNamed(author)) this.#first.push({ record, from });
    else {
      if (this.#size >= inboundQueue.most) this.#displace();
      const own = this.#waiting.get(from) ?? new AuthorLines();
      own.push(record);
      this.#waiting.set(from, own);
      this.#size++;
      this.#ofAuthors.set(author, (this.#ofAuthors.get(author) ?? 0) + 1);
    }
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything that was pushed so far is handed on. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  #isNamed(author: AuthorId): boolean {
    return this.#components.isNamed?.(author) ?? false;
  }

  #longest(): AuthorLines | undefined {
    let longest: AuthorLines | undefined;
    for (const lines of this.#waiting.values()) if (lines.size > (longest?.size ?? 0)) longest = lines;
    return longest;
  }

  #displace(): void {
    const displaced = this.#longest()?.dropNewest();
    if (displaced === undefined) return;
    this.#left([displaced]);
    this.#components.counters.add("gossip.drop.displaced");
  }

  /** They wait no longer. */
  #left(records: readonly SignedRecord[]): void {
    this.#size -= records.length;
    for (const { body } of records) {
      const rest = (this.#ofAuthors.get(body.author) ?? 0) - 1;
      if (rest > 0) this.#ofAuthors.set(body.author, rest);
      else this.#ofAuthors.delete(body.author);
    }
  }

  async #drain(): Promise<void> {
    for (let next = this.#takeBatch(); next !== undefined; next = this.#takeBatch()) await this.#hand(...next);
    this.#draining = undefined;
  }

  #takeBatch(): [batch: readonly SignedRecord[], from: AuthorId] | undefined {
    return this.#takeFirst() ?? this.#takeTurn();
  }

  /** Of named authors: all that one forwarder has brought since another did. */
  #takeFirst(): [batch: readonly SignedRecord[], from: AuthorId] | undefined {
    const from = this.#first[0]?.from;
    if (from === undefined) return undefined;
    const other = this.#first.slice(0, inboundQueue.batch).findIndex((each) => each.from !== from);
    const batch = this.#first.splice(0, other === -1 ? inboundQueue.batch : other);
    return [batch.map(({ record }) => record), from];
  }

  /** Of the forwarder whose turn it is; if it has more, it goes to the end of the line. */
  #takeTurn(): [batch: readonly SignedRecord[], from: AuthorId] | undefined {
    for (const [from, lines] of this.#waiting) {
      const batch = lines.take(inboundQueue.batch);
      this.#waiting.delete(from);
      if (lines.size > 0) this.#waiting.set(from, lines);
      this.#left(batch);
      return [batch, from];
    }
    return undefined;
  }

  /** A batch that cannot be stored is not lost to the swarm: sync brings it again. */
  async #hand(batch: readonly SignedRecord[], from: AuthorId): Promise<void> {
    try {
      await this.#components.receive(batch, from);
    } catch (error) {
      this.#components.counters.add("gossip.drop.not-stored", batch.length);
      this.#components.log("warn", `${batch.length} gossiped records could not be stored: ${messageOf(error)}`);
    }
  }
}

/** Records of one forwarder: a line for each author, in the order of their turns; none is empty. */
class AuthorLines {
  readonly #lines = new Map<AuthorId, SignedRecord[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(record: SignedRecord): void {
    const line = this.#lines.get(record.body.author);
    if (line === undefined) this.#lines.set(record.body.author, [record]);
    else line.push(record);
    this.#size++;
  }

  /** One of each author in turn, up to so many. */
  take(most: number): SignedRecord[] {
    const taken: SignedRecord[] = [];
    for (let next = this.#takeOne(); next !== undefined; next = taken.length < most ? this.#takeOne() : undefined)
      taken.push(next);
    return taken;
  }

  /** The last record of the longest line. */
  dropNewest(): SignedRecord | undefined {
    let [longest, author] = [0, ""];
    for (const [each, line] of this.#lines) if (line.length > longest) [longest, author] = [line.length, each];
    const line = this.#lines.get(author);
    const dropped = line?.pop();
    if (line?.length === 0) this.#lines.delete(author);
    if (dropped !== undefined) this.#size--;
    return dropped;
  }

  #takeOne(): SignedRecord | undefined {
    for (const [author, line] of this.#lines) {
      const record = line.shift();
      this.#lines.delete(author);
      if (line.length > 0) this.#lines.set(author, line);
      this.#size--;
      return record;
    }
    return undefined;
  }
}
