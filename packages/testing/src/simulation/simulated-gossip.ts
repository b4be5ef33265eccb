/**
 * A model of gossipsub 1.1 for one topic, after its specification (github.com/libp2p/specs, pubsub/gossipsub), with the parameters of the library's defaults: eager push in a mesh
 * of 4 to 12 peers, a heartbeat a second that tends the mesh and tells a few others what there was lately (IHAVE), who ask for what they lack (IWANT); a memory of two minutes of
 * what was seen; publishing to every subscriber (flood publishing); IDONTWANT for messages from 4 KiB, as our network has it. Of the
 * score only the part that matters here is modelled: rejected messages.
 *
 * Records and what announces them may be lost on the way; subscriptions and changes of the mesh are not, since both sides must agree on them.
 */
import { createHash } from "node:crypto";
import type { AuthorId, Timer } from "@grapevine/core";
import { type GossipSubEvents, type PublishResult, type TopicValidatorFn, TopicValidatorResult } from "@libp2p/gossipsub";
import { type PeerId, TypedEventEmitter } from "@libp2p/interface";
import type { SimulatedConnection } from "./simulated-connection.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";

export interface SimulatedGossipInit {
  readonly network: SimulatedNetwork;
  readonly peerId: PeerId;
  readonly connectionTo: (peer: AuthorId) => SimulatedConnection | undefined;
}

type MessageId = string;

type Control =
  | { readonly kind: "subscribe" | "graft" | "prune" }
  | { readonly kind: "ihave" | "iwant" | "idontwant"; readonly ids: readonly MessageId[] };

interface Neighbour {
  readonly peerId: PeerId;
  isSubscribed: boolean;
  inMesh: boolean;
  backoffUntilMs: number;
  /** Rejected messages, fading. */
  rejected: number;
  readonly unwanted: Set<MessageId>;
  /** How often each message was sent again at its wish. */
  readonly resent: Map<MessageId, number>;
}

export class SimulatedGossip extends TypedEventEmitter<GossipSubEvents> {
  readonly topicValidators: Map<string, TopicValidatorFn> = new Map();
  readonly #init: SimulatedGossipInit;
  readonly #neighbours = new Map<AuthorId, Neighbour>();
  /** Until when each message is remembered, oldest first. */
  readonly #seen = new Map<MessageId, number>();
  /** Messages of the last heartbeats, newest first. */
  #recent: Map<MessageId, Uint8Array>[] = [new Map()];
  #topic: string | undefined;
  #timer: Timer | undefined;

  constructor(init: SimulatedGossipInit) {
    super();
    this.#init = init;
  }

