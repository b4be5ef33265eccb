/** A network between its start and its stop: the host and everything that lives on it, wired together. */
import { type AuthorId, messageOf, type SignedRecord, systemTimers, type Timers } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { Calls } from "./calls.ts";
import { Claims } from "./claims.ts";
import type { Counters } from "./counters.ts";
import { type Doorkeeper, doorkeeperOf } from "./doorkeeper.ts";
import { GossipGaps } from "./gossip-gaps.ts";
import { joinTopic } from "./gossip-topic.ts";
import { Greeter } from "./hello-protocol.ts";
import { InboundQueue } from "./inbound-queue.ts";
import type { InviteBook } from "./invite-book.ts";
import { LinkTrials } from "./link-trials.ts";
import { LinkWatchdog } from "./link-watchdog.ts";
import { Meetings } from "./meetings.ts";
import { defaultTiming, type NetworkTiming } from "./network-timing.ts";
import type { KnownPeer, NetworkComponents, NetworkInit } from "./network-types.ts";
import { OutboxPublisher } from "./outbox-publisher.ts";
import { PeerTable } from "./peer-table.ts";
import { LiveRecordSet } from "./range-sync/live-record-set.ts";
import { connectionTo } from "./reach/paths.ts";
import { Reach } from "./reach/reach.ts";
import type { ReachParts } from "./reach/reach-services.ts";
import { RecordArrivals } from "./record-arrivals.ts";
import { RecordGate, type RecordVerdict } from "./record-gate.ts";
import { PassedOver, type RecordIntakeComponents } from "./record-intake.ts";
import { Redialer } from "./redialer.ts";
import { serve } from "./serving.ts";
import { Settlements } from "./settlements.ts";
import { type SwarmHost, startHost } from "./swarm-host.ts";
import { topicOf } from "./swarm-name.ts";
import { SyncScheduler } from "./sync-scheduler.ts";
import { syncWith } from "./sync-session.ts";

/** What outlives a stop. */
export interface RunningNetworkParts {
  readonly counters: Counters;
  readonly invites: InviteBook;
  readonly reach?: ReachParts;
}

export class RunningNetwork {
  readonly host: SwarmHost;
  readonly peers: PeerTable;
  readonly calls: Calls;
  readonly redialer: Redialer;
  readonly publisher: OutboxPublisher;
  readonly syncs: SyncScheduler;
  readonly reach: Reach;
  readonly #init: NetworkInit;
  readonly #components: NetworkComponents;
  readonly #counters: Counters;
  readonly #topic: string;
  readonly #timing: NetworkTiming;
  readonly #timers: Timers;
  readonly #queue: InboundQueue;
  readonly #gate: RecordGate;
  readonly #gaps: GossipGaps;
  readonly #recordSet: LiveRecordSet;
  readonly #intake: RecordIntakeComponents;
  readonly #settlements: Settlements;
  readonly #arrivals: RecordArrivals;
  readonly #meetings: Meetings;
  readonly #greeter: Greeter;
  readonly #door: Doorkeeper;
  #endRevocations: () => void = () => undefined;
  readonly #watchdog: LinkWatchdog;
  readonly #trials: LinkTrials;
  readonly #stopping = new AbortController();

