/**
 * A node in a simulated swarm: the network package as it is, on a simulated host and in virtual time, and behind it the real ledger with the real rules. Only the store is a fake, which keeps
 * everything in memory, and there is no model and no index.
 */
import {
  type AttestationBody,
  type AuthorId,
  type Identity,
  type LessonBody,
  type RecordBody,
  type RecordDraft,
  type RecordId,
  type RetractionBody,
  type RotationBody,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { MemoryLessonStore, type SimulatedHost, type SimulatedNetwork } from "@grapevine/testing";
import { Counters } from "../../packages/network/src/counters.ts";
import { InviteBook } from "../../packages/network/src/invite-book.ts";
import type { KnownPeer } from "../../packages/network/src/network-types.ts";
import { RunningNetwork } from "../../packages/network/src/running-network.ts";
import { createLedger, type Ledger } from "../../packages/node/src/ledger.ts";
import { createMerits } from "../../packages/node/src/merits.ts";
import { openPrincipalBook } from "../../packages/node/src/principals.ts";
import { createRoom } from "../../packages/node/src/room.ts";
import { defaultKeepingLimits } from "../../packages/reconcile/src/keeping.ts";

export interface SimulatedPeerInit {
  readonly name: string;
  readonly identity: Identity;
  readonly network: SimulatedNetwork;
  /** Its clock is ahead by so much, milliseconds. */
  readonly clockAheadMs: number;
  /** Up and down. */
  readonly bytesPerSecond: number;
  readonly extraLatencyMs: number;
  readonly decode: (frame: Uint8Array) => SignedRecord;
  /** A record was accepted that was not there before. */
  readonly onAccepted?: (id: RecordId) => void;
}

/** What `write` signs: a record without what the author's node adds. */
export type RecordContent = WithoutSequence<LessonBody | AttestationBody | RetractionBody | RotationBody>;
type WithoutSequence<Body extends RecordBody> = Body extends RecordBody ? Omit<RecordDraft<Body>, "seq" | "createdAt"> : never;

export const simulatedSwarm = "simulated";

export class SimulatedPeer {
  readonly author: AuthorId;
  readonly name: string;
  readonly store: MemoryLessonStore = new MemoryLessonStore();
  readonly counters: Counters = new Counters();
  readonly #init: SimulatedPeerInit;
  readonly #known = new Map<AuthorId, KnownPeer>();
  /** What `onAccepted` was told of: a record may come by gossip and by sync at once. */
  readonly #accepted = new Set<RecordId>();
  #host: SimulatedHost;
  #running: RunningNetwork | undefined;
  #ledger: Ledger | undefined;

  constructor(init: SimulatedPeerInit) {
    this.#init = init;
    this.name = init.name;
    this.author = init.identity.author;
    this.#host = this.#createHost();
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get address(): string {
    return this.#host.address.toString();
  }

  get host(): SimulatedHost {
    return this.#host;
  }

  /** As a process that finds its store, and the peers that it knew. */
  async start(bootstrap: readonly string[]): Promise<void> {
    const { identity, name, network, clockAheadMs, decode } = this.#init;
    const { store } = this;
    const clock = { now: () => network.time.now() + clockAheadMs };
    const principals = await openPrincipalBook(store);
    const merits = createMerits({ store, principals, self: identity.author, clock });
    const room = createRoom({
      store,
      principals,
      self: identity.author,
      limits: defaultKeepingLimits,
      utilitiesOf: merits.glancedUtilitiesOf,
    });
    const ledger = createLedger({
      store,
      principals,
      self: identity.author,
      clock,
      room,
      onLessons: ({ attested }) => merits.forget(attested),
      onOutbox: () => this.#running?.publisher.wake(),
    });
    await ledger.openRoom();
    this.#host = this.#createHost();
    const running = new RunningNetwork(
      this.#host,
      { identity, name, swarm: simulatedSwarm, bootstrap, knownPeers: [...this.#known.values()] },
      {
        clock,
        timers: network.time,
        random: network.random,
        decode,
        log: () => undefined,
        records: store,
        recordChanges: store,
        receive: (records) => this.#receive(ledger, records),
        outbox: {
          pending: async () => {
            const records = await Promise.all((await store.outbox()).map((id) => store.record(id)));
            return records.filter((record) => record !== undefined);
          },
          published: (id) => store.apply([{ kind: "outbox-remove", id }]),
        },
        isBlocked: (author) => principals.get(author).standing === "blocked",
        onKnownPeer: (peer) => void this.#known.set(peer.peerId, peer),
      },
      { counters: this.counters, invites: new InviteBook({ clock, issued: [], save: async () => undefined }) },
    );
    this.#ledger = ledger;
    this.#running = running;
    await running.start([]);
    running.publisher.wake();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
    await this.#ledger?.settled();
    this.#ledger = undefined;
  }

  /** Signs a record, judges it, keeps it, and publishes it. */
  async write(content: RecordContent): Promise<SignedRecord> {
    const { identity, network, clockAheadMs } = this.#init;
    const draft = { ...content, seq: this.store.nextSequence(), createdAt: network.time.now() + clockAheadMs };
    const record = signRecord(identity, draft as RecordDraft<RecordBody>);
    await this.#ledger?.publish(record);
    return record;
  }

  connectedPeers(): AuthorId[] {
    return this.#running?.peers.list().map(({ peerId }) => peerId) ?? [];
  }

  /** What it passes on, in the order of all peers. */
  async accepted(): Promise<RecordId[]> {
    const ids: RecordId[] = [];
    for await (const { id } of this.store.recordKeys()) ids.push(id);
    return ids.sort();
  }

  async #receive(ledger: Ledger, records: readonly SignedRecord[]): Promise<void> {
    await ledger.receive(records);
    const { onAccepted } = this.#init;
    for (const { id } of records) {
      if (onAccepted === undefined || this.#accepted.has(id)) continue;
      this.#accepted.add(id);
      onAccepted(id);
    }
  }

  #createHost(): SimulatedHost {
    const { identity, network, bytesPerSecond, extraLatencyMs } = this.#init;
    return network.createHost({ identity, bytesPerSecond, extraLatencyMs });
  }
}