  start(): void {
    const { time, random } = this.#init.network;
    this.#timer = time.after(heartbeatMs * random(), () => this.#heartbeat());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  subscribe(topic: string): void {
    this.#topic = topic;
    for (const peer of this.#neighbours.keys()) this.#control(peer, { kind: "subscribe" });
  }

  getMeshPeers(_topic: string): AuthorId[] {
    return this.#peersThat(({ inMesh }) => inMesh);
  }

  getSubscribers(_topic: string): PeerId[] {
    return [...this.#neighbours.values()].filter(({ isSubscribed }) => isSubscribed).map(({ peerId }) => peerId);
  }

  async publish(_topic: string, data: Uint8Array = new Uint8Array()): Promise<PublishResult> {
    const id = messageIdOf(data);
    if (this.#hasSeen(id)) return { recipients: [] };
    const recipients = this.#peersThat((neighbour) => neighbour.isSubscribed && scoreOf(neighbour) >= publishThreshold);
    if (recipients.length === 0) throw new Error("PublishError.NoPeersSubscribedToTopic");
    this.#remember(id, data);
    for (const peer of recipients) this.#push(peer, id, data);
    return { recipients: recipients.flatMap((peer) => this.#neighbours.get(peer)?.peerId ?? []) };
  }

  connected(peerId: PeerId): void {
    const peer = peerId.toString();
    this.#neighbours.set(peer, {
      peerId,
      isSubscribed: false,
      inMesh: false,
      backoffUntilMs: 0,
      rejected: 0,
      unwanted: new Set(),
      resent: new Map(),
    });
    if (this.#topic !== undefined) this.#control(peer, { kind: "subscribe" });
  }

  disconnected(peer: AuthorId): void {
    this.#neighbours.delete(peer);
  }

  /** What the other side of a connection says. */
  told(from: AuthorId, control: Control): void {
    const neighbour = this.#neighbours.get(from);
    if (neighbour === undefined || scoreOf(neighbour) < graylistThreshold) return;
    switch (control.kind) {
      case "subscribe":
        neighbour.isSubscribed = true;
        break;
      case "graft":
        this.#grafted(from, neighbour);
        break;
      case "prune":
        this.#leave(neighbour);
        break;
      case "ihave":
        this.#offered(from, neighbour, control.ids);
        break;
      case "iwant":
        this.#asked(from, neighbour, control.ids);
        break;
      case "idontwant":
        for (const id of control.ids) neighbour.unwanted.add(id);
        break;
    }
  }

  /** A record that the other side of a connection pushes, whatever it is. */
  async pushed(from: AuthorId, data: Uint8Array): Promise<void> {
    const neighbour = this.#neighbours.get(from);
    if (neighbour === undefined || this.#topic === undefined || scoreOf(neighbour) < graylistThreshold) return;
    const id = messageIdOf(data);
    if (this.#hasSeen(id)) return;
    this.#markSeen(id);
    if (data.length >= leastUnwantedBytes) {
      for (const peer of this.getMeshPeers(this.#topic)) if (peer !== from) this.#control(peer, { kind: "idontwant", ids: [id] });
    }
    const message = { type: "unsigned", topic: this.#topic, data } as const;
    const verdict = await this.topicValidators.get(this.#topic)?.(neighbour.peerId, message);
    if (verdict === TopicValidatorResult.Reject) neighbour.rejected++;
    if (verdict !== TopicValidatorResult.Accept) return;
    this.#remember(id, data);
    for (const peer of this.getMeshPeers(this.#topic)) if (peer !== from) this.#push(peer, id, data);
  }

  /** Sends a record to one neighbour, whether or not it is one: for those who lie. */
  send(peer: AuthorId, data: Uint8Array): void {
    const connection = this.#init.connectionTo(peer);
    if (connection === undefined) return;
    const from = this.#init.peerId.toString();
    const { pubsub } = connection.remote.host.services;
    this.#init.network.scatter(connection, data.length + messageBytes, () => void pubsub.pushed(from, data));
  }

  #push(peer: AuthorId, id: MessageId, data: Uint8Array): void {
    if (this.#neighbours.get(peer)?.unwanted.has(id) !== true) this.send(peer, data);
  }

  #control(peer: AuthorId, control: Control): void {
    const connection = this.#init.connectionTo(peer);
    if (connection === undefined) return;
    const from = this.#init.peerId.toString();
    const deliver = (): void => connection.remote.host.services.pubsub.told(from, control);
    if ("ids" in control) this.#init.network.scatter(connection, controlBytes + control.ids.length * idBytes, deliver);
    else connection.send(controlBytes, deliver);
  }

  #grafted(from: AuthorId, neighbour: Neighbour): void {
    const { time } = this.#init.network;
    const isWelcome = scoreOf(neighbour) >= 0 && neighbour.backoffUntilMs <= time.now();
    if (isWelcome && this.#topic !== undefined && (neighbour.inMesh || this.getMeshPeers(this.#topic).length < mostMesh)) {
      this.#join(from, neighbour, "inbound");
      return;
    }
    this.#leave(neighbour);
    this.#control(from, { kind: "prune" });
  }

  #join(peer: AuthorId, neighbour: Neighbour, direction: "inbound" | "outbound"): void {
    if (neighbour.inMesh) return;
    neighbour.inMesh = true;
    this.safeDispatchEvent("gossipsub:graft", { detail: { peerId: peer, topic: this.#topic ?? "", direction } });
  }

  #leave(neighbour: Neighbour): void {
    neighbour.inMesh = false;
    neighbour.backoffUntilMs = this.#init.network.time.now() + backoffMs;
  }

  #offered(from: AuthorId, neighbour: Neighbour, ids: readonly MessageId[]): void {
    if (scoreOf(neighbour) < gossipThreshold) return;
    const wanted = ids.filter((id) => !this.#hasSeen(id));
    if (wanted.length > 0) this.#control(from, { kind: "iwant", ids: wanted });
  }

  #asked(from: AuthorId, neighbour: Neighbour, ids: readonly MessageId[]): void {
    for (const id of ids) {
      const data = this.#recent.find((messages) => messages.has(id))?.get(id);
      const times = neighbour.resent.get(id) ?? 0;
      if (data === undefined || times >= mostResent) continue;
      neighbour.resent.set(id, times + 1);
      this.#push(from, id, data);
    }
  }

  #heartbeat(): void {
    const { time } = this.#init.network;
    this.#timer = time.after(heartbeatMs, () => this.#heartbeat());
    for (const neighbour of this.#neighbours.values()) neighbour.rejected *= fading;
    for (const [id, untilMs] of this.#seen) {
      if (untilMs > time.now()) break;
      this.#seen.delete(id);
    }
    if (this.#topic !== undefined) {
      this.#tendMesh(this.#topic);
      this.#announce(this.#topic);
    }
    this.#recent = [new Map(), ...this.#recent.slice(0, historyLength - 1)];
    const isKept = (id: MessageId): boolean => this.#recent.some((messages) => messages.has(id));
    for (const { unwanted, resent } of this.#neighbours.values()) {
      for (const id of unwanted) if (!isKept(id)) unwanted.delete(id);
      for (const id of resent.keys()) if (!isKept(id)) resent.delete(id);
    }
  }

  #tendMesh(topic: string): void {
    const now = this.#init.network.time.now();
    for (const peer of this.#peersThat((neighbour) => neighbour.inMesh && scoreOf(neighbour) < 0)) this.#prune(peer);
    const mesh = this.getMeshPeers(topic);
    if (mesh.length < leastMesh) {
      const candidates = this.#peersThat(
        (neighbour) => neighbour.isSubscribed && !neighbour.inMesh && neighbour.backoffUntilMs <= now && scoreOf(neighbour) >= 0,
      );
      for (const peer of this.#shuffled(candidates).slice(0, wantedMesh - mesh.length)) {
        const neighbour = this.#neighbours.get(peer);
        if (neighbour !== undefined) this.#join(peer, neighbour, "outbound");
        this.#control(peer, { kind: "graft" });
      }
    }
    if (mesh.length > mostMesh) for (const peer of this.#shuffled(mesh).slice(wantedMesh)) this.#prune(peer);
  }

  #prune(peer: AuthorId): void {
    const neighbour = this.#neighbours.get(peer);
    if (neighbour !== undefined) this.#leave(neighbour);
    this.#control(peer, { kind: "prune" });
  }

  /** To a quarter of those outside the mesh, at least six. */
  #announce(_topic: string): void {
    const ids = this.#recent.slice(0, historyAnnounced).flatMap((messages) => [...messages.keys()]);
    if (ids.length === 0) return;
    const outside = this.#peersThat(
      (neighbour) => neighbour.isSubscribed && !neighbour.inMesh && scoreOf(neighbour) >= gossipThreshold,
    );
    const count = Math.max(leastTold, Math.ceil(outside.length * toldShare));
    for (const peer of this.#shuffled(outside).slice(0, count)) this.#control(peer, { kind: "ihave", ids });
  }

  #remember(id: MessageId, data: Uint8Array): void {
    this.#markSeen(id);
    this.#recent[0]?.set(id, data);
  }

  #markSeen(id: MessageId): void {
    if (!this.#seen.has(id)) this.#seen.set(id, this.#init.network.time.now() + seenForMs);
  }

  #hasSeen(id: MessageId): boolean {
    return (this.#seen.get(id) ?? 0) > this.#init.network.time.now();
  }

  #peersThat(fits: (neighbour: Neighbour) => boolean): AuthorId[] {
    const peers: AuthorId[] = [];
    for (const [peer, neighbour] of this.#neighbours) if (fits(neighbour)) peers.push(peer);
    return peers;
  }

  #shuffled(peers: readonly AuthorId[]): AuthorId[] {
    const { random } = this.#init.network;
    return peers
      .map((peer) => ({ peer, place: random() }))
      .sort((first, second) => first.place - second.place)
      .map(({ peer }) => peer);
  }
}

const heartbeatMs = 1000;
const wantedMesh = 6;
const leastMesh = 4;
const mostMesh = 12;
const backoffMs = 60_000;
const historyLength = 5;
const historyAnnounced = 3;
const leastTold = 6;
const toldShare = 0.25;
const mostResent = 3;
const seenForMs = 120_000;
const leastUnwantedBytes = 4096;
const gossipThreshold = -10;
const publishThreshold = -50;
const graylistThreshold = -80;
/** Ten points for the square of what was rejected, which halves in 23 s; see the network's own scores. */
const fading = 0.97;
/** A message's topic, field headers and length; a control message's. */
const messageBytes = 40;
const controlBytes = 40;
const idBytes = 34;

function scoreOf({ rejected }: Neighbour): number {
  return -10 * rejected ** 2;
}

/** As the network's own: of topic and data; there is one topic. Computed once for each array, since the same one goes through all hosts. */
const messageIds = new WeakMap<Uint8Array, MessageId>();

function messageIdOf(data: Uint8Array): MessageId {
  const known = messageIds.get(data);
  if (known !== undefined) return known;
  const id = createHash("sha256").update(data).digest("base64url");
  messageIds.set(data, id);
  return id;
}
