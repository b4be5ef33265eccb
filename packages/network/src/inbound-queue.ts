/**
 * Accepted records on their way from the network's callbacks to admission: bounded in all and for each forwarder, each forwarder's in order, one batch of each in turn. What
 * happens when it is full stands in the limits (`inboundQueue`); every record that is turned away or taken out again is counted with the reason.
 */
import { type AuthorId, messageOf, type SignedRecord } from "@grapevine/core";
import type { Counters } from "./counters.ts";
import { inboundQueue } from "./network-limits.ts";
import type { NetworkLog } from "./network-types.ts";

export interface InboundQueueComponents {
  readonly counters: Counters;
  readonly log: NetworkLog;
  receive(records: readonly SignedRecord[], from: AuthorId): Promise<void>;
}

export class InboundQueue {
  readonly #components: InboundQueueComponents;
  /** By forwarder, in the order of their turns; none is empty. */
  readonly #waiting = new Map<AuthorId, SignedRecord[]>();
  #size = 0;
  #draining: Promise<void> | undefined;

  constructor(components: InboundQueueComponents) {
    this.#components = components;
  }

  /** Records that wait. */
  get size(): number {
    return this.#size;
  }

  hasRoomFor(from: AuthorId): boolean {
    const own = this.#waiting.get(from)?.length ?? 0;
    if (own >= inboundQueue.mostPerForwarder) return false;
    return this.#size < inboundQueue.most || own + 1 < this.#longest().length;
  }

  /** Call only where there is room. */
  push(record: SignedRecord, from: AuthorId): void {
    if (this.#size >= inboundQueue.most) this.#displace();
    const own = this.#waiting.get(from);
    if (own === undefined) this.#waiting.set(from, [record]);
    else own.push(record);
    this.#size++;
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything that was pushed so far is handed on. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  #longest(): SignedRecord[] {
    let longest: SignedRecord[] = [];
    for (const records of this.#waiting.values()) if (records.length > longest.length) longest = records;
    return longest;
  }

  #displace(): void {
    if (this.#longest().pop() === undefined) return;
    this.#size--;
    this.#components.counters.add("gossip.drop.displaced");
  }

  async #drain(): Promise<void> {
    for (let next = this.#takeBatch(); next !== undefined; next = this.#takeBatch()) await this.#hand(...next);
    this.#draining = undefined;
  }

  /** Of the forwarder whose turn it is; if it has more, it goes to the end of the line. */
  #takeBatch(): [batch: readonly SignedRecord[], from: AuthorId] | undefined {
    for (const [from, records] of this.#waiting) {
      const batch = records.slice(0, inboundQueue.batch);
      const rest = records.slice(inboundQueue.batch);
      this.#waiting.delete(from);
      if (rest.length > 0) this.#waiting.set(from, rest);
      this.#size -= batch.length;
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
