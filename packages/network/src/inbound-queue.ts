/** Accepted records on their way from the network's callbacks to admission: bounded, in order, one batch at a time. */
import { type AuthorId, messageOf, type SignedRecord } from "@grapevine/core";
import type { Counters } from "./counters.ts";
import { inboundBatch, maxInboundRecords } from "./network-limits.ts";
import type { NetworkLog } from "./network-types.ts";

export interface InboundQueueComponents {
  readonly counters: Counters;
  readonly log: NetworkLog;
  receive(records: readonly SignedRecord[], from: AuthorId): Promise<void>;
}

export class InboundQueue {
  readonly #components: InboundQueueComponents;
  #waiting: { readonly record: SignedRecord; readonly from: AuthorId }[] = [];
  #draining: Promise<void> | undefined;

  constructor(components: InboundQueueComponents) {
    this.#components = components;
  }

  hasRoom(): boolean {
    return this.#waiting.length < maxInboundRecords;
  }

  push(record: SignedRecord, from: AuthorId): void {
    this.#waiting.push({ record, from });
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything that was pushed so far is handed on. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const from = this.#waiting[0]?.from ?? "";
      const others = this.#waiting.findIndex((item) => item.from !== from);
      const count = Math.min(inboundBatch, others === -1 ? this.#waiting.length : others);
      const batch = this.#waiting.slice(0, count).map((item) => item.record);
      this.#waiting = this.#waiting.slice(count);
      await this.#hand(batch, from);
    }
    this.#draining = undefined;
  }

  /** A batch that cannot be stored is not lost to the swarm: sync brings it again. */
  async #hand(batch: readonly SignedRecord[], from: AuthorId): Promise<void> {
    try {
      await this.#components.receive(batch, from);
    } catch (error) {
      this.#components.counters.add("gossip.not-stored", batch.length);
      this.#components.log("warn", `${batch.length} gossiped records could not be stored: ${messageOf(error)}`);
    }
  }
}
