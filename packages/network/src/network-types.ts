/** What the network needs from the rest of a node, and what it gives. */
import type {
  AuthorId,
  Clock,
  Identity,
  LessonStore,
  LessonUse,
  MembershipBody,
  Memberships,
  RecordId,
  RecordKey,
  SignedRecord,
  Timers,
} from "@grapevine/core";
import type { Acquaintance } from "./acquaintances.ts";
import type { InviteTerms, IssuedInvite } from "./invite-book.ts";
import type { NetworkTiming } from "./network-timing.ts";
import type { Path, Reachability, ReachInit } from "./reach/reach-types.ts";
import type { RecordVerdict } from "./record-gate.ts";

export interface NetworkInit {
  /** Its key is the host's key: the peer id is the author. */
  readonly identity: Identity;
  /** Shown to other peers, who do not trust it. */
  readonly name: string;
  /** The whole name: that of a closed swarm names its owner. */
  readonly swarm: string;
  /** Multiaddrs to listen on. Default: every interface, a port that the system chooses. */
  readonly listen?: readonly string[];
  /** Multiaddrs of peers that the user named: dialled at the start and redialled for ever. */
  readonly bootstrap?: readonly string[];
  /** Addresses of peers met before: redialled until they fail too often, and those that the user named for ever. */
  readonly knownPeers?: readonly RememberedPeer[];
  /** How peers are found and reached besides; all of it is off unless it is turned on. */
  readonly reach?: ReachInit;
  readonly timing?: Partial<NetworkTiming>;
}

export interface NetworkComponents {
  readonly clock: Clock;
  /** Default: those of the system. */
  readonly timers?: Timers;
  /** Default: core's `decodeRecord`. Where many nodes of one process decode the same frames, as in a simulation, it may remember what it found. */
  readonly decode?: (frame: Uint8Array) => SignedRecord;
  readonly log: NetworkLog;
  readonly records: SyncRecords;
  /** What changes among `records.recordKeys()`. Absent: all keys are read for every sync. */
  readonly recordChanges?: RecordSetChanges | undefined;
  /**
   * Takes records that passed the checks of the wire; resolves when they are durable. Sync waits for it before it asks for more.
   */
  receive(records: readonly SignedRecord[], from: AuthorId): Promise<void>;
  readonly outbox: Outbox;
  isBlocked(author: AuthorId): boolean;
  /** Is the record by a key that another has followed, which does not keep it? Default: none is. */
  isRotatedOut?(record: SignedRecord): boolean;
  /** Who is in the swarm, where it is closed. What `receive` has made durable is in it. Absent: nobody but the owner is known. */
  readonly members?: SwarmMembers | undefined;
  /** Somebody whom the user named otherwise than by an address. Such peers keep their places and are synced with first, whatever strangers do. Default: nobody. */
  isKnown?(peer: AuthorId): boolean;
  /** How questions of peers are served. Absent: none is answered. */
  readonly answering?: Answering;
  /** Where the invites of this node are kept. Absent: in memory. */
  readonly invites?: InviteKeeping;
  /** After every change among the connected peers. */
  readonly onPeersChange?: (peers: readonly PeerInfo[]) => void;
  /** A peer was met, is still there, is lost, or its addresses changed: to be kept for the next start. */
  readonly onKnownPeer?: (peer: MetPeer) => void;
  /** Uniform in [0, 1); for jitter. Default: Math.random. */
  readonly random?: () => number;
}

export interface InviteKeeping {
  /** As they were saved last. */
  readonly issued: readonly IssuedInvite[];
  /** Resolves when they are durable. */
  save(issued: readonly IssuedInvite[]): Promise<void>;
}

/** One line for people, and the facts of it. Texts of peers are cleaned before they get here. */
export type NetworkLog = (level: "debug" | "info" | "warn", message: string, facts?: Readonly<Record<string, unknown>>) => void;

/** The part of the lesson store that peers are served from. */
export type SyncRecords = Pick<LessonStore, "record" | "frames" | "recordKeys" | "knows">;