  constructor(host: SwarmHost, init: NetworkInit, components: NetworkComponents, parts: RunningNetworkParts) {
    const { counters, invites } = parts;
    const { clock, log, outbox, records } = components;
    const random = components.random ?? Math.random;
    const timers = components.timers ?? systemTimers;
    const timing = { ...defaultTiming, ...init.timing };
    const isConnected = (peer: AuthorId): boolean => this.peers.get(peer) !== undefined;
    this.host = host;
    this.#init = init;
    this.#components = components;
    this.#counters = counters;
    this.#topic = topicOf(init.swarm);
    this.#timing = timing;
    this.#timers = timers;
    this.peers = new PeerTable((peers) => components.onPeersChange?.(peers));
    const receive = (records: readonly SignedRecord[], from: AuthorId): Promise<void> => this.#arrivals.take(records, from);
    this.#queue = new InboundQueue({ counters, log, receive, isNamed: (author) => this.isNamed(author) });
    this.#door = doorkeeperOf(init, components);
    this.#gate = new RecordGate({
      decode: components.decode,
      clock,
      counters,
      isBlocked: (author) => components.isBlocked(author),
      isRotatedOut: (record) => components.isRotatedOut?.(record) ?? false,
      refusalOf: (record) => this.#door.refusalOf(record),
      hasRoomFor: (from, author) => this.#queue.hasRoomFor(from, author),
      isNamed: (author) => this.isNamed(author),
      floodDecay: timing.rejectedDecay,
    });
    this.#gaps = new GossipGaps({ clock, timers, log, timing, records, request: (peer) => this.#fillGap(peer) });
    this.#recordSet = new LiveRecordSet({ records, changes: components.recordChanges });
    const passedOver = new PassedOver(clock);
    this.#settlements = new Settlements(clock);
    this.#arrivals = new RecordArrivals({
      clock,
      records,
      receive: (batch, from) => components.receive(batch, from),
      peers: this.peers,
      syncs: () => this.syncs,
      gaps: this.#gaps,
      passedOver,
      settlements: this.#settlements,
    });
    this.#intake = {
      clock,
      timers,
      records,
      gate: this.#gate,
      passedOver,
      receive,
      onBrought: (from) => this.#arrivals.syncOn(from),
      claims: new Claims(clock),
      isNamed: (peer) => this.isNamed(peer),
    };
    this.#greeter = new Greeter({
      host,
      timers,
      swarm: init.swarm,
      name: init.name,
      onGreeted: (hello, connection) => this.#meetings.greeted(hello, connection),
      onGreetedAgain: ({ peerId, addresses }) => this.#meetings.moved(peerId, addresses),
      onRefused: (peer, reason) => this.#meetings.refused(peer, reason),
      door: this.#door,
      onInvite: (invite, peer) => invites.present(invite, peer),
    });
    this.calls = new Calls({
      host,
      timers,
      peers: this.peers,
      greeter: this.#greeter,
      door: this.#door,
      isBlocked: (peer) => components.isBlocked(peer),
      usesRelays: init.reach?.nat === true,
      stopping: this.#stopping.signal,
    });
    this.redialer = new Redialer({
      clock,
      timers,
      log,
      timing,
      random,
      dial: async (addresses) => (await this.calls.connect(addresses)).peerId,
      isConnected,
      connectedCount: () => this.peers.size,
      isKnown: (peer) => components.isKnown?.(peer) ?? false,
    });
    this.#meetings = this.#createMeetings();
    this.publisher = new OutboxPublisher({ host, topic: this.#topic, outbox, clock, timers, counters, log });
    this.syncs = this.#createSyncs(random, isConnected);
    this.reach = this.#createReach(random, parts.reach);
    this.#trials = this.#createTrials();
    this.#watchdog = this.#createWatchdog();
  }

  async start(listen: readonly string[]): Promise<void> {
    const { host } = this;
    await this.#greeter.start();
    await this.#serve();
    host.addEventListener("peer:disconnect", (event) => this.#meetings.lost(event.detail.toString()));
    await this.reach.start();
    await startHost(host, listen);
    this.reach.listens();
    this.#trials.look();
    joinTopic({
      host,
      topic: this.#topic,
      gate: this.#gate,
      queue: this.#queue,
      gaps: this.#gaps,
      onMesh: () => this.publisher.wake(),
    });
    void this.#readRecordKeys();
    this.#meetings.remember(this.#init);
    this.#endRevocations = this.#door.onRevoked((member) => void this.#revoked(member));
    this.redialer.start();
    this.#watchdog.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#endRevocations();
    this.redialer.stop();
    this.reach.stop();
    this.#watchdog.stop();
    this.#gaps.stop();
    this.#recordSet.stop();
    await Promise.all([this.publisher.stop(), this.syncs.stop()]);
    this.#greeter.stop();
    await this.host.stop();
    await this.#queue.idle();
    for (const { peerId } of this.peers.list()) this.peers.remove(peerId);
  }

  /** Resolves when both sides of the connection have greeted. @throws as `Calls.connect` */
  async greeted(connection: Connection): Promise<void> {
    await this.#greeter.greeted(connection);
  }

  /** Did the user name it, by an address or otherwise? */
  isNamed(peer: AuthorId): boolean {
    return this.redialer.isNamed(peer) || (this.#components.isKnown?.(peer) ?? false);
  }

  /** The user named a peer that is connected. */
  named(peer: KnownPeer): void {
    this.#meetings.named(peer);
  }

  /** See `Network.reconsider`. */
  reconsider(): void {
    this.#arrivals.reconsider();
  }

  async bring(frames: readonly Uint8Array[]): Promise<RecordVerdict[]> {
    const verdicts = await Promise.all(frames.map((frame) => this.#gate.checkSynced(frame)));
    const records = verdicts.flatMap((result) => (result.verdict === "accept" ? [result.record] : []));
    if (records.length > 0) await this.#components.receive(records, this.#init.identity.author);
    return verdicts;
  }

  floodsOf(peer: AuthorId): number {
    return this.#gate.floodsOf(peer);
  }

  connectionTo(peer: AuthorId): Connection | undefined {
    return connectionTo(this.host, peer);
  }

  /** Whoever has not greeted yet is hung up as well. */
  async hangUp(peer: AuthorId): Promise<void> {
    const id = peerIdFromString(peer);
    if (this.host.getConnections(id).length > 0) await this.host.hangUp(id);
  }

  async #revoked(member: AuthorId): Promise<void> {
    this.redialer.forget(member);
    if (this.host.getConnections(peerIdFromString(member)).length === 0) return;
    this.#counters.add("link.hung-up.revoked");
    this.#components.log("info", `hung up on ${member}: it is no member of the swarm any more`);
    await this.hangUp(member);
  }

  #fillGap(peer: AuthorId): void {
    if (this.peers.get(peer) === undefined) return;
    this.#counters.add("gossip.gaps");
    this.syncs.request(peer);
  }

  /** So that the first sync need not wait for it; the sync itself says when it fails. */
  async #readRecordKeys(): Promise<void> {
    if (this.#components.recordChanges === undefined) return;
    try {
      await this.#recordSet.current();
    } catch (error) {
      this.#components.log("debug", `the record keys were not read: ${messageOf(error)}`);
    }
  }

  #createMeetings(): Meetings {
    const { clock, log, onKnownPeer } = this.#components;
    return new Meetings({
      host: this.host,
      peers: this.peers,
      redialer: this.redialer,
      syncs: () => this.syncs,
      gaps: this.#gaps,
      clock,
      timers: this.#timers,
      counters: this.#counters,
      log,
      stopping: this.#stopping.signal,
      onMet: (connection) => this.reach.met(connection),
      onOtherLink: (connection) => this.#trials.cameAgain(connection),
      onKnownPeer,
    });
  }

  #createSyncs(random: () => number, isConnected: (peer: AuthorId) => boolean): SyncScheduler {
    const { clock, log, records } = this.#components;
    const session = {
      ...this.#intake,
      host: this.host,
      clock,
      log,
      counters: this.#counters,
      records,
      recordSet: this.#recordSet,
      settlements: this.#settlements,
    };
    return new SyncScheduler({
      clock,
      timers: this.#timers,
      timing: this.#timing,
      random,
      sync: (peer) => syncWith(peer, session, this.#stopping.signal),
      isConnected,
      connectedCount: () => this.peers.list().length,
      isNamed: (peer) => this.isNamed(peer),
      onReport: (peer, lastSync) => {
        this.peers.update(peer, { lastSync });
        this.#meetings.isStillThere(peer);
      },
    });
  }

  #createReach(random: () => number, parts: ReachParts | undefined): Reach {
    return new Reach(this.#init.reach ?? {}, {
      ...this.#components,
      host: this.host,
      self: this.#init.identity.author,
      parts,
      timers: this.#timers,
      counters: this.#counters,
      random,
      peers: () => this.peers.list(),
      greeted: (connection) => this.#greeter.greeted(connection),
      isBlocked: (peer) => this.#components.isBlocked(peer),
      connect: (addresses) => this.calls.connect(addresses),
      onAddresses: (peer, addresses) => this.#meetings.moved(peer, addresses),
    });
  }

  #createTrials(): LinkTrials {
    const { clock, log } = this.#components;
    return new LinkTrials({
      host: this.host,
      clock,
      timers: this.#timers,
      timing: this.#timing,
      counters: this.#counters,
      log,
      peers: () => this.peers.list().map(({ peerId }) => peerId),
      addresses: () => this.reach.machineAddresses(),
      greetAgain: (connection, signal) => this.#greeter.again(connection, signal),
      onDead: (peer) => {
        if (this.peers.get(peer) !== undefined) this.syncs.request(peer);
      },
      onUpheaval: () => {
        this.reach.listens();
        this.redialer.hurry();
      },
    });
  }

  #createWatchdog(): LinkWatchdog {
    const { clock, log } = this.#components;
    return new LinkWatchdog({
      clock,
      timers: this.#timers,
      counters: this.#counters,
      log,
      timing: this.#timing,
      peers: () => this.peers.list(),
      heard: () => new Set(this.host.services.pubsub.getSubscribers(this.#topic).map(String)),
      isBlocked: (peer) => this.#components.isBlocked(peer) || !this.#door.isMember(peer),
      hangUp: (peer) => void this.hangUp(peer),
      look: () => {
        this.#trials.look();
        for (const { peerId } of this.peers.list()) this.reach.speakTo(peerId);
      },
    });
  }

  async #serve(): Promise<void> {
    await serve({
      ...this.#components,
      host: this.host,
      intake: this.#intake,
      recordSet: this.#recordSet,
      counters: this.#counters,
      greeted: (connection) => this.#greeter.greeted(connection),
    });
  }
}
