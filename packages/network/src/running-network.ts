/** A network between its start and its stop: the host and everything that lives on it, wired together. */
import {
  type AuthorId,
  isMembership,
  isRotation,
  messageOf,
  type RotationBody,
  type SignedRecord,
  systemTimers,
  type Timers,
} from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { isAddress, ownAddresses, parseAddress, peerOfAddress, withPeer } from "./addresses.ts";
import { Calls } from "./calls.ts";
import { Claims } from "./claims.ts";
import type { Counters } from "./counters.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { GossipGaps } from "./gossip-gaps.ts";
import { joinTopic } from "./gossip-topic.ts";
import type { Greeted } from "./greeted-registrar.ts";
import { Greeter, type Hello } from "./hello-protocol.ts";
import { InboundQueue } from "./inbound-queue.ts";
import type { InviteBook } from "./invite-book.ts";
import { LinkTrials } from "./link-trials.ts";
import { LinkWatchdog } from "./link-watchdog.ts";
import { dialTimeoutMs, reconsiderEveryMs } from "./network-limits.ts";
import { defaultTiming, type NetworkTiming } from "./network-timing.ts";
import type { KnownPeer, NetworkComponents, NetworkInit } from "./network-types.ts";
import { OutboxPublisher } from "./outbox-publisher.ts";
import { PeerTable } from "./peer-table.ts";
import { LiveRecordSet } from "./range-sync/live-record-set.ts";
import { connectionTo, widestFirst } from "./reach/paths.ts";
import { Reach } from "./reach/reach.ts";
import { type ReachParts, reachParts } from "./reach/reach-services.ts";
import { RecordGate } from "./record-gate.ts";
import { PassedOver, type RecordIntakeComponents } from "./record-intake.ts";
import { Redialer } from "./redialer.ts";
import { serve } from "./serving.ts";
import { Settlements } from "./settlements.ts";
import { createHost, type SwarmHost, startHost } from "./swarm-host.ts";
import { topicOf } from "./swarm-name.ts";
import { SyncScheduler } from "./sync-scheduler.ts";
import { syncWith } from "./sync-session.ts";

/** Every interface, a port that the system chooses: works beside any number of other nodes. */
const defaultListen: readonly string[] = ["/ip4/0.0.0.0/tcp/0"];

/** @throws LISTEN_FAILED, ADDRESS_INVALID */
export async function runNetwork(
  init: NetworkInit,
  components: NetworkComponents,
  { counters, invites }: RunningNetworkParts,
): Promise<RunningNetwork> {
  const listen = init.listen ?? defaultListen;
  for (const address of [...listen, ...(init.bootstrap ?? [])]) parseAddress(address);
  const door = doorkeeperOf(init, components);
  let running: RunningNetwork | undefined;
  const { identity, swarm } = init;
  const greeted: Greeted = async (connection) => await running?.greeted(connection);
  const reach = await reachParts({
    swarm,
    reach: init.reach ?? {},
    onLan: (found) => running?.reach.found(found),
    greeted,
    hasGreeted: async (peer) => (await running?.reach.hasGreeted(peer)) ?? false,
  });
  const host = await createHost({
    identity,
    listen,
    topic: topicOf(swarm),
    timing: { ...defaultTiming, ...init.timing },
    reach,
    isBlocked: (peer) => components.isBlocked(peer) || !door.mayKnock(peer),
    isNamed: (peer) => running?.isNamed(peer) ?? false,
    isMember: (peer) => door.isClosed && door.isMember(peer),
    floodsOf: (peer) => running?.floodsOf(peer) ?? 0,
    greeted: door.isClosed ? greeted : undefined,
  });
  running = new RunningNetwork(host, init, components, { counters, invites, reach });
  await running.start(listen);
  return running;
}

