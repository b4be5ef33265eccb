/**
 * A node's place in a swarm.
 *
 * Records travel on two ways that complete each other: gossip is fast and forgetful, sync is complete and comes after. Both lead
 * through one gate (`record-gate.ts`), and what passes it is handed to `receive` in bounded batches. Guaranteed: whatever reaches
 * `receive` is well-formed, timely and signed by its author, who is not blocked; own records in the outbox are gossiped at least
 * once to somebody, sooner or later; a peer that stays connected comes to hold everything we list. Not guaranteed: order, exactly
 * one delivery, or that a record is true.
 */
import type { AuthorId } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { askOver, probeOver } from "./ask-client.ts";
import { Counters } from "./counters.ts";
import { networkErrors } from "./errors.ts";
import { checkInviteLeads, formatInvite, parseInvite } from "./invite.ts";
import { InviteBook, type InviteTerms, type IssuedInvite } from "./invite-book.ts";
import { maxAddressesPerPeer } from "./network-limits.ts";
import type { AskOptions, AskReply, Network, NetworkComponents, NetworkInit, PeerInfo, Sureness } from "./network-types.ts";
import { widestFirst } from "./reach/paths.ts";
import type { Reachability } from "./reach/reach-types.ts";
import type { RecordVerdict } from "./record-gate.ts";
import { runNetwork } from "./run-network.ts";
import type { RunningNetwork } from "./running-network.ts";
import { checkSwarmName } from "./swarm-name.ts";

/** A network that is not started yet. @throws SWARM_INVALID */
export function createNetwork(init: NetworkInit, components: NetworkComponents): Network {
  checkSwarmName(init.swarm);
  return new SwarmNetwork(init, components);
}

class SwarmNetwork implements Network {
  readonly peerId: AuthorId;
  readonly swarm: string;
  readonly #init: NetworkInit;
  readonly #components: NetworkComponents;
  readonly #counters = new Counters();
  readonly #invites: InviteBook;
  /** Starting, or running. */
  #running: Promise<RunningNetwork> | undefined;
  /** Running; for what answers at once. */
  #current: RunningNetwork | undefined;

  constructor(init: NetworkInit, components: NetworkComponents) {
    this.peerId = init.identity.author;
    this.swarm = init.swarm;
    this.#init = init;
    this.#components = components;
    const { clock, invites = { issued: [], save: async () => undefined } } = components;
    this.#invites = new InviteBook({ clock, issued: invites.issued, save: (issued) => invites.save(issued) });
  }

  async start(): Promise<void> {
    this.#running ??= runNetwork(this.#init, this.#components, { counters: this.#counters, invites: this.#invites });
    try {
      this.#current = await this.#running;
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#current = undefined;
    await (await running)?.stop();
  }

  addresses(): string[] {
    return this.#current?.host.getMultiaddrs().map(String) ?? [];
  }

  reachability(): Reachability {
    return this.#current?.reach.reachability() ?? "nowhere";
  }

  publish(): void {
    this.#current?.publisher.wake();
  }

  peers(): PeerInfo[] {
    const current = this.#current;
    if (current === undefined) return [];
    return current.peers.list().map((peer) => {
      const path = current.reach.pathTo(peer.peerId);
      const roundTripMs = current.connectionTo(peer.peerId)?.rtt;
      const score = current.host.services.pubsub.getScore?.(peer.peerId);
      return {
        ...peer,
        ...(path !== undefined && { path }),
        ...(roundTripMs !== undefined && { roundTripMs }),
        ...(score !== undefined && { score }),
      };
    });
  }

  async connect(addresses: readonly string[]): Promise<PeerInfo> {
    const running = this.#live();
    const info = await running.calls.connect(addresses);
    running.named(info);
    return info;
  }

  async disconnect(peer: AuthorId): Promise<void> {
    const running = this.#live();
    running.redialer.forget(peer);
    await running.hangUp(peer);
  }

  async ask(peer: AuthorId, question: string, options: AskOptions = {}): Promise<AskReply> {
    return await askOver({ connection: this.#connectionTo(peer), self: this.peerId }, question, options);
  }

  async probe(peer: AuthorId, question: string, options: Pick<AskOptions, "signal"> = {}): Promise<Sureness | undefined> {
    return await probeOver({ connection: this.#connectionTo(peer), self: this.peerId }, question, options);
  }

  async createInvite(terms: InviteTerms = {}): Promise<string> {
    this.#live();
    const addresses = widestFirst(this.addresses()).slice(0, maxAddressesPerPeer);
    if (addresses.length === 0) throw networkErrors.create("INVITE_NO_ADDRESS", "this node listens on no address");
    const { id, expiresAt } = await this.#invites.issue(terms);
    return formatInvite({ swarm: this.swarm, name: this.#init.name, addresses, id, expiresAt }, this.#init.identity);
  }

  invites(): IssuedInvite[] {
    return this.#invites.list();
  }

  async revokeInvite(id: string): Promise<IssuedInvite> {
    return await this.#invites.revoke(id);
  }

  async join(text: string): Promise<PeerInfo> {
    const invite = parseInvite(text);
    if (invite.peerId === this.peerId) throw networkErrors.create("INVITE_OWN", "the invite is this node's own");
    checkInviteLeads(invite, { swarm: this.swarm, now: this.#components.clock.now() });
    const running = this.#live();
    const info = await running.calls.join(invite);
    running.named(info);
    return info;
  }

  async sync(): Promise<void> {
    const { peers, syncs } = this.#live();
    for (const { peerId } of peers.list()) syncs.request(peerId);
    await syncs.idle();
  }

  reconsider(): void {
    this.#current?.reconsider();
  }

  async bring(frames: readonly Uint8Array[]): Promise<RecordVerdict[]> {
    return await this.#live().bring(frames);
  }

  counters(): Readonly<Record<string, number>> {
    return this.#counters.snapshot();
  }

  #connectionTo(peer: AuthorId): Connection {
    const running = this.#live();
    const connection = running.peers.get(peer) && running.connectionTo(peer);
    if (connection !== undefined) return connection;
    if (running.redialer.knows(peer)) throw networkErrors.create("PEER_NOT_CONNECTED", `there is no connection to ${peer} now`);
    throw unknownPeer(peer);
  }

  #live(): RunningNetwork {
    if (this.#current === undefined) throw networkErrors.create("NETWORK_STOPPED", "the network is not running");
    return this.#current;
  }
}

function unknownPeer(peer: string): Error {
  return networkErrors.create("PEER_UNKNOWN", `no peer with the id ${peer.slice(0, 80)} is known`);
}
