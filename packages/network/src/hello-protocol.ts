/**
 * `/grapevine/hello/1`: the first thing that happens on a connection.
 *
 * The dialler opens a stream and sends `{v: 1, swarm, name, addresses}`; the other side answers with its own; both close. Each
 * side compares the swarms by itself and ends the connection when they differ. Frames are as in `frame-stream.ts`, at most 12 KiB,
 * within ten seconds of the connection. In a closed swarm both add `membership`, the frame of the record that admits them (doorkeeper.ts); who is no member gets
 * an empty greeting with `refused: "not-a-member"`, to tell its user, and the connection ends. Who follows an invite adds `invite`, its id; whoever made it adds to its answer `refused`
 * (`revoked`, `expired`, `used-up`, `unknown`) where it does not hold, and ends the connection. On a connection that has greeted,
 * the same exchange presents an invite once more, tells addresses that have changed, or shows that the other side is still there, and nothing is ended.
 *
 * What it guarantees: no other protocol of ours serves a peer before it has greeted and named the same swarm. What it does not:
 * that the name is anybody's in particular, that the addresses lead anywhere, or that the peer may know the swarm's name (it is
 * not a secret). The dialler of a closed swarm names itself and its addresses before it knows that the other side is a member.
 */
import { type AuthorId, cleanText, isSwarmName, messageOf, type Timer, type Timers } from "@grapevine/core";
import type { Connection, Stream } from "@libp2p/interface";
import { z } from "zod";
import { ownAddresses } from "./addresses.ts";
import type { Doorkeeper } from "./doorkeeper.ts";
import { networkErrors } from "./errors.ts";
import { frameStream } from "./frame-stream.ts";
import type { InviteRefusal } from "./invite-book.ts";
import { helloTimeoutMs, maxAddressesPerPeer, maxHelloBytes, maxMembershipBytes, maxNameLength } from "./network-limits.ts";
import { widestFirst } from "./reach/paths.ts";
import type { SwarmHost } from "./swarm-host.ts";

const notAMember = "not-a-member";
const helloProtocol = "/grapevine/hello/1";

/** What a peer said of itself, cleaned. */
export interface Hello {
  readonly peerId: AuthorId;
  readonly name?: string;
  readonly addresses: readonly string[];
}

export interface GreeterInit {
  readonly host: SwarmHost;
  readonly timers: Timers;
  readonly swarm: string;
  readonly name: string;
  /** Called once for each connection whose greeting succeeded, before `greeted` resolves. */
  readonly onGreeted: (hello: Hello, connection: Connection) => void;
  /** A peer has greeted once more over a connection: it may have other addresses now. */
  readonly onGreetedAgain: (hello: Hello) => void;
  readonly onRefused: (peer: AuthorId, reason: string) => void;
  readonly door: Pick<Doorkeeper, "admits" | "isClosed" | "ownProof" | "ownRefusal">;
  /** A peer presents an invite of this node. Undefined: it holds. */
  readonly onInvite: (invite: string, peer: AuthorId) => Promise<InviteRefusal | undefined>;
}

interface Greeting {
  readonly outcome: PromiseWithResolvers<Hello>;
  readonly timer: Timer;
  settled: boolean;
}

export class Greeter {
  readonly #init: GreeterInit;
  /** An outcome outlives its connection: whoever dialled may ask for it a moment later. */
  readonly #greetings = new WeakMap<Connection, Greeting>();
  readonly #timers = new Set<Timer>();
  /** Ids of invites that are being followed, by the peer that made them. */
  readonly #invites = new Map<AuthorId, string>();

  constructor(init: GreeterInit) {
    this.#init = init;
  }

  async start(): Promise<void> {
    const { host } = this.#init;
    await host.handle(helloProtocol, (stream, connection) => this.#answer(stream, connection), {
      maxInboundStreams: 1,
      runOnLimitedConnection: true,
    });
    host.addEventListener("connection:open", (event) => this.#opened(event.detail));
    host.addEventListener("connection:close", (event) => this.#closed(event.detail));
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** Resolves when both sides have greeted. @throws SWARM_DIFFERENT, PEER_FOREIGN */
  greeted(connection: Connection): Promise<Hello> {
    return this.#greeting(connection).outcome.promise;
  }

  /** From now on the invite is part of the greeting of its maker, until what is given back is called. */
  follow(peer: AuthorId, invite: string): () => void {
    this.#invites.set(peer, invite);
    return () => void this.#invites.delete(peer);
  }

  /** Presents an invite over a connection that has greeted. @throws INVITE_REVOKED, INVITE_EXPIRED, INVITE_USED_UP, INVITE_FORGOTTEN, PEER_FOREIGN */
  async present(connection: Connection, invite: string): Promise<void> {
    const theirs = await this.#exchange(connection, invite).catch((error: unknown) => {
      throw foreign(connection, messageOf(error));
    });
    if (theirs.refused !== undefined) throw this.#refusalOf(theirs.refused);
  }