/** It keeps nothing of its own: any number of them are one. */
function doorkeeperOf({ identity, swarm }: NetworkInit, components: NetworkComponents): Doorkeeper {
  const { clock, members } = components;
  const receive: NetworkComponents["receive"] = (records, from) => components.receive(records, from);
  return new Doorkeeper({ self: identity.author, swarm, clock, members, receive });
}

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
  readonly #greeter: Greeter;
  readonly #door: Doorkeeper;
  #endRevocations: () => void = () => undefined;
  readonly #watchdog: LinkWatchdog;
  readonly #trials: LinkTrials;
  readonly #stopping = new AbortController();
  #reconsideredAt = Number.NEGATIVE_INFINITY;

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
    const receive = this.#receive.bind(this);
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
    this.#intake = {
      timers,
      records,
      gate: this.#gate,
      passedOver: new PassedOver(clock),
      receive,
      onBrought: (from) => this.#syncOn(from),
      claims: new Claims(clock),
    };
    this.#greeter = new Greeter({
      host,
      timers,
      swarm: init.swarm,
      name: init.name,
      onGreeted: (hello, connection) => this.#greeted(hello, connection),
      onGreetedAgain: ({ peerId, addresses }) => this.#moved(peerId, addresses),
      onRefused: (peer, reason) => this.#refused(peer, reason),
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
    this.#settlements = new Settlements(clock);
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
    host.addEventListener("peer:disconnect", (event) => this.#lost(event.detail.toString()));
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
    this.#rememberPeers();
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
  named({ peerId, addresses }: KnownPeer): void {
    this.redialer.name(addresses);
    this.#met(peerId, addresses);
  }

  floodsOf(peer: AuthorId): number {
    return this.#gate.floodsOf(peer);
  }

  /** See `Network.reconsider`. */
  reconsider(): void {
    this.#wantAgain();
    const now = this.#components.clock.now();
    if (now - this.#reconsideredAt < reconsiderEveryMs) return;
    this.#reconsideredAt = now;
    for (const { peerId } of this.peers.list()) this.syncs.request(peerId);
  }

  connectionTo(peer: AuthorId): Connection | undefined {
    return connectionTo(this.host, peer);
  }

  async hangUp(peer: AuthorId): Promise<void> {
    await this.host.hangUp(peerIdFromString(peer));
  }

  async #revoked(member: AuthorId): Promise<void> {
    this.redialer.forget(member);
    if (this.host.getConnections(peerIdFromString(member)).length === 0) return;
    this.#counters.add("link.hung-up.revoked");
    this.#components.log("info", `hung up on ${member}: it is no member of the swarm any more`);
    await this.hangUp(member);
  }

  /** A list that holds this node itself is no mistake: lists are shared. */
  #rememberPeers(): void {
    const own = this.#init.identity.author;
    for (const known of this.#init.knownPeers ?? []) {
      if (known.peerId === own) continue;
      this.redialer.met(known);
      if (known.named === true) this.redialer.name(known.addresses);
    }
    this.redialer.name((this.#init.bootstrap ?? []).filter((address) => peerOfAddress(parseAddress(address)) !== own));
  }

  #greeted(hello: Hello, connection: Connection): void {
    const { peerId } = hello;
    const before = this.peers.get(peerId);
    // An outbound connection proves its address, whatever the peer says of itself.
    const proven = connection.direction === "outbound" ? [withPeer(connection.remoteAddr, peerId).toString()] : [];
    const addresses = [...new Set([...proven, ...hello.addresses])];
    this.reach.met(connection);
    const since = before ?? { direction: connection.direction, connectedSince: this.#components.clock.now() };
    this.peers.set({ ...since, ...hello, addresses });
    this.#met(peerId, addresses);
    if (before !== undefined) {
      this.#trials.cameAgain(connection);
      return;
    }
    this.#components.log("info", `connected to ${hello.name ?? peerId}`, { peerId, direction: connection.direction });
    if (connection.direction === "outbound") this.syncs.request(peerId);
    else this.syncs.requestLater(peerId);
    if (connection.limits === undefined) void this.#measureRoundTrip(peerId);
  }

  /** Addresses come and go: of a relay, of another network. What a peer says of itself is kept only as long as it is connected. */
  #moved(peer: AuthorId, texts: readonly string[]): void {
    const addresses = ownAddresses(widestFirst(texts.filter(isAddress)), peer);
    const known = this.peers.get(peer);
    if (known === undefined || addresses.length === 0 || addresses.join() === known.addresses.join()) return;
    this.peers.update(peer, { addresses });
    this.#met(peer, addresses);
  }

  /** It is there: to be dialled again when it is lost, now and after a restart. */
  #met(peerId: AuthorId, addresses: readonly string[]): void {
    this.redialer.met({ peerId, addresses });
    this.#components.onKnownPeer?.({ peerId, addresses, named: this.redialer.isNamed(peerId) });
  }

  /** Whoever was forgotten, as one that is being hung up, is not remembered for being there. */
  #isStillThere(peer: AuthorId): void {
    const info = this.peers.get(peer);
    if (info !== undefined && this.redialer.knows(peer)) this.#met(peer, info.addresses);
  }

  #refused(peer: AuthorId, reason: string): void {
    this.#counters.add("hello.refused");
    this.#components.log("info", reason, { peerId: peer });
  }

  #lost(peer: AuthorId): void {
    this.#isStillThere(peer); // until now
    this.peers.remove(peer);
    this.syncs.forget(peer);
    this.#gaps.forget(peer);
    this.redialer.lost(peer);
  }

  /** A figure for people: when it fails there is none, and the connection's own monitor says whether the link is dead. */
  async #measureRoundTrip(peer: AuthorId): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, this.#timers.timeoutSignal(dialTimeoutMs)]);
    try {
      const roundTripMs = await this.host.services.ping.ping(peerIdFromString(peer), { signal });
      this.peers.update(peer, { roundTripMs });
    } catch (error) {
      this.#components.log("debug", `no round trip of ${peer}: ${messageOf(error)}`);
    }
  }

  /** Whatever came in, by gossip or sync. */
  async #receive(records: readonly SignedRecord[], from: AuthorId): Promise<void> {
    await this.#components.receive(records, from);
    for (const record of records) this.#gaps.arrived(record);
    // What the member has written may have come before, and been ignored.
    const isMembers = records.some(isMembership);
    const isRotated = await this.#hasNamedMore(records.filter(isRotation));
    if (isMembers) this.#intake.passedOver.clear();
    if (!isMembers && !isRotated) return;
    this.#settlements.clear();
    if (this.peers.get(from) !== undefined) this.syncs.request(from);
  }

  /** Does a successor name records that stay, of a key of which some were passed over? Only one that is kept counts: anybody can say that he follows. */
  async #hasNamedMore(rotations: readonly SignedRecord<RotationBody>[]): Promise<boolean> {
    let has = false;
    for (const { id, body } of rotations) {
      if (body.follows === undefined || (await this.#components.records.record(id)) === undefined) continue;
      has = this.#intake.passedOver.dropRotated(body.follows) || has;
    }
    return has;
  }

  /** What was passed over may be wanted now. */
  #wantAgain(): void {
    this.#intake.passedOver.clear();
    this.#settlements.clear();
  }

  /** What came by sync is not gossiped: the other neighbours are told by a sync, which is one short message each way where they have it. */
  #syncOn(from: AuthorId): void {
    for (const { peerId } of this.peers.list()) if (peerId !== from) this.syncs.requestSoon(peerId);
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
      isNamed: (peer) => this.isNamed(peer),
      onReport: (peer, lastSync) => {
        this.peers.update(peer, { lastSync });
        this.#isStillThere(peer);
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
      onAddresses: (peer, addresses) => this.#moved(peer, addresses),
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