/**
 * Tells of every change of what `recordKeys` lists, in order, each once it is durable and before `receive` resolves for the records that caused it. To tell of a
 * key that was there before, or of one that was not, does no harm; to leave one out does, until the next start.
 */
export interface RecordSetChanges {
  /** From now on; gives what ends it. */
  follow(onChange: (change: RecordSetChange) => void): () => void;
}

export interface RecordSetChange {
  readonly added: readonly Pick<RecordKey, "id" | "createdAt">[];
  readonly removed: readonly Pick<RecordKey, "id" | "createdAt">[];
}

/** The owner's word on members, as it has come here. */
export interface SwarmMembers extends Memberships {
  /** Told of every change from now on; gives what ends it. */
  follow(onChange: (record: SignedRecord<MembershipBody>) => void): () => void;
}

export interface Outbox {
  /** Records of one's own that were never published, oldest first. */
  pending(): Promise<readonly SignedRecord[]>;
  published(id: RecordId): Promise<void>;
}

/** A lesson that a peer says it used. What that peer makes of the author stays with it. */
export type NamedLesson = Pick<LessonUse, "id" | "title" | "author" | "similarity">;

export interface AskReply {
  readonly answer: string;
  readonly lessons: readonly NamedLesson[];
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

/** How sure a node is of an answer: figures of the lesson that it would recall first. Nothing of its text. */
export interface Sureness {
  /** Cosine of question and lesson, from 0 to 1. */
  readonly similarity: number;
  /** Lower bound of the lesson's utility at that node, from 0 to 1. */
  readonly utility: number;
}

/** `known`: somebody whom the user named. `not-trusted`: only such are answered, and this peer is none. `closed`: nobody is answered. */
export type AskPermission = "known" | "stranger" | "not-trusted" | "closed";

export interface Answering {
  /** Asked before anything of a question is read. */
  permission(from: AuthorId): AskPermission;
  /**
   * Of its errors QUESTION_EMPTY, QUESTION_TOO_LONG, ANSWER_WITHHELD and ASK_BUSY cross to the asker with their messages; any other is logged
   * here and becomes ASK_FAILED.
   */
  answer(question: string, context: AnswerContext): Promise<AskReply>;
  /** Recall alone; undefined where no lesson is near the question. Its errors cross as those of `answer`. */
  probe(question: string): Promise<Sureness | undefined>;
}

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

/** A peer that is connected, or was until now. */
export interface MetPeer extends KnownPeer {
  /** By the user, by an address or an invite. */
  readonly named: boolean;
}

/** A peer of an earlier run. Without dates it counts as met just now for the first time. */
export interface RememberedPeer extends KnownPeer, Partial<Acquaintance> {
  readonly named?: boolean;
}

/** A connected peer that has greeted and is of the same swarm. */
export interface PeerInfo extends KnownPeer {
  /** What it calls itself: cleaned, not unique, not proven. */
  readonly name?: string;
  readonly direction: "inbound" | "outbound";
  /** Milliseconds since the epoch. */
  readonly connectedSince: number;
  readonly roundTripMs?: number;
  /** How it is reached now. */
  readonly path?: Path;
  readonly lastSync?: SyncReport;
  /** What its conduct on the topic has come to: above 0 is good, below −80 nothing is heard of it. */
  readonly score?: number;
}

/** What one sync that this node began came to. */
export interface SyncReport {
  /** When it ended, milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  /** Records that passed the checks and were handed on. */
  readonly received: number;
  /** Records that were ignored: from the future, expired, of a blocked author, of a later version. */
  readonly ignored: number;
  /** Records that the peer wanted and was given. */
  readonly given: number;
  /** Messages of set reconciliation that were answered; none when nothing has changed since the last sync. */
  readonly rounds: number;
  /** `done`: neither has anything more for the other. `partial`: another sync was fetching the rest. Otherwise why it broke off. */
  readonly ended: "done" | "partial" | "bad-page" | "cut" | "timed-out";
}

export interface Network {
  readonly peerId: AuthorId;
  readonly swarm: string;
  /** Where it listens, as multiaddrs that end in `/p2p/PEER`; empty when stopped. */
  addresses(): string[];
  /** Whether others can reach this node, by what it has seen. */
  reachability(): Reachability;
  /** Idempotent. @throws LISTEN_FAILED */
  start(): Promise<void>;
  /** Idempotent; it can be started again. */
  stop(): Promise<void>;
  /** Something is in the outbox. Returns at once. */
  publish(): void;
  /**
   * Dials one peer by its addresses and greets it; from then on it is redialled. When it fails nothing goes on in the background.
   * @throws NETWORK_STOPPED, ADDRESS_INVALID, PEER_UNREACHABLE, PEER_BEHIND_RELAY, PEER_FOREIGN, PEER_BLOCKED, SWARM_DIFFERENT,
   * SWARM_NOT_MEMBER, PEER_NOT_MEMBER
   */
  connect(addresses: readonly string[]): Promise<PeerInfo>;
  /** Ends what connections there are to a peer, and does not redial it: one that was never met need not be known. @throws NETWORK_STOPPED */
  disconnect(peer: AuthorId): Promise<void>;
  peers(): PeerInfo[];
  /**
   * @throws NETWORK_STOPPED, PEER_UNKNOWN, PEER_NOT_CONNECTED, ASK_QUESTION_SIZE, ASK_NOT_TRUSTED, ASK_CLOSED, ASK_BUSY, ASK_QUOTA,
   * ASK_UNSUPPORTED, ASK_TIMED_OUT, ASK_CANCELLED, ASK_CUT, ASK_FAILED, ASK_REFUSED, ANSWER_WITHHELD, FRAME_INVALID
   */
  ask(peer: AuthorId, question: string, options?: AskOptions): Promise<AskReply>;
  /**
   * How sure a peer is of an answer to the question, which it gets to see; undefined where it knows no lesson near it. At most two seconds.
   * @throws as `ask`
   */
  probe(peer: AuthorId, question: string, options?: Pick<AskOptions, "signal">): Promise<Sureness | undefined>;
  /** One line of text that leads another node here; resolves when it is remembered. @throws NETWORK_STOPPED, INVITE_NO_ADDRESS, INVITE_TOO_MANY */
  createInvite(terms?: InviteTerms): Promise<string>;
  /** The invites that this node has made and not forgotten, newest first. */
  invites(): IssuedInvite[];
  /** From now on this node greets nobody who presents the invite. By its id or enough of its beginning. @throws INVITE_UNKNOWN, ID_AMBIGUOUS */
  revokeInvite(id: string): Promise<IssuedInvite>;
  /**
   * As `connect`, by an invite. A peer that is connected is asked whether the invite holds. @throws INVITE_MALFORMED, INVITE_DAMAGED,
   * INVITE_VERSION, INVITE_OWN, INVITE_OTHER_SWARM, INVITE_EXPIRED, INVITE_REVOKED, INVITE_USED_UP, INVITE_FORGOTTEN, and as `connect`
   */
  join(invite: string): Promise<PeerInfo>;
  /** Syncs with every connected peer now, and resolves when that is done. */
  sync(): Promise<void>;
  /**
   * Something that was not wanted may be wanted now, as when an author is not blocked any more: what was passed over and what was settled with peers is looked at again, at
   * once with those that are connected, unless that was done within the last minute. Returns at once.
   */
  reconsider(): void;
  /**
   * Records that came by another way than the network, such as a file: checked as what a sync brings, and handed on where they pass. Resolves with the verdicts, in the order given,
   * when what passed is decided on. @throws NETWORK_STOPPED
   */
  bring(frames: readonly Uint8Array[]): Promise<RecordVerdict[]>;
  /** What happened since the start of the process, by name. */
  counters(): Readonly<Record<string, number>>;
}
