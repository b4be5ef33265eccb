/**
 * From the outbox to gossip. A record is published when there is somebody in the mesh, and only then marked; what was not, stays
 * and is tried again when the mesh changes, at the next start, and every half minute. Marked does not mean that everybody has it:
 * that is what sync is for.
 */
import { type Clock, messageOf, type Timer, type Timers } from "@grapevine/core";
import type { Counters } from "./counters.ts";
import { publishRate } from "./network-limits.ts";
import type { NetworkLog, Outbox } from "./network-types.ts";
import type { SwarmHost } from "./swarm-host.ts";
import { TokenBuckets } from "./token-buckets.ts";

export interface OutboxPublisherInit {
  readonly host: SwarmHost;
  readonly topic: string;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: Counters;
  readonly log: NetworkLog;
}

const retryMs = 30_000;
const nextTokenMs = 1000;

export class OutboxPublisher {
  readonly #init: OutboxPublisherInit;
  readonly #rate: TokenBuckets;
  #stopped = false;
  #wokenAgain = false;
  #running: Promise<void> | undefined;
  #retry: Timer | undefined;

  constructor(init: OutboxPublisherInit) {
    this.#init = init;
    this.#rate = new TokenBuckets(publishRate, 1, init.clock);
  }

  /** Publishes what is pending, if anybody listens. Returns at once. */
  wake(): void {
    if (this.#stopped) return;
    this.#wokenAgain = true;
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.cancel();
    await this.#running;
  }

  async #run(): Promise<void> {
    let retryAfterMs: number | undefined;
    while (this.#wokenAgain && !this.#stopped) {
      this.#wokenAgain = false;
      retryAfterMs = await this.#publishPending().catch((error: unknown) => {
        this.#init.log("warn", `publishing failed: ${messageOf(error)}`);
        return retryMs;
      });
    }
    this.#running = undefined;
    this.#retry?.cancel();
    if (retryAfterMs !== undefined && !this.#stopped) this.#retry = this.#init.timers.after(retryAfterMs, () => this.wake());
  }

  /** After how long to come back, or undefined when a new mesh peer or a new record will wake it. */
  async #publishPending(): Promise<number | undefined> {
    const { host, topic, outbox, counters } = this.#init;
    for (const record of await outbox.pending()) {
      if (this.#stopped || host.services.pubsub.getMeshPeers(topic).length === 0) return undefined;
      if (!this.#rate.take("own")) return nextTokenMs;
      const { recipients } = await host.services.pubsub.publish(topic, record.frame);
      // Handed to gossipsub before, but to nobody; it refuses copies for two minutes.
      if (recipients.length === 0) return retryMs;
      await outbox.published(record.id);
      counters.add("gossip.published");
    }
    return undefined;
  }
}