  /** Greets once more over a connection that has greeted. @throws what the stream throws when the other side is not there */
  async again(connection: Connection, signal: AbortSignal): Promise<void> {
    const theirs = await this.#exchange(connection, undefined, signal);
    if (theirs.refused === undefined) this.#conclude(connection, theirs);
  }

  #greeting(connection: Connection): Greeting {
    const known = this.#greetings.get(connection);
    if (known !== undefined) return known;
    const timer = this.#init.timers.after(helloTimeoutMs, () =>
      this.#refuse(connection, foreign(connection, "it did not greet in time")),
    );
    const greeting: Greeting = { outcome: Promise.withResolvers<Hello>(), timer, settled: false };
    this.#timers.add(timer);
    // Whoever waits sees the refusal; when nobody does, it was reported by onRefused.
    greeting.outcome.promise.catch(() => undefined);
    this.#greetings.set(connection, greeting);
    return greeting;
  }

  /** False when it was settled before. */
  #settle(greeting: Greeting): boolean {
    if (greeting.settled) return false;
    greeting.settled = true;
    greeting.timer.cancel();
    this.#timers.delete(greeting.timer);
    return true;
  }

  #opened(connection: Connection): void {
    this.#greeting(connection);
    if (connection.direction === "outbound") void this.#greet(connection);
  }

  /** The dialler's own exchange ends with the connection, and may still hold the other side's last word. */
  #closed(connection: Connection): void {
    if (connection.direction === "outbound") return;
    const greeting = this.#greeting(connection);
    if (this.#settle(greeting)) greeting.outcome.reject(foreign(connection, "the connection ended before the greeting"));
  }

  async #greet(connection: Connection): Promise<void> {
    try {
      const theirs = await this.#exchange(connection, this.#invites.get(connection.remotePeer.toString()));
      if (theirs.refused !== undefined) this.#refuse(connection, this.#refusalOf(theirs.refused));
      else if (await this.#isStranger(connection, theirs)) this.#refuse(connection, notMember(connection));
      else this.#conclude(connection, theirs);
    } catch (error) {
      this.#refuse(connection, this.#noGreeting(connection, error));
    }
  }

  /** Where a swarm is closed, silence is also what a node meets that its owner has revoked. */
  #noGreeting(connection: Connection, error: unknown): Error {
    return foreign(connection, messageOf(error), this.#init.door.isClosed ? revokedHint : undefined);
  }

  /** Of our swarm, which is closed, and no member of it? */
  async #isStranger(connection: Connection, { swarm, membership }: WireHello): Promise<boolean> {
    if (swarm !== this.#init.swarm) return false;
    return !(await this.#init.door.admits(connection.remotePeer.toString(), membership));
  }

  #refusalOf(refused: string): Error {
    return refused === notAMember ? this.#init.door.ownRefusal() : refusedInvite(refused);
  }

  async #exchange(
    connection: Connection,
    invite: string | undefined,
    signal: AbortSignal = this.#init.timers.timeoutSignal(helloTimeoutMs),
  ): Promise<WireHello> {
    const stream = await connection.newStream(helloProtocol, { signal, runOnLimitedConnection: true });
    try {
      const frames = frameStream(stream, maxHelloBytes);
      await frames.write({ ...this.#hello(), invite }, signal);
      const theirs = await frames.read(wireHello, signal);
      // Everything was said: how the stream ends no longer matters, since another swarm's peer ends the connection as well.
      stream.close({ signal }).catch((error: Error) => stream.abort(error));
      return theirs;
    } catch (error) {
      stream.abort(error as Error);
      throw error;
    }
  }

  async #answer(stream: Stream, connection: Connection): Promise<void> {
    const signal = this.#init.timers.timeoutSignal(helloTimeoutMs);
    try {
      const frames = frameStream(stream, maxHelloBytes);
      const theirs = await frames.read(wireHello, signal);
      if (await this.#isStranger(connection, theirs)) {
        await frames.write({ v: 1, swarm: theirs.swarm, name: "", addresses: [], refused: notAMember }, signal);
        await stream.close({ signal });
        this.#refuse(connection, notMember(connection));
        return;
      }
      const isOurs = theirs.swarm === this.#init.swarm;
      const peer = connection.remotePeer.toString();
      const refused = isOurs && theirs.invite !== undefined ? await this.#init.onInvite(theirs.invite, peer) : undefined;
      // The greeting counts before the reply is sent, since the dialler goes on as soon as it has it. Whoever is turned away gets
      // the reply, too, to tell its user.
      if (isOurs && refused === undefined) this.#conclude(connection, theirs);
      await frames.write({ ...this.#hello(), refused }, signal);
      await stream.close({ signal });
      if (!isOurs) this.#conclude(connection, theirs);
      if (refused !== undefined) this.#refuse(connection, refusedInvite(refused));
    } catch (error) {
      this.#refuse(connection, foreign(connection, messageOf(error)));
      // On a connection that has greeted nothing else ends the stream, and there is a place for one.
      stream.abort(error as Error);
    }
  }

  #hello(): WireHello {
    const { host, swarm, name } = this.#init;
    const addresses = widestFirst(host.getMultiaddrs().map(String)).slice(0, maxAddressesPerPeer);
    return { v: 1, swarm, name: cleanText(name, maxNameLength), addresses, membership: this.#init.door.ownProof() };
  }

  #conclude(connection: Connection, theirs: WireHello): void {
    if (theirs.swarm !== this.#init.swarm) {
      const swarm = isSwarmName(theirs.swarm) ? `the swarm ${theirs.swarm}` : "another swarm";
      const message = `the peer ${connection.remotePeer.toString()} is in ${swarm}, this node in ${this.#init.swarm}`;
      this.#refuse(connection, networkErrors.create("SWARM_DIFFERENT", message));
      return;
    }
    const peerId = connection.remotePeer.toString();
    const name = cleanText(theirs.name, maxNameLength);
    const hello: Hello = { peerId, addresses: ownAddresses(theirs.addresses, peerId), ...(name === "" ? {} : { name }) };
    const greeting = this.#greeting(connection);
    if (!this.#settle(greeting)) {
      this.#init.onGreetedAgain(hello);
      return;
    }
    this.#init.onGreeted(hello, connection);
    greeting.outcome.resolve(hello);
  }

  #refuse(connection: Connection, reason: Error): void {
    const greeting = this.#greeting(connection);
    if (!this.#settle(greeting)) return;
    greeting.outcome.reject(reason);
    this.#init.onRefused(connection.remotePeer.toString(), reason.message);
    connection.close().catch((error: Error) => connection.abort(error));
  }
}

interface WireHello {
  readonly v: number;
  readonly swarm: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly membership?: Uint8Array | undefined;
  /** Id of the invite that the caller follows. */
  readonly invite?: string | undefined;
  /** Why the caller is turned away. */
  readonly refused?: string | undefined;
}
const wireHello: z.ZodType<WireHello> = z.object({
  v: z.int().min(1),
  swarm: z.string().max(256),
  name: z.string().max(256),
  addresses: z.array(z.string()).max(64),
  membership: z
    .instanceof(Uint8Array)
    .refine((frame) => frame.length <= maxMembershipBytes)
    .optional(),
  invite: z.string().max(64).optional(),
  refused: z.string().max(64).optional(),
});

/** A word that this version does not know is a refusal as well. */
function refusedInvite(refusal: string): Error {
  if (refusal === "revoked") return networkErrors.create("INVITE_REVOKED", "the invite was revoked by its maker");
  if (refusal === "expired") return networkErrors.create("INVITE_EXPIRED", "the invite has expired, by its maker's clock");
  if (refusal === "used-up") return networkErrors.create("INVITE_USED_UP", "as many peers have joined by the invite as may");
  return networkErrors.create("INVITE_FORGOTTEN", "the maker of the invite does not know it");
}

function notMember(connection: Connection): Error {
  const peer = connection.remotePeer.toString();
  return networkErrors.create("PEER_NOT_MEMBER", `the peer ${peer} is not a member of this closed swarm`);
}

const revokedHint =
  "If the owner of the closed swarm has revoked this node, nobody in it answers: ask the owner. Otherwise see that both run versions that fit together.";

function foreign(connection: Connection, why: string, hint?: string): Error {
  const message = `the peer ${connection.remotePeer.toString()} did not greet: ${why}`;
  return networkErrors.create("PEER_FOREIGN", message, hint === undefined ? {} : { hint });
}
