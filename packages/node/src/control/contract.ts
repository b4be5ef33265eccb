/**
 * What the control API says and takes: the face of a running node for the CLI, the cluster launcher and other programs on this machine. Fields may be
 * added, none removed. Every request carries the bearer token of the node's home; every refusal is `{error: {code, message, hint}}`.
 *
 * Here is what the node says of itself; the rest is in `agent-contract.ts`, `lesson-contract.ts` and `peer-contract.ts`.
 */

/** Whose questions a node answers: nobody's, those of peers whom its user trusts, or of everybody in the swarm. */
export const answerPolicies = ["nobody", "trusted", "swarm"] as const;

export type AnswerPolicy = (typeof answerPolicies)[number];

export type Reachability = "public" | "relayed" | "lan" | "loopback" | "nowhere" | "unknown";

export const reachWays = ["lan", "exchange", "dht", "nat", "relay"] as const;

/** What talks to peers whom nobody named, and is off unless it is turned on; see `grapevine up --help`. */
export type ReachSettings = Readonly<Record<(typeof reachWays)[number], boolean>>;

/** `GET /api/status` */
export interface Status {
  readonly name: string;
  readonly peerId: string;
  readonly swarm: string;
  readonly addresses: readonly string[];
  /** URL of this API. */
  readonly api: string;
  readonly model: string;
  /** How lessons stand in the prompts of actions: as `grapevine model calibrate` found it best for the model, or by default. */
  readonly prompts: {
    readonly act: "completion" | "chat";
    readonly lessons: number;
    readonly place: "before" | "after";
    readonly calibrated: boolean;
  };
  readonly embedder: string;
  /** Peers connected now. */
  readonly peers: number;
  /**
   * Whether others can reach this node, by what it has seen. `public`: they have; `relayed`: through a relay; `lan`: from the local network; `loopback`: it
   * listens on this machine alone; `nowhere`: it does not listen; `unknown`: nobody has come yet.
   */
  readonly reachability: Reachability;
  /** Ways of finding and reaching peers that are turned on. */
  readonly reach: ReachSettings;
  /** Invites that were given to it and whose makers could not be reached yet, oldest first. */
  readonly awaited: readonly AwaitedInviteSummary[];
  readonly lessons: { readonly own: number; readonly admitted: number; readonly held: number; readonly archived: number };
  readonly experiences: number;
  readonly queues: {
    /** Records that arrived and wait for their verdict. */
    readonly admission: number;
    /** Lessons that wait for their vector. */
    readonly embedding: number;
    /** Experiences that wait to be distilled. */
    readonly distillation: number;
    /** Own records that no peer has taken yet. */
    readonly outbox: number;
  };
  /** Lessons of others that may be used or wait, and how many there may be. */
  readonly room: { readonly foreign: number; readonly capacity: number };
  /** What the node did while it was idle, since the start: trials of held lessons, and drafts for clusters. */
  readonly refined: {
    readonly trials: {
      readonly admitted: number;
      readonly refused: number;
      readonly undecided: number;
      readonly generations: number;
    };
    readonly consolidations: { readonly drafted: number; readonly refused: number };
    /** Tasks that it practised by itself; absent where it was not told to. What was learnt from them is in `distilled`. */
    readonly practised?:
      | { readonly environment: string; readonly tasks: number; readonly solved: number; readonly brokenOff: number }
      | undefined;
    /** Part of the time since the start that went into all of this, from 0 to 1. */
    readonly share: number;
  };
  /** Whose questions it answers. */
  readonly answers: AnswerPolicy;
  /** True when it keeps the questions of peers, and its answers, as experiences. */
  readonly keepsAsked: boolean;
  /** Are verified answers given again without the model? */
  readonly reuses: boolean;
  /** The index while it is filled again: lessons done and to do. Absent when it is whole. */
  readonly rebuilding?: { readonly done: number; readonly total: number };
  /** What became of finished experiences since the start. */
  readonly distilled: { readonly lessons: number; readonly refused: number; readonly failed: number };
  readonly version: string;
  readonly startedAt: number;
}

/** `GET /healthz` */
export interface Alive {
  readonly ok: true;
  readonly name: string;
  /** Process id. */
  readonly pid: number;
}

/** `POST /api/stop` */
export interface Stopping {
  readonly stopping: true;
}

/** An invite that is followed as soon as its maker can be reached; it is kept over a restart. */
export interface AwaitedInviteSummary {
  /** Its maker. */
  readonly peerId: string;
  readonly name?: string | undefined;
  readonly addresses: readonly string[];
  /** When it was given, when it ends (absent: never), and when it is tried again, milliseconds since the epoch. */
  readonly since: number;
  readonly expiresAt?: number | undefined;
  readonly nextTryAt: number;
  /** Is its maker to be trusted then? */
  readonly trust: boolean;
  /** Since this start. */
  readonly tries: number;
  /** Code of the last error; absent where it was not tried since this start. */
  readonly lastFailure?: string | undefined;
}

export interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

/** A line of `GET /api/models`. */
export interface ModelSummary {
  /** The specification to give to `--model`. */
  readonly spec: string;
  readonly description: string;
  readonly bytes?: number;
  /** True for the one this node uses. */
  readonly used: boolean;
}
