/** What the commands need of `@grapevine/node`, behind one door: loaded when the first of them is called, so that `--help` does not pay for it. */
import type {
  ControlClient,
  Examination,
  ExaminationInit,
  FoundingInit,
  FoundSwarm,
  ModelSummary,
  NodeOptions,
  Running,
  RunningNode,
} from "@grapevine/node";

/** What the redaction gate says of a text. Positions are UTF-16 units from the text's start. */
export interface GateReport {
  readonly passes: boolean;
  readonly findings: readonly { readonly kind: string; readonly rule: string; readonly start: number; readonly end: number }[];
}

export interface NodeAccess {
  /** @throws NODE_NOT_RUNNING, NODE_AMBIGUOUS */
  connect(where: { readonly home: string; readonly node?: string }): Promise<ControlClient>;
  running(home: string): Promise<readonly Running[]>;
  start(options: NodeOptions): Promise<RunningNode>;
  checkText(text: string): Promise<GateReport>;
  listModels(): Promise<readonly ModelSummary[]>;
  /** @throws SWARM_INVALID, NODE_AMBIGUOUS, KEY_MISSING */
  foundSwarm(init: FoundingInit): Promise<FoundSwarm>;
  /** @throws STORE_LOCKED */
  examine(init: ExaminationInit): Promise<Examination>;
  /** @throws STORE_LOCKED, STORE_MISSING, STORE_VERSION */
  repair(init: ExaminationInit): Promise<Repair>;
}

/** What a repair came to. Counts by kind of record. */
export interface Repair {
  readonly savedTo: string;
  readonly kept: Readonly<Record<string, number>>;
  readonly lost: Readonly<Record<string, number>> | undefined;
  readonly unreadable: number;
}

export const nodeAccess: NodeAccess = {
  connect: async (where) => (await import("@grapevine/node")).connectToNode(where),
  running: async (home) => (await import("@grapevine/node")).runningNodes(home),
  start: async (options) => (await import("@grapevine/node")).startNode(options),
  checkText: async (text) => (await import("@grapevine/node")).checkText(text),
  listModels: async () => (await import("@grapevine/node")).listModels(),
  foundSwarm: async (init) => (await import("@grapevine/node")).foundSwarm(init),
  examine: async (init) => (await import("@grapevine/node")).examine(init),
  repair: async (init) => (await import("@grapevine/node")).repair(init),
};
