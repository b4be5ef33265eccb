/** What the network needs from the rest of a node, and what it gives. */
import type { AuthorId, Clock, Identity, LessonStore, LessonUse, RecordId, SignedRecord } from "@grapevine/core";
import type { NetworkTiming } from "./network-timing.ts";

export interface NetworkInit {
  /** Its key is the host's key: the peer id is the author. */
  readonly identity: Identity;
  /** Shown to other peers, who do not trust it. */
  readonly name: string;
  /** Letters, digits, dots, dashes and underscores, at most 64. */
  readonly swarm: string;
  /** Multiaddrs to listen on. Default: every interface, a port that the system chooses. */
  readonly listen?: readonly string[];
  /** Multiaddrs of peers that the user named: dialled at the start and redialled for ever. */
  readonly bootstrap?: readonly string[];
  /** Addresses of peers met before: redialled until they fail too often. */
  readonly knownPeers?: readonly KnownPeer[];
  readonly timing?: Partial<NetworkTiming>;
}

export interface NetworkComponents {
  readonly clock: Clock;
  readonly log: NetworkLog;
  readonly records: SyncRecords;
  /**
   * Takes records that passed the checks of the wire; resolves when they are durable. Sync waits for it before it asks for more.
   */
  receive(records: readonly SignedRecord[], from: AuthorId): Promise<void>;
  readonly outbox: Outbox;
  isBlocked(author: AuthorId): boolean;
  /**
   * Answers another peer's question. Of its errors QUESTION_EMPTY, QUESTION_TOO_LONG, ANSWER_WITHHELD and ASK_BUSY cross to the asker with
   * their messages; any other is logged here and becomes ASK_FAILED. Absent: none is answered.
   */
  readonly answer?: AnswerQuestion;
  /** After every change among the connected peers. */
  readonly onPeersChange?: (peers: readonly PeerInfo[]) => void;
  /** A peer was met, or its addresses changed: to be kept for the next start. */
  readonly onKnownPeer?: (peer: KnownPeer) => void;
  /** Uniform in [0, 1); for jitter. Default: Math.random. */
  readonly random?: () => number;
}

/** One line for people, and the facts of it. Texts of peers are cleaned before they get here. */
export type NetworkLog = (level: "debug" | "info" | "warn", message: string, facts?: Readonly<Record<string, unknown>>) => void;

/** The part of the lesson store that peers are served from. */
export type SyncRecords = Pick<LessonStore, "record" | "recordKeys" | "knows">;

export interface Outbox {
  /** Records of one's own that were never published, oldest first. */
  pending(): Promise<readonly SignedRecord[]>;
  published(id: RecordId): Promise<void>;
}

export interface AskReply {
  readonly answer: string;
  readonly lessons: readonly LessonUse[];
  readonly model: string;
  /** From the question to the answer at the peer that answered, milliseconds. */
  readonly ms: number;
}

export interface AnswerContext {
  readonly from: AuthorId;
  /** Fires when the asker cancelled, went away, or its time ran out. */
  readonly signal: AbortSignal;
  /** Sends a piece of the answer while it is being made. */
  readonly onText: (piece: string) => void;
}

export type AnswerQuestion = (question: string, context: AnswerContext) => Promise<AskReply>;

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly onText?: (piece: string) => void;
  /** Default and most: five minutes. */
  readonly timeoutMs?: number;
}

export interface KnownPeer {
  readonly peerId: AuthorId;
  /** Multiaddrs that end in `/p2p/PEER`; may be empty when it listens nowhere. */
  readonly addresses: readonly string[];
}

/** A connected peer that has greeted and is of the same swarm. */
export interface PeerInfo extends KnownPeer {
  /** What it calls itself: cleaned, not unique, not proven. */
  readonly name?: string;
  readonly direction: "inbound" | "outbound";
  /** Milliseconds since the epoch. */
  readonly connectedSince: number;
  readonly roundTripMs?: number;
  readonly lastSync?: SyncReport;
}

/** What one pull from a peer came to. */
export interface SyncReport {
  /** When it ended, milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  /** Records that passed the checks and were handed on. */
  readonly received: number;
  /** Records that were ignored: from the future, expired, of a blocked author, of a later version. */
  readonly ignored: number;
  /** `done`: the peer has nothing more for us. `partial`: another sync was fetching the rest. Otherwise why it broke off. */
  readonly ended: "done" | "partial" | "bad-page" | "cut" | "timed-out";
}

export interface Network {
  readonly peerId: AuthorId;
  readonly swarm: string;
  /** Where it listens, as multiaddrs that end in `/p2p/PEER`; empty when stopped. */
  addresses(): string[];
  /** Idempotent. @throws LISTEN_FAILED */
  start(): Promise<void>;
  /** Idempotent; it can be started again. */
  stop(): Promise<void>;
  /** Something is in the outbox. Returns at once. */
  publish(): void;
  /**
   * Dials one peer by its addresses and greets it; from then on it is redialled. When it fails nothing goes on in the background.
   * @throws NETWORK_STOPPED, ADDRESS_INVALID, PEER_UNREACHABLE, PEER_FOREIGN, PEER_BLOCKED, SWARM_DIFFERENT
   */
  connect(addresses: readonly string[]): Promise<PeerInfo>;
  /** Ends the connections to a peer, and does not redial it. @throws NETWORK_STOPPED, PEER_UNKNOWN */
  disconnect(peer: AuthorId): Promise<void>;
  peers(): PeerInfo[];
  /**
   * @throws NETWORK_STOPPED, PEER_UNKNOWN, PEER_NOT_CONNECTED, ASK_QUESTION_SIZE, ASK_BUSY, ASK_UNSUPPORTED, ASK_TIMED_OUT,
   * ASK_CANCELLED, ASK_CUT, ASK_FAILED, ASK_REFUSED, ANSWER_WITHHELD, FRAME_INVALID
   */
  ask(peer: AuthorId, question: string, options?: AskOptions): Promise<AskReply>;
  /** One line of text that leads another node here. @throws NETWORK_STOPPED, INVITE_NO_ADDRESS */
  createInvite(): string;
  /**
   * As `connect`, by an invite. @throws INVITE_MALFORMED, INVITE_DAMAGED, INVITE_VERSION, INVITE_OWN, INVITE_OTHER_SWARM, and as
   * `connect`
   */
  join(invite: string): Promise<PeerInfo>;
  /** Pulls from every connected peer now, and resolves when that is done. */
  sync(): Promise<void>;
  /** What happened since the start of the process, by name. */
  counters(): Readonly<Record<string, number>>;
}
